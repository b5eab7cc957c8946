// The state of the data: one line, in colour, icon and words.
import { computed, effect } from "@preact/signals";
import { now } from "./clock";
import { beganAt, checkSilence, connection, head, heardAt, refusal, restored, silence } from "./stream";
import { duration } from "./words";

/** Numbers that are so much behind Kafka are said to be delayed. */
const DELAYED_MS = 10_000;
/** A stream that was lost for less is back before anybody reads of it. */
const SILENT_MS = 8_000;

/** A page that was just turned is said to connect only if that takes longer. */
const SOON_MS = 2_000;

export interface Condition {
  kind: "live" | "delayed" | "disconnected" | "restoring" | "connecting" | "refused";
  text: string;
  /** For how long, which is seen and not read aloud every second. */
  since?: string;
}

export const condition = computed<Condition>(() => {
  void now.value;
  const silent = silence();
  if (restored.value) return { kind: "restoring", text: restored.value };
  if (refusal.value) return { kind: "refused", text: refusal.value };
  // Who comes back to the page has heard nothing for long, and will at once.
  const hasBegun = connection.value === "connecting" && performance.now() - beganAt.value < SILENT_MS;
  if (connection.value === "lost" || (silent > SILENT_MS && !hasBegun)) {
    return { kind: "disconnected", text: "Disconnected", ...(silent ? { since: seconds(silent) } : {}) };
  }
  // Another page listens to something else: it is there before anybody reads that it is not.
  if (connection.value === "connecting" && (heardAt.value === 0 || silent > SOON_MS)) return { kind: "connecting", text: "Connecting …" };
  const stale = (head.value?.stale_ms ?? 0) + silent;
  if (stale > DELAYED_MS) return { kind: "delayed", text: "Delayed", since: seconds(stale) };
  return { kind: "live", text: "Live" };
});

const seconds = (ms: number) => duration(Math.floor(ms / 1_000) * 1_000);

// A dead connection is looked for once a second.
effect(() => {
  void now.value;
  checkSilence();
});

const ICONS = { live: "●", delayed: "▲", disconnected: "■", restoring: "◔", connecting: "○", refused: "■" };

export function Status() {
  const { kind, text, since } = condition.value;
  return (
    <div class={`status ${kind}`} role="status" aria-label="State of the data">
      <span aria-hidden="true">{ICONS[kind]}</span> <span>{text}</span>{" "}
      {since && <span aria-hidden="true">{since}</span>}
    </div>
  );
}
