// The rows added up by the formula, so that everybody sees that they are the number.
import type { Explanation, FactRow } from "../api";
import { catalogue } from "../catalogue";
import { count, duration, say, score, share } from "../words";
import { factWords, isSpan } from "./facts";

/** What the rows come to: in words, and whether it is the value. */
export interface Sum {
  text: string;
  agrees: boolean;
}

const above = (row: FactRow) => row.counts?.includes("numerator") === true;
const below = (row: FactRow) => row.counts?.includes("denominator") === true;
const sum = (rows: FactRow[]) => rows.reduce((all, { value = 0 }) => all + value, 0);
const rowsOf = (rows: FactRow[]) => `${count(rows.length)} ${rows.length === 1 ? "row" : "rows"}`;

/** Whether a share is one of time, and not of how often. */
export const isOfTime = (metric: string) => catalogue.value.get(metric)?.denominator.some(isSpan) === true;

/** Whether a number is an interval, or one of its ends. */
const isInterval = ({ metric, unit }: Explanation) =>
  unit === "share" && (catalogue.value.get(metric) ?? catalogue.value.get(metric.replace(/\.[^.]*$/, "")))?.label !== undefined;

/** The rank in a percentile's path, `95`; 0 of other numbers. */
const percent = (metric: string) => Number(/\.p(\d+)_ms$/.exec(metric)?.[1] ?? 0);

/** What all the rows of a number come to. */
export function reckon(of: Explanation, rows: FactRow[]): Sum {
  const [up, down] = [rows.filter(above), rows.filter(below)];
  const { metric, unit, value } = of;
  if (value === true || catalogue.value.get(metric)?.flag) return flag(of, up);
  if (isInterval(of)) return interval(of, up, down);
  if (typeof value === "object") return each(of, up);
  if (unit === "share") return isOfTime(metric) ? shareOfTime(of, up, down) : shareOfRows(of, up, down);
  if (of.denominator !== undefined) return mean(of, up, down);
  if (unit === "count") return { text: howMany(rows, up), agrees: up.length === (value ?? 0) };
  if (percent(metric)) return percentile(of, up);
  if (metric.endsWith(".max_ms")) return longest(of, up);
  return { text: `The values of ${rowsOf(up)} add up to ${duration(sum(up))}.`, agrees: sum(up) === (value ?? 0) };
}

/** Of people there are rows that count nothing: those of somebody who has a newer one. */
function howMany(rows: FactRow[], up: FactRow[]): string {
  if (up.length === rows.length) return `There ${up.length === 1 ? "is" : "are"} ${rowsOf(up)}.`;
  return `${count(up.length)} of ${rowsOf(rows)} ${up.length === 1 ? "counts" : "count"}, of each person the newest: ${count(up.length)}.`;
}

function shareOfRows({ value }: Explanation, up: FactRow[], down: FactRow[]): Sum {
  const text = `${count(up.length)} of ${rowsOf(down)} ${up.length === 1 ? "is" : "are"} above the line: ${share(up.length / down.length)}.`;
  return { text, agrees: up.length / down.length === value };
}

function shareOfTime({ value }: Explanation, up: FactRow[], down: FactRow[]): Sum {
  const [over, under] = [sum(up), sum(down)];
  const text = `${rowsOf(up)} above the line add up to ${duration(over)}, ${rowsOf(down)} below it to ${duration(under)}: ${share(over / under)}.`;
  return { text, agrees: over / under === value };
}

function mean({ unit, value }: Explanation, up: FactRow[], down: FactRow[]): Sum {
  const all = sum(up);
  const said = unit === "ms" ? duration(all) : count(all);
  const text = `The values of ${rowsOf(up)} add up to ${said}; divided by ${count(down.length)} that is ${say(all / down.length, unit)}.`;
  return { text, agrees: all / down.length === value };
}

/** The nearest rank. The server keeps it in a histogram, which is within 1 %. */
function percentile({ metric, value }: Explanation, up: FactRow[]): Sum {
  const sorted = up.map(({ value: ms = 0 }) => ms).sort((a, b) => a - b);
  const rank = Math.ceil((percent(metric) * sorted.length) / 100);
  const exact = sorted[rank - 1] ?? 0;
  const text = `${count(rank)} of ${rowsOf(up)} took at most ${duration(exact)}; the number is within 1 % of that.`;
  return { text, agrees: typeof value === "number" && Math.abs(value - exact) <= Math.max(1, exact / 100) };
}

function longest({ value }: Explanation, up: FactRow[]): Sum {
  const most = up.reduce((most, { value: ms = 0 }) => Math.max(most, ms), 0);
  return { text: `The longest of ${rowsOf(up)} took ${duration(most)}.`, agrees: most === value };
}

/** Fewer rows than the policy asks for make a number thin. */
function flag({ policy, value }: Explanation, up: FactRow[]): Sum {
  const least = policy.at(-1)?.fields.minimum_n;
  if (typeof least !== "number") return { text: `${rowsOf(up)}; the policy asks for no minimum.`, agrees: value === undefined };
  const thin = up.length < least;
  return { text: `${rowsOf(up)}; the policy asks for ${count(least)}: ${thin ? "too few" : "enough"}.`, agrees: thin === (value === true) };
}

/** Wilson's interval of 95 %. */
function interval({ value }: Explanation, up: FactRow[], down: FactRow[]): Sum {
  const [z, n] = [1.959963984540054, down.length];
  const p = up.length / n;
  const middle = p + (z * z) / (2 * n);
  const half = z * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  const ends = [middle - half, middle + half].map((end) => Math.min(1, Math.max(0, end / (1 + (z * z) / n))));
  const isSame = (told: number) => ends.some((end) => Math.abs(end - told) < 1e-9);
  const text = `${count(up.length)} of ${rowsOf(down)} ${up.length === 1 ? "is" : "are"} above the line: the interval is ${share(ends[0], 1)} to ${share(ends[1], 1)}.`;
  return { text, agrees: [value].flat().every((told) => typeof told === "number" && isSame(told)) };
}

/** A list or map: how many of each kind of fact there are. */
function each({ value }: Explanation, up: FactRow[]): Sum {
  const kinds = new Map<string, number>();
  for (const { fact } of up) kinds.set(fact, (kinds.get(fact) ?? 0) + 1);
  const said = [...kinds].sort().map(([fact, rows]) => `${count(rows)} × ${factWords(fact)}`).join("; ");
  const all = Object.values(value as Record<string, number>).reduce((all, one) => all + one, 0);
  return { text: `${rowsOf(up)}${said ? `: ${said}` : ""}.`, agrees: up.length === all };
}

/** The formula with its numbers put in: `19 ÷ 23 = 83 %`. */
export function withNumbers(of: Explanation): string {
  const { metric, unit, value, numerator, denominator } = of;
  if (numerator === undefined || denominator === undefined) return "";
  const isTime = unit === "ms" || isOfTime(metric);
  const over = isTime ? duration(numerator) : count(numerator);
  const under = isTime && unit === "share" ? duration(denominator) : count(denominator);
  const is = typeof value === "number" && !isInterval(of) ? ` = ${unit === "score" ? score(value) : say(value, unit)}` : "";
  return `${over} ÷ ${under}${is}`;
}
