// Changes over time: the share or mean in intervals, the period before behind it; as a curve or as a table.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { filters, go, minutesOf, view } from "../address";
import { title } from "../catalogue";
import { isToday } from "../clock";
import { targets } from "../targets";
import { capital, count, duration, score, share, timeOfDay, windowName } from "../words";
import { Curve } from "./curve";
import { ask, fitting, type History, type Interval, LENGTHS, merge, valueOf } from "./history";
import { Since, timeNear } from "../parts";
import { usePoll } from "../poll";
import { Pending, Tile } from "./tile";

const EVERY_MS = 15_000;
const SPANS = ["24h", "12h", "6h", "3h", "1h"];

export type Measure = "share" | "mean";
export const sayValue = (value: number | undefined, measure: Measure) => (measure === "share" ? share(value) : score(value));
const frame = ({ from, to }: Interval) => `${timeNear(from)} – ${timeOfDay(to)}`;

/** What is drawn and told. */
export interface Shown {
  now: Interval[];
  before: Interval[] | undefined;
  measure: Measure;
  /** Of each interval, in minutes. */
  length: number;
}

export function OverTime() {
  const { account, span, interval, table, measure, kiosk } = view.value;
  const minutes = minutesOf(span)!;
  const chosen = filters.value;
  const key = JSON.stringify([account, minutes, chosen]);
  const { value, wrong } = usePoll(key, EVERY_MS, (signal) => ask(account, chosen, minutes, signal));
  const length = useLength(value, interval, minutes);
  const shown = useMemo(() => value && { ...intervals(value, length), measure, length }, [value, length, measure]);
  return (
    <Tile area="overtime" name="Changes over time" of={`${title(measure === "share" ? "csat.score" : "csat.average")}${kiosk ? `, ${windowName(minutes)} in intervals of ${duration(length * 60_000)}` : ""}`}
      controls={!kiosk && <Controls span={span} interval={interval} length={value && length} table={table} />}>
      {wrong && <p class="bad" role="alert">{shown && "These numbers are older. "}{wrong}</p>}
      {value && <Since from={new Date(value.before ? value.from - value.shift : value.from).toISOString()} complete={value.complete} />}
      {!shown ? !wrong && <Pending /> : table ? <Table of={shown} /> : <Drawn of={shown} minutes={minutes} />}
    </Tile>
  );
}

const intervals = ({ now, before, from, to, shift }: History, length: number) => ({
  now: merge(now, from, to, length),
  before: before && merge(before, from, from + shift, length),
});

/** The length of the intervals: as chosen, a multiple of five minutes, or what fits. */
function useLength(of: History | undefined, chosen: string, span: number): number {
  const kept = useRef(0);
  const minutes = minutesOf(chosen);
  if (minutes) return Math.min(Math.ceil(minutes / 5) * 5, span < 5 ? 5 : span);
  if (of) kept.current = fitting(of, kept.current);
  return kept.current || LENGTHS[0];
}

function Controls({ span, interval, length, table }: {
  span: string;
  interval: string;
  length: number | undefined;
  table: boolean;
}) {
  const spans = SPANS.includes(span) ? SPANS : [span, ...SPANS];
  const lengths = LENGTHS.map((minutes) => `${minutes}m`);
  if (interval && !lengths.includes(interval)) lengths.unshift(interval);
  const auto = interval || !length ? "Intervals: auto" : `Intervals: auto (${windowName(length)})`;
  return (
    <div class="controls">
      <select aria-label="Time shown" value={span} onChange={(event) => go({ span: event.currentTarget.value })}>
        {spans.map((of) => <option key={of} value={of}>{`last ${windowName(minutesOf(of)!)}`}</option>)}
      </select>
      <select aria-label="Length of the intervals" value={interval} onChange={(event) => go({ interval: event.currentTarget.value })}>
        <option value="">{auto}</option>
        {lengths.map((of) => <option key={of} value={of}>{`Intervals: ${windowName(minutesOf(of)!)}`}</option>)}
      </select>
      <button type="button" aria-pressed={table} onClick={() => go({ table: !table })}>As a table</button>
    </div>
  );
}

