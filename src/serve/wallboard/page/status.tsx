// The state of the data: one line, in colour, icon and words.
import { computed, effect, signal } from "@preact/signals";
import { Problem, request } from "./api";
import { now } from "./clock";
import { address, checkSilence, connection, head, heardAt, lost, refusal, silence } from "./stream";
import { duration, share } from "./words";

/** Numbers that are so much behind Kafka are said to be delayed. */
const DELAYED_MS = 10_000;
/** A stream that was lost for less is back before anybody reads of it. */
const SILENT_MS = 8_000;

/** A page that was just turned is said to connect only if that takes longer. */
const SOON_MS = 2_000;

/** How much of what was there at its start the server has read; nothing when it is ready. */
const restored = signal<number | undefined>(undefined);
/** What the server says of a stream that cannot be had. */
const reason = signal("");

export interface Condition {
  kind: "live" | "delayed" | "disconnected" | "restoring" | "connecting" | "refused";
  text: string;
  /** For how long, which is seen and not read aloud every second. */
  since?: string;
}

export const condition = computed<Condition>(() => {
  void now.value;
  const silent = silence();
  if (restored.value !== undefined) return { kind: "restoring", text: `Restoring ${share(restored.value)}` };
  if (connection.value === "refused") return { kind: "refused", text: refusal.value || "Refused" };
  if (connection.value === "lost" || silent > SILENT_MS) {
    if (reason.value) return { kind: "refused", text: reason.value };
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

// Why a stream cannot be had: EventSource does not tell, so it is asked once more.
effect(() => {
  if (lost.value > 0) void ask();
});
effect(() => {
  if (connection.value === "open") {
    reason.value = "";
    restored.value = undefined;
  }
});
/** Who is silent for longer is asked again with the next attempt. */
const PATIENCE_MS = 10_000;
let asking = false;

async function ask(): Promise<void> {
  if (asking || !address()) return;
  asking = true;
  const only = new AbortController();
  try {
    await request(address(), { signal: AbortSignal.any([only.signal, AbortSignal.timeout(PATIENCE_MS)]) });
    settle(undefined, "");
  } catch (error) {
    if (!(error instanceof Problem)) return;
    const of = error.status === 503 ? await progress() : undefined;
    settle(of, of === undefined && error.status >= 400 ? error.detail : "");
  } finally {
    only.abort();
    asking = false;
  }
}

/** What was found out; late words about a stream that is there again are none. */
function settle(of: number | undefined, why: string): void {
  if (connection.peek() === "open") return;
  restored.value = of;
  reason.value = why;
}

/** How far the server has got in reading what was there; nothing where it does not say. */
async function progress(): Promise<number | undefined> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    if ((await request("/readyz", { signal }).catch((error: Problem) => error)) instanceof Response) return undefined;
    const page = await (await request("/metrics?family=cxpulse_restore_progress_ratio", { signal })).text();
    const found = /^cxpulse_restore_progress_ratio(?:\{[^}]*\})? ([0-9.e+-]+)$/m.exec(page);
    return found ? Number(found[1]) : undefined;
  } catch {
    return undefined;
  }
}

const ICONS = { live: "●", delayed: "▲", disconnected: "■", restoring: "◔", connecting: "○", refused: "■" };

export function Status() {
  const { kind, text, since } = condition.value;
  return (
    <div class={`status ${kind}`} role="status" aria-label="State of the data">
      <span aria-hidden="true">{ICONS[kind]}</span> <span>{text}</span>
      {since && <span aria-hidden="true">{since}</span>}
    </div>
  );
}
