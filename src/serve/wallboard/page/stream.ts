// The numbers as they come: one stream of server-sent events for what the page shows. A snapshot has everything, an
// update the rows that changed; rows that did not keep their objects, so that nothing is drawn anew for them.
import { batch, signal } from "@preact/signals";
import type { AgentRow, Head, Live, MetricsRow, RatingRow } from "./api";
import { ofAccount, withParameters } from "./api";
import { hear } from "./clock";

export interface Part<Row> {
  from?: string;
  to?: string;
  total_rows: number;
  rows: ReadonlyMap<string, Row>;
}

/** How the stream stands. */
export type Connection = "connecting" | "open" | "lost" | "refused";

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
/** Why the server ended the stream for good. */
export const refusal = signal("");

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
let asked = "";
let build = "";
let again: ReturnType<typeof setTimeout> | undefined;
let failures = 0;
/** When the connection began. */
let beganAt = 0;

/** Listens to what a page shows of an account, instead of what was listened to. */
export function listen(account: string, parameters: Record<string, string>): void {
  const path = withParameters(ofAccount(account, "stream"), parameters);
  if (path === asked) return;
  asked = path;
  failures = 0;
  batch(() => {
    metrics.value = agents.value = ratings.value = live.value = undefined;
    refusal.value = "";
  });
  connect();
}

/** Ends it. */
export function hush(): void {
  clearTimeout(again);
  source?.close();
  source = undefined;
  asked = "";
}

function connect(): void {
  clearTimeout(again);
  source?.close();
  if (connection.value !== "lost") connection.value = "connecting";
  const events = (source = new EventSource(asked));
  beganAt = performance.now();
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
    if (reason === "stopping" || reason === "failed") return retry();
    events.close();
    source = undefined;
    refusal.value = detail ?? reason;
    connection.value = "refused";
    // The session ended: whoever asks for a key is found out by asking.
    if (reason === "revoked") lost.value += 1;
  });
  events.onerror = () => {
    if (source === events) retry();
  };
}

/** What is done once a stream cannot be had: the reason is asked for, since EventSource does not tell it. */
export const lost = signal(0);

function retry(): void {
  source?.close();
  source = undefined;
  connection.value = "lost";
  failures += 1;
  lost.value += 1;
  // At once, then slower, and not all boards of a wall in one moment.
  const wait = Math.min(10_000, 500 * 2 ** Math.min(failures - 1, 5)) * (0.75 + Math.random() / 2);
  clearTimeout(again);
  again = setTimeout(connect, wait);
}

function takeHead(told: Head): void {
  hear(told.as_of);
  head.value = told;
}

function take(told: Message, isUpdate: boolean): void {
  batch(() => {
    takeHead(told);
    connection.value = "open";
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
  if (source && performance.now() - beganAt > SILENCE_MS && (heardAt.value === 0 || silence() > SILENCE_MS)) {
    retry();
  }
}

/** What is being listened to, for who asks why it cannot be had. */
export const address = () => asked;
