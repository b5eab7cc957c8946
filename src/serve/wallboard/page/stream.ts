// The numbers as they come: one stream of server-sent events for what the page shows. A snapshot has everything, an
// update the rows that changed; rows that did not keep their objects, so that nothing is drawn anew for them.
import { batch, signal } from "@preact/signals";
import type { AgentRow, Head, Live, MetricsRow, RatingRow } from "./api";
import { ofAccount, Problem, request, withParameters } from "./api";
import { hear } from "./clock";
import { restoring } from "./ready";

export interface Part<Row> {
  from?: string;
  to?: string;
  total_rows: number;
  rows: ReadonlyMap<string, Row>;
}

/** How the stream stands. */
export type Connection = "connecting" | "open" | "lost";

export const metrics = signal<Part<MetricsRow> | undefined>(undefined);
export const agents = signal<Part<AgentRow> | undefined>(undefined);
export const ratings = signal<Part<RatingRow> | undefined>(undefined);
export const live = signal<Live | undefined>(undefined);
export const head = signal<Head | undefined>(undefined);
export const connection = signal<Connection>("connecting");
/** When the last word came, by this machine's clock that only goes forward; 0: none yet. */
export const heardAt = signal(0);
/** The same by the clock on the wall, which goes on while a computer sleeps. */
let heardOn = 0;

/** How long nothing has come, in milliseconds; 0: nothing ever came. */
export const silence = () => (heardAt.value === 0 ? 0 : Math.max(performance.now() - heardAt.value, Date.now() - heardOn));
/** What the server says of a stream that cannot be had. */
export const refusal = signal("");
/** How far the server has got, while it still reads what was there at its start. */
export const restored = signal("");

interface Told {
  from?: string;
  to?: string;
  group_by?: string[];
  total_rows: number;
  rows?: Record<string, unknown>[];
  gone?: Record<string, string>[];
}
type Message = Head & { metrics?: Told; agents?: Told; ratings?: Told; live?: Live };

let source: EventSource | undefined;
/** What is listened to; nothing where nothing is. */
let asked = "";
let build = "";
let again: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
/** When the connection began; never, while nobody looks. */
export const beganAt = signal(0);
/** Which attempt is the one that counts: there may be late answers to earlier ones. */
let attempts = 0;

/** Listens to what a page shows of an account, instead of what was listened to. */
export function listen(account: string, parameters: Record<string, string>): void {
  const path = withParameters(ofAccount(account, "stream"), parameters);
  if (path === asked && beganAt.peek() !== Infinity) return;
  if (path !== asked) {
    asked = path;
    batch(() => (metrics.value = agents.value = ratings.value = live.value = undefined));
  }
  failures = 0;
  refusal.value = restored.value = "";
  connect();
}

/** Ends it. */
export function hush(): void {
  leave();
  asked = "";
}

/** Lets go of it while nobody looks: the numbers stay, and who comes back sees them with the word that it connects. */
export function rest(): void {
  if (!asked) return;
  leave();
  connection.value = "connecting";
  beganAt.value = Infinity;
}

function leave(): void {
  clearTimeout(again);
  attempts += 1;
  source?.close();
  source = undefined;
}

function connect(): void {
  leave();
  if (connection.peek() !== "lost") connection.value = "connecting";
  const events = (source = new EventSource(asked));
  beganAt.value = performance.now();
  const on = (name: string, take: (data: never) => void) =>
    events.addEventListener(name, (event) => {
      if (source !== events) return;
      heardAt.value = performance.now();
      heardOn = Date.now();
      take(JSON.parse((event as MessageEvent<string>).data) as never);
    });
  on("hello", ({ server }: { server: { build: string } }) => {
    // Another build may say other things: the page that belongs to it is loaded.
    if (build && build !== server.build) location.reload();
    build = server.build;
    failures = 0;
  });
  on("snapshot", (told: Message) => take(told, false));
  on("update", (told: Message) => take(told, true));
  // It says neither since when the numbers are complete nor who may see what: that holds on.
  on("heartbeat", (told: Head) => takeHead({ ...head.value, ...told }));
  on("bye", ({ reason, detail }: { reason: string; detail?: string }) => {
    if (reason === "stopping" || reason === "failed") return lose();
    leave();
    refusal.value = detail ?? reason;
    connection.value = "lost";
    // The session ended: whoever asks for a key is found out by asking.
    if (reason === "revoked") void attempt();
  });
  events.onerror = () => {
    if (source === events) lose();
  };
}

