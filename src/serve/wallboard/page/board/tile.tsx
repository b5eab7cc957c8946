// What all tiles have: a frame with a name, a large number that shows when it changes, its target and the change.
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { filters, minutesOf, view } from "../address";
import type { MetricsRow, Metrics } from "../api";
import { at, isThin, unit } from "../catalogue";
import { Metric } from "../metric";
import { timeNear } from "../parts";
import { connection, head } from "../stream";
import { targets } from "../targets";
import { change, count, say, windowName } from "../words";

/** Alarm colours are for values against their target alone. */
export type Tone = "" | "good" | "warn" | "bad";

export function Tile({ area, name, of, controls, children }: {
  /** Its place in the grid. */
  area: string;
  name: string;
  /** What the large number is, in a word, and of how many. */
  of?: ComponentChildren;
  controls?: ComponentChildren;
  children: ComponentChildren;
}) {
  const id = `tile-${area}`;
  return (
    <section class={`card tile ${area}`} aria-labelledby={id}>
      <div class="top"><h2 id={id}>{name}</h2>{of && <span class="quiet">{of}</span>}{controls}</div>
      {children}
    </section>
  );
}

/** What stands in a tile until the first numbers come; one of the tiles tells more. */
export function Pending({ why = false }: { why?: boolean }) {
  return <p class="quiet pending">{connection.value === "lost" ? `No numbers yet.${why ? " The state of the data, at the top, says why." : ""}` : "Loading …"}</p>;
}

/** ` in the last 1 h`, for sentences that say that there is nothing. */
export function within(): string {
  const chosen = Object.keys(filters.value).length > 0;
  return `in the last ${windowName(minutesOf(view.value.window)!)}${chosen ? " for these filters" : ""}`;
}

/** Marks an element for a moment when what it says becomes something else. */
export function useChanged<E extends HTMLElement>(said: string) {
  const element = useRef<E>(null);
  const before = useRef(said);
  useLayoutEffect(() => {
    const shown = element.current;
    if (!shown || before.current === said) return;
    before.current = said;
    if (shown.classList.contains("changed")) {
      shown.classList.remove("changed");
      // Without a look at it the browser would see no difference, and not begin anew.
      void shown.offsetWidth;
    }
    shown.classList.add("changed");
    const timer = setTimeout(() => shown.classList.remove("changed"), 1_300);
    return () => clearTimeout(timer);
  }, [said]);
  return element;
}

/** The number of a tile. */
export function Value({ path, metrics, tone = "" }: { path: string; metrics: Metrics; tone?: Tone }) {
  const value = at(metrics, path);
  const said = say(value, unit(path));
  const element = useChanged<HTMLSpanElement>(said);
  return (
    <span ref={element} class={`value ${tone}`}>
      <Metric path={path} metrics={metrics} text={value === undefined ? undefined : <Units of={said} />} />
    </span>
  );
}

/** `2 m 25 s` with its units smaller, so that the digits are read from far. */
export const Units = ({ of }: { of: string }) => (
  <>{of.split(/(\u00a0?(?:\p{L}+|%))/u).map((part, index) => (index % 2 ? <small key={index}>{part}</small> : part))}</>
);

/** The count on which a number rests, and whether that is few. */
export const Count = ({ path, metrics }: { path: string; metrics: Metrics }) => (
  <><Metric path={path} metrics={metrics} />{isThin(metrics, path) && at(metrics, path) !== 0 && <>{" "}<Thin /></>}</>
);

/** A share, and of how many: `73 % of 120`. */
export const ShareOf = ({ path, all, metrics }: { path: string; all: string; metrics: Metrics }) => (
  <><Metric path={path} metrics={metrics} /> <small>of <Metric path={all} metrics={metrics} /></small></>
);

export function Thin() {
  const { minimumN } = targets.value;
  return <em class="thin" title={minimumN ? `Fewer than ${count(minimumN)}: too few to judge` : "Too few to judge"}>thin</em>;
}

export const Fact = ({ name, children }: { name: ComponentChildren; children: ComponentChildren }) => (
  <div><dt>{name}</dt><dd>{children}</dd></div>
);

/** How a number differs from the period before: `−12 s, faster than before`. Not an alarm, so not coloured. */
export function Change({ path, row, words: [less, more] }: { path: string; row: MetricsRow; words: [string, string] }) {
  const { previous } = row;
  const now = at(row.metrics, path);
  if (!previous || now === undefined) return null;
  const complete = head.value?.complete_since;
  if (complete && Date.parse(complete) > Date.parse(previous.from)) return <p class="change quiet">The period before has not been read whole</p>;
  const before = at(previous.metrics, path);
  if (before === undefined) return <p class="change quiet">Nothing before to compare with</p>;
  const said = change(now - before, unit(path));
  const thin = isThin(previous.metrics, path) ? " (thin)" : "";
  const then = `${say(before, unit(path))}${thin} from ${timeNear(previous.from)} to ${timeNear(previous.to)}`;
  return (
    <p class="change quiet" title={`Before: ${then}`}>
      {said ? <><b>{said}</b>, {now < before ? less : more} than before</> : "The same as before"}{thin}
      <span class="hidden">: {then}</span>
    </p>
  );
}
