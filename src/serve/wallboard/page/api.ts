// What the API answers with, as far as the board reads it, and how it is asked.
// The types say what API.md says; members that may be absent are marked.
import { signal } from "@preact/signals";

export type Ids = Record<string, string>;

export interface Head {
  account_id: string;
  as_of: string;
  revision: number;
  stale_ms: number;
  complete_since?: string;
  private?: boolean;
}

/** A list of whatever, page by page. */
export interface Listed<Row> extends Head {
  rows: Row[];
  total_rows: number;
  next_page?: string;
}

export interface Durations {
  count: number;
  sum_ms: number;
  mean_ms?: number;
  p50_ms?: number;
  p90_ms?: number;
  p95_ms?: number;
  p99_ms?: number;
  max_ms?: number;
  thin?: boolean;
}

export interface Sla {
  within: number;
  count: number;
  share?: number;
  thin?: boolean;
}

export interface Csat {
  answers: [number, number, number, number, number];
  total: number;
  positive: number;
  score?: number;
  average?: number;
  interval?: [number, number];
  sent: number;
  sent_answered: number;
  response_rate?: number;
  refused: Record<string, number>;
  thin?: boolean;
}

export interface Mood {
  happy: number;
  neutral: number;
  unhappy: number;
  average?: number;
  prompted: number;
  prompted_recorded: number;
  completion?: number;
  thin?: boolean;
}

/** The object of metrics; members that were not asked for are absent. */
export interface Metrics {
  csat: Csat;
  mood: Mood;
  first_response: Durations;
  response: Durations;
  handle: Durations;
  resolution: Durations;
  first_response_sla: Sla;
  response_sla: Sla;
  resolution_sla: Sla;
  [path: string]: unknown;
}

export interface MetricsRow extends Partial<Record<`${string}_id` | `${string}_name`, string>> {
  metrics: Metrics;
  previous?: { from: string; to: string; metrics: Metrics };
  intervals?: { from: string; to: string; metrics: Metrics }[];
}

export interface MetricsAnswer extends Head {
  from: string;
  to: string;
  rows: MetricsRow[];
  total_rows: number;
  next_page?: string;
}

export interface Live {
  open: number;
  waiting: number;
  unassigned: number;
  snoozed: number;
  longest_waiting: { conversation_id: string; since: string; age_ms: number }[];
  agents_online: number;
  agents_away: number;
  owned?: Record<string, number>;
}

export interface AgentRow {
  agent_id: string;
  agent_name?: string;
  /** Nothing where the agent never said: a bot. */
  status?: string;
  since?: string;
  owned: number;
  waiting: number;
  capacity?: number;
  focused_on?: string;
  skills: string[];
  metrics?: Metrics;
}

export interface RatingRow {
  id?: string;
  at: string;
  score: number;
  state: "counted" | "replaced" | "refused";
  reason?: string;
  survey_id?: string;
  conversation_id?: string;
  agent_id?: string;
  skill_id?: string;
  contact_id?: string;
  contact_name?: string;
  comment?: string;
}

export interface ConversationRow {
  conversation_id: string;
  state: string;
  agent_id?: string;
  skill_id?: string;
  line_id?: string;
  channel?: string;
  contact_id?: string;
  contact_name?: string;
  started_at: string;
  last_event_at: string;
  waiting_ms?: number;
  overdue?: string[];
  messages: number;
  topics: string[];
}

export interface FactRow {
  conversation_id?: string;
  at: string;
  agent_id?: string;
  skill_id?: string;
  line_id?: string;
  contact_id?: string;
  contact_name?: string;
  fact: string;
  value?: number;
  counts?: ("numerator" | "denominator")[];
  running?: boolean;
  comment?: string;
  /** In a conversation: that it does not hold any more, and why. */
  taken_back?: boolean;
  why?: string;
}

/** Of a list of numbers each, of a map by its words, of a flag that it is so. */
export type Value = number | number[] | Record<string, number> | true;

export interface Explanation extends Head {
  metric: string;
  title: string;
  unit: Unit;
  formula: string;
  value?: Value;
  numerator?: number;
  denominator?: number;
  from: string;
  to: string;
  policy: { effective_from?: string; fields: Record<string, number | string | boolean> }[];
  conversations: number;
  rows: FactRow[];
  total_rows: number;
  excluded: { rule: string; reason: string; count: number; rows: FactRow[] }[];
  next_page?: string;
}

export interface LifeEvent {
  at: string;
  type: string;
  facts?: FactRow[];
  [field: string]: unknown;
}

export interface ConversationAnswer extends Head {
  conversation_id: string;
  lives: { from: string; to: string; state: string; events: LifeEvent[] }[];
  /** Events of all its lives. */
  total_rows: number;
  next_page?: string;
}

export type Unit = "count" | "ms" | "share" | "score";

/** An error of the API (RFC 9457), or of the way there (`status` 0). */
export class Problem extends Error {
  constructor(readonly status: number, readonly detail: string, readonly retryAfter = 0) {
    super(detail);
  }
}

/** How often a key was asked for: the session is over, or there was none. */
export const unauthorized = signal(0);

/** What is asked of an account. */
export const ofAccount = (account: string, what: string) => `/v1/accounts/${encodeURIComponent(account)}/${what}`;

/** A path with parameters; those that are empty are left out. */
export function withParameters(path: string, parameters: Record<string, string | number | undefined>): string {
  const of = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== "") of.set(name, String(value));
  const text = of.toString();
  return text ? `${path}?${text}` : path;
}

/** A path that has parameters, with more of them. */
export const withMore = (path: string, parameters: Record<string, string | number | undefined>) => `${path}&${withParameters("", parameters).slice(1)}`;

/** Asks. What is answered in the meantime to somebody who has gone is thrown away by `signal`. */
export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await request(path, { signal: signal ?? null })).json() as Promise<T>;
}

export async function request(path: string, how: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin", ...how });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "The server does not answer.");
  }
  if (answer.ok) return answer;
  if (answer.status === 401) unauthorized.value += 1;
  const told = (await answer.json().catch(() => ({}))) as { title?: string; detail?: string };
  const detail = told.detail ?? told.title ?? `The server answers with ${answer.status}.`;
  throw new Problem(answer.status, detail, Number(answer.headers.get("retry-after")) || 0);
}

/** The text of an error for a person. */
export const wordOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