function lose(): void {
  leave();
  // Of what never was there, it is not said that it was lost before somebody knows why.
  if (heardAt.peek() > 0) connection.value = "lost";
  void attempt();
}

/** Asks once whether the stream can be had, since EventSource does not tell why not; then waits: as long as the server says,
 *  otherwise longer each time, and not all boards of a wall for one moment. */
async function attempt(hasWaited = false): Promise<void> {
  const mine = (attempts += 1);
  const longer = Math.min(10_000, 500 * 2 ** Math.min(failures, 5)) * (0.75 + Math.random() / 2);
  failures += 1;
  const problem = await trouble(asked);
  const isBusy = problem?.status === UNAVAILABLE;
  const progress = isBusy ? await restoring() : "";
  if (mine !== attempts) return;
  if (!problem) {
    again = setTimeout(connect, hasWaited ? 0 : longer);
    return;
  }
  batch(() => {
    connection.value = "lost";
    restored.value = progress;
    refusal.value = problem.status > 0 && !progress ? problem.detail : "";
  });
  again = setTimeout(() => void attempt(true), Math.max(longer, problem.retryAfter * 1_000));
}

const UNAVAILABLE = 503;
/** Who is silent for longer does not answer. */
const PATIENCE_MS = 10_000;

/** Why a stream cannot be had; nothing where it can. */
async function trouble(path: string): Promise<Problem | undefined> {
  const end = new AbortController();
  try {
    await request(path, { signal: AbortSignal.any([end.signal, AbortSignal.timeout(PATIENCE_MS)]) });
    return undefined;
  } catch (error) {
    return error instanceof Problem ? error : new Problem(0, String(error));
  } finally {
    end.abort();
  }
}

function takeHead(told: Head): void {
  hear(told.as_of);
  head.value = told;
}

function take(told: Message, isUpdate: boolean): void {
  batch(() => {
    takeHead(told);
    connection.value = "open";
    refusal.value = restored.value = "";
    if (told.live) live.value = told.live;
    metrics.value = part(metrics.value, told.metrics, (row) => idsOf(row, told.metrics?.group_by ?? []), isUpdate);
    agents.value = part(agents.value, told.agents, (row) => String(row.agent_id), isUpdate);
    ratings.value = part(ratings.value, told.ratings, (row) => String(row.id), isUpdate);
  });
}

/** The key of a row of metrics: its ids in the order of the groups. */
const idsOf = (row: Record<string, unknown>, groups: string[]) => JSON.stringify(groups.map((group) => row[`${group}_id`]));

function part<Row>(
  before: Part<Row> | undefined,
  told: Told | undefined,
  key: (row: Record<string, unknown>) => string,
  isUpdate: boolean,
): Part<Row> | undefined {
  if (!told) return before;
  const rows = new Map<string, Row>(isUpdate ? before?.rows : []);
  for (const gone of told.gone ?? []) rows.delete(key(gone));
  for (const row of told.rows ?? []) rows.set(key(row), row as Row);
  const { from, to, total_rows } = told;
  return { ...(from ? { from } : {}), ...(to ? { to } : {}), total_rows, rows };
}

/** A connection that says nothing for this long, of a server that has a heartbeat every five seconds, is dead. */
const SILENCE_MS = 15_000;

/** Begins anew where nothing has come for long: a computer that slept, a cable that was pulled. */
export function checkSilence(): void {
  if (source && performance.now() - beganAt.peek() > SILENCE_MS && (heardAt.peek() === 0 || silence() > SILENCE_MS)) lose();
}

// Telephones stop a page in the background: who comes back does not wait for that to be noticed.
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !source || silence() <= SILENCE_MS) return;
  connection.value = "connecting";
  connect();
});
