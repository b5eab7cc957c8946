// What time it is where the numbers are made: ages are counted by the server's clock, whatever this machine's says.
import { computed, signal } from "@preact/signals";

/** The server's clock less this machine's, in milliseconds, as of the last word of the stream. */
let ahead = 0;

/** The server's time, once a second; what is shown of it needs no more. */
export const now = signal(Date.now());

/** Which day that is, where the viewer is; another one from midnight on. */
const today = computed(() => new Date(now.value).toDateString());
export const isToday = (at: string | number) => new Date(at).toDateString() === today.value;

/** Takes the server's time from what it just told. */
export function hear(asOf: string): void {
  const told = Date.parse(asOf);
  if (Number.isNaN(told)) return;
  ahead = told - Date.now();
  // A clock that was wrong until now is not wrong for another second.
  if (Math.abs(now.peek() - told) > 2_000) now.value = told;
}

setInterval(() => (now.value = Date.now() + ahead), 1000);