/** The curve with what it says in words: its legend, or the interval that is pointed at. */
function Drawn({ of, minutes }: { of: Shown; minutes: number }) {
  const [at, setAt] = useState<number | undefined>(undefined);
  const { csat, minimumN } = targets.value;
  const target = of.measure === "share" ? csat : undefined;
  const pointed = at === undefined ? "" : reading(of, at);
  const empty = of.now.every(({ total }) => total === 0) && !of.before?.some(({ total }) => total > 0);
  // An interval that is not there any more is not pointed at.
  useEffect(() => setAt(undefined), [of.length, minutes]);
  if (empty) return <p class="quiet pending">No answers in the last {windowName(minutes)} yet.</p>;
  return (
    <>
      <p class="legend quiet">{pointed || <Legend of={of} target={target} minimum={minimumN} />}</p>
      <Curve of={of} target={target} minimum={minimumN} at={at} point={setAt} said={pointed} />
      <p class="hidden">{summary(of)}</p>
    </>
  );
}

function Legend({ of, target, minimum }: { of: Shown; target: number | undefined; minimum: number | undefined }) {
  return (
    <>
      <span><i class="line now" />now</span>
      {of.before && <span><i class="line before" />the period before</span>}
      {target !== undefined && <span><i class="line target" />target {share(target)}</span>}
      {minimum !== undefined && minimum > 1 && <span><i class="line pale" />thin, fewer than {count(minimum)} answers</span>}
      {!of.before && <span>{sinceYesterday(of) || "No period before: a day is kept"}</span>}
    </>
  );
}

const DAY_MS = 86_400_000;

/** Of a whole day, its first interval with answers against its last one: `at 13:05 yesterday 79 %, now 83 %`. */
function sinceYesterday({ now, measure }: Shown): string {
  const filled = now.filter(({ total }) => total > 0);
  const [first, last] = [filled[0], filled.at(-1)];
  if (!first || !last || last.to - (now[0]?.from ?? 0) < DAY_MS * 0.9 || first === last) return "";
  const said = (of: Interval) => `at ${timeOfDay(of.from)} ${isToday(of.from) ? "today" : "yesterday"} ${sayValue(valueOf(of, measure), measure)}`;
  return capital(`${said(first)}, ${said(last)}`);
}

/** `10:20 – 10:25: 83 %, n 6; before: 79 %, n 8`. */
function reading({ now, before, measure }: Shown, index: number): string {
  const said = (of: Interval) => (of.total ? `${sayValue(valueOf(of, measure), measure)}, n ${count(of.total)}` : "no answers");
  const interval = now[index];
  const earlier = before?.[index];
  return interval ? `${frame(interval)}: ${said(interval)}${earlier ? `; before: ${said(earlier)}` : ""}` : "";
}

function summary({ now, measure, length }: Shown): string {
  const filled = now.filter(({ total }) => total > 0);
  if (filled.length === 0) return "No answers in this time.";
  const value = (of: Interval) => valueOf(of, measure)!;
  const said = (of: Interval) => `${sayValue(value(of), measure)} at ${timeNear(of.from)}`;
  const sorted = [...filled].sort((a, b) => value(a) - value(b));
  return `${count(now.length)} intervals of ${duration(length * 60_000)}, ${count(now.length - filled.length)} of them without answers. ` +
    `Highest ${said(sorted.at(-1)!)}, lowest ${said(sorted[0]!)}, latest ${said(filled.at(-1)!)}.`;
}

function Table({ of: { now, before, measure } }: { of: Shown }) {
  const { minimumN = 0 } = targets.value;
  const name = title(measure === "share" ? "csat.score" : "csat.average");
  const cells = (of: Interval | undefined) => of && [
    <td key="value">{of.total ? sayValue(valueOf(of, measure), measure) : <span class="none">no answers</span>}</td>,
    <td key="n">{count(of.total)}{of.total > 0 && of.total < minimumN && ", thin"}</td>,
  ];
  return (
    <div class="scroll" tabIndex={0} role="group" aria-label="Table of intervals, newest first">
      <table>
        <caption class="hidden">Changes over time, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Interval</th><th scope="col">{name}</th><th scope="col">n</th>
            {before && <><th scope="col">Before</th><th scope="col">n before</th></>}
          </tr>
        </thead>
        <tbody>
          {now.map((interval, index) => (
            <tr key={interval.from}><th scope="row">{frame(interval)}</th>{cells(interval)}{cells(before?.[index])}</tr>
          )).reverse()}
        </tbody>
      </table>
    </div>
  );
}
