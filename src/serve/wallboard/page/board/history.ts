// The answers of the last hours in intervals, and those of the same time before. They are asked for in buckets of five
// minutes and added up here, so that intervals begin at whole ones, and another length of them needs no new question.
import { COMPARED_MINUTES } from "../address";
import { type Csat, get, type MetricsAnswer, ofAccount, withParameters } from "../api";

const FIVE_MS = 300_000;
/** Lengths of intervals that can be chosen, in minutes. */
export const LENGTHS = [5, 15, 30, 60] as const;
/** Fewer answers than these in an interval say little; a length that was good enough stays so a bit longer. */
const ENOUGH = 5;
const STILL_ENOUGH = 4;

interface Five {
  from: number;
  csat: Csat;
}
/** What was answered. `before` is moved on in time, to lie below what it is compared with. */
export interface History {
  from: number;
  to: number;
  now: Five[];
  before: Five[] | undefined;
  /** How far `before` is moved. */
  shift: number;
  /** From when on everything has been read, where that is later than all of this. */
  complete: string | undefined;
}
export interface Interval {
  from: number;
  to: number;
  total: number;
  positive: number;
  /** Of the scores. */
  sum: number;
}

const fives = (answer: MetricsAnswer, shift: number): Five[] =>
  (answer.rows[0]?.intervals ?? [])
    .filter(({ metrics }) => metrics.csat.total > 0)
    .map(({ from, metrics }) => ({ from: Date.parse(from) + shift, csat: metrics.csat }));

export async function ask(account: string, filters: Record<string, string>, minutes: number, signal: AbortSignal): Promise<History> {
  const of = (frame: Record<string, string>) =>
    get<MetricsAnswer>(withParameters(ofAccount(account, "metrics"), { ...frame, interval: "5m", metrics: "csat", ...filters }), signal);
  const now = await of({ window: `${minutes}m` });
  const from = Date.parse(now.from);
  const to = Date.parse(now.to);
  const shift = Math.ceil(to / FIVE_MS) * FIVE_MS - from;
  const before = minutes <= COMPARED_MINUTES
    ? await of({ from: new Date(from - shift).toISOString(), to: new Date(from).toISOString() })
    : undefined;
  const complete = now.complete_since ?? before?.complete_since;
  return { from, to, shift, complete, now: fives(now, 0), before: before && fives(before, shift) };
}

/** The intervals of a time: whole ones, but for the first and the last. */
export function merge(of: Five[], from: number, to: number, minutes: number): Interval[] {
  const size = minutes * 60_000;
  const first = Math.floor(from / size) * size;
  const intervals: Interval[] = [];
  for (let at = first; at < to; at += size) {
    intervals.push({ from: Math.max(at, from), to: Math.min(at + size, to), total: 0, positive: 0, sum: 0 });
  }
  for (const { from: at, csat } of of) {
    const interval = intervals[Math.floor((at - first) / size)];
    if (!interval) continue;
    interval.total += csat.total;
    interval.positive += csat.positive;
    csat.answers.forEach((answers, index) => (interval.sum += answers * (index + 1)));
  }
  return intervals;
}

/** The shortest length at which an interval that has answers has enough of them. `kept` is the one in use. */
export function fitting({ now, from, to }: History, kept: number): number {
  const good = LENGTHS.find((minutes) => {
    const filled = merge(now, from, to, minutes).filter(({ total }) => total > 0);
    const answers = filled.reduce((sum, { total }) => sum + total, 0);
    return answers >= filled.length * (minutes === kept ? STILL_ENOUGH : ENOUGH);
  });
  return good ?? LENGTHS[LENGTHS.length - 1]!;
}

/** The value of an interval; nothing where nobody answered. */
export function valueOf({ total, positive, sum }: Interval, measure: "share" | "mean"): number | undefined {
  return total === 0 ? undefined : (measure === "share" ? positive : sum) / total;
}
