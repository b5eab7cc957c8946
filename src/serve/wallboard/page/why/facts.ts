// Facts, policies and metrics in words, wherever one number or one conversation is looked at.
import type { FactRow, Unit, Value } from "../api";
import { capital, count, duration, NONE, plain, say, share } from "../words";

/** Facts that say more than their words do. */
const FACTS: Record<string, string> = {
  started: "Conversation started",
  closed_by_agent: "Closed by an agent",
  closed_by_customer: "Closed by the customer",
  closed_by_system: "Closed by the system",
  closed_again: "Closed again, without effect",
  customer_message: "Message of the customer",
  agent_message: "Message of an agent",
  proactive_message: "Message before any of the customer",
  first_response_within: "First response, within the target",
  first_response_missed: "First response, beyond the target",
  response_within: "Response, within the target",
  response_missed: "Response, beyond the target",
  resolved_within: "Resolved, within the target",
  resolved_missed: "Resolved, beyond the target",
  survey_sent_answered: "Survey sent, and answered by now",
  refused_invalid_score: "Answer refused: its score is not 1 to 5",
  refused_rating_window: "Answer refused: it came too late",
  refused_comment_frozen: "Change refused: the rating has a comment",
  refused_change_window: "Change refused: it came too late",
  answer_replaced: "Answer, replaced by a newer one",
  resolution_reopened: "Resolution, taken back by a reopening",
  mood_prompted: "Agent asked for the mood",
  mood_prompted_recorded: "Agent asked for the mood, and gave it",
  visit: "Agent in the conversation",
  online: "Agent online",
  away: "Agent away",
  waiting: "Customer still waits",
};

const SPANS = ["visit", "online", "away"];
const POINTS = /^(answer_|mood_|refused_)/;

/** Whether a fact goes on for a while, and so counts by its time. */
export const isSpan = (fact: string) => SPANS.includes(fact);

/** `response_within` → `Response, within the target`. */
export const factWords = (fact: string) => FACTS[fact] ?? words(fact);

/** The value of a fact in its unit: points of what is answered, time of all else. */
export function factValue({ fact, value }: FactRow): string {
  if (value === undefined) return "";
  return POINTS.test(fact) ? count(value) : duration(value);
}

/** Where a fact counts. `line`: whether the number has one, as a share or mean has. */
export function countsWords({ counts = [] }: FactRow, line: boolean): string {
  const [above, below] = [counts.includes("numerator"), counts.includes("denominator")];
  if (!above && !below) return "Not counted";
  if (!line) return "Counted";
  return above && below ? "Above and below" : above ? "Above" : "Below";
}

/** A word of the API, as the first of a line. */
export const words = (word: string) => capital(plain(word)).replace(/\b(csat|frt|sla)\b/gi, (short) => short.toUpperCase());

/** What a policy says in one field, its unit taken from its name. */
export function fieldWords([name, value]: [string, number | string | boolean]): [string, string] {
  const said = words(name.replace(/_(seconds|hours)$/, ""));
  if (typeof value === "boolean") return [said, value ? "yes" : "no"];
  if (typeof value === "string") return [said, plain(value)];
  if (name.endsWith("_seconds")) return [said, duration(value * 1_000)];
  if (name.endsWith("_hours")) return [said, duration(value * 3_600_000)];
  return [said, name === "csat_target" ? share(value) : count(value)];
}

/** A value as people say it. */
export function sayValue(value: Value | undefined, unit: Unit): string {
  if (value === undefined || typeof value === "object") return NONE;
  return value === true ? "Yes" : say(value, unit);
}

/** A value to the last digit. */
export const exactly = (value: number, unit: Unit) => (unit === "ms" ? `${value} ms` : String(value));
