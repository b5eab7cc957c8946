// Whether anybody looks: a page in the background lets go of its stream after a while, and asks nothing.
import { computed, signal } from "@preact/signals";
import { view } from "./address";

/** Who looks elsewhere for less than this comes back to a page that went on. */
const HIDDEN_MS = 60_000;

const seen = signal(true);
let timer: ReturnType<typeof setTimeout> | undefined;

function look(): void {
  clearTimeout(timer);
  if (document.hidden) timer = setTimeout(() => (seen.value = false), HIDDEN_MS);
  else seen.value = true;
}
document.addEventListener("visibilitychange", look);
look();

/** A television goes on, whatever its browser believes. */
export const isSeen = computed(() => seen.value || view.value.kiosk);
