// The curve itself: uPlot in a box that can be pointed at by mouse, finger and arrow keys.
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { view } from "../address";
import { timeNear } from "../parts";
import { type Interval, valueOf } from "./history";
import { type Measure, sayValue, type Shown } from "./over_time";

interface Wanted {
  of: Shown;
  target: number | undefined;
  /** Intervals with fewer answers are pale. */
  minimum: number | undefined;
}

// Places of the lines; after them come those with enough answers, and the target.
const BEFORE = 1;
const ALL = 2;

/** Where the axis of values begins and ends, and its lines. */
interface Axis {
  lines: number[];
  range: [number, number];
}

/** What is drawn, as uPlot wants it. */
interface Drawing {
  data: uPlot.AlignedData;
  frame: [number, number];
  axis: Axis;
  measure: Measure;
}

const middle = ({ from, to }: Interval) => (from + to) / 2_000;

function drawing({ of: { now, before, measure }, target, minimum = 0 }: Wanted): Drawing {
  const values = (of: Interval[], least: number) => of.map((one) => (one.total >= least ? (valueOf(one, measure) ?? null) : null));
  const lines = [
    before ? now.map((_, index) => (before[index] ? (valueOf(before[index], measure) ?? null) : null)) : now.map(() => null),
    values(now, 0), values(now, minimum), now.map(() => target ?? null),
  ];
  const data: uPlot.AlignedData = [now.map(middle), ...lines];
  const frame: [number, number] = [(now[0]?.from ?? 0) / 1_000, (now.at(-1)?.to ?? 0) / 1_000];
  return { data, frame, measure, axis: axis(lines.flat(), measure) };
}

/** The axis ends at the best there is, and begins at one of a few values, so that it seldom moves. */
function axis(values: (number | null)[], measure: Measure): Axis {
  const steps = measure === "share" ? [0, 0.25, 0.5, 0.75, 1] : [1, 2, 3, 4, 5];
  const least = Math.min(...values.filter((value) => value !== null), steps[3]!);
  const lines = steps.filter((_, index) => index === 4 || steps[index + 1]! > least);
  const room = (lines.at(-1)! - lines[0]!) / 40;
  return { lines, range: [lines[0]! - room, lines.at(-1)! + room] };
}

/** Colours as a canvas takes them: what the tokens are in the theme of now. */
function colours(host: HTMLElement) {
  const probe = host.appendChild(document.createElement("i"));
  const read = (colour: string) => {
    probe.style.color = colour;
    return getComputedStyle(probe).color;
  };
  const found = {
    ink: read("var(--quiet)"), line: read("var(--line)"), now: read("var(--accent)"), before: read("var(--before)"),
    pale: read("color-mix(in srgb, var(--accent) 55%, var(--card))"), target: read("var(--quiet)"),
  };
  probe.remove();
  return found;
}

/** Points that have no neighbour to draw a line to. */
function lone(plot: uPlot, series: number): number[] | null {
  const values = plot.data[series]!;
  const found: number[] = [];
  values.forEach((value, index) => {
    if (value != null && values[index - 1] == null && values[index + 1] == null) found.push(index);
  });
  return found.length ? found : null;
}

interface Handle {
  plot: uPlot;
  size: number;
  draw: (wanted: Drawing) => void;
  repaint: () => void;
}

function make(host: HTMLElement, first: Drawing, size: number, point: (at: number | undefined) => void): Handle {
  let now = first;
  let paint = colours(host);
  const line = (stroke: () => string, width: number, dash?: number[]): uPlot.Series => ({
    stroke, width, ...(dash ? { dash } : {}), points: { show: false, filter: dash ? () => null : lone, size: width * 3, fill: stroke },
  });
  const font = `${size}px ${getComputedStyle(host).fontFamily}`;
  const plot = new uPlot({
    width: host.clientWidth, height: host.clientHeight, padding: [size / 2, size * 2.4, 0, 0], legend: { show: false },
    cursor: {
      y: false, drag: { x: false, y: false },
      points: { size: size * 0.8, fill: (_, series) => (series === BEFORE ? paint.before : paint.now), show: (_, series) => (series === BEFORE || series === ALL ? document.createElement("div") : (undefined as never)) },
    },
    scales: { x: { range: () => now.frame }, y: { range: () => now.axis.range } },
    axes: [
      { font, size: size * 2, gap: size / 4, space: size * 8, stroke: () => paint.ink, grid: { show: false }, ticks: { stroke: () => paint.line, size: 5 },
        values: (_, splits) => splits.map((at) => timeNear(at * 1_000)) },
      { font, size: size * 4, gap: size / 3, stroke: () => paint.ink, grid: { stroke: () => paint.line, width: 1 }, ticks: { show: false },
        splits: () => now.axis.lines, values: (_, splits) => splits.map((value) => sayValue(value, now.measure)) },
    ],
    series: [
      {}, line(() => paint.before, size / 8), line(() => paint.pale, size / 10), line(() => paint.now, size / 5),
      line(() => paint.target, 1, [6, 5]),
    ],
    hooks: { setCursor: [(plot) => point(plot.cursor.idx ?? undefined)] },
  }, first.data, host);
  return {
    plot,
    size,
    draw: (wanted) => {
      now = wanted;
      plot.setData(wanted.data);
    },
    repaint: () => {
      paint = colours(host);
      plot.redraw(false, true);
    },
  };
}

export function Curve({ at, point, said, ...wanted }: Wanted & {
  /** The interval that is pointed at. */
  at: number | undefined;
  point: (at: number | undefined) => void;
  said: string;
}) {
  const host = useRef<HTMLDivElement>(null);
  const handle = useRef<Handle | undefined>(undefined);
  const { of, target, minimum } = wanted;
  const shown = useMemo(() => drawing(wanted), [of, target, minimum]);
  const latest = useRef(shown);
  latest.current = shown;
  usePlot(host, handle, latest, point);
  useEffect(() => handle.current?.draw(shown), [shown]);
  const last = of.now.length - 1;
  const move = (to: number) => {
    const plot = handle.current?.plot;
    if (!plot) return;
    const index = Math.max(0, Math.min(last, to));
    plot.setCursor({ left: plot.valToPos(plot.data[0][index]!, "x"), top: 0 });
  };
  const press = (event: KeyboardEvent) => {
    const now = at ?? last;
    const steps: Record<string, number> = {
      ArrowLeft: now - 1, ArrowDown: now - 1, ArrowRight: now + 1, ArrowUp: now + 1,
      PageDown: now - 12, PageUp: now + 12, Home: 0, End: last,
    };
    const to = steps[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    move(to);
  };
  return (
    <div class="curve" ref={host} tabIndex={0} role="slider" aria-label="Interval of the curve" aria-orientation="horizontal" aria-valuemin={1} aria-valuemax={last + 1}
      aria-valuenow={(at ?? last) + 1} aria-valuetext={said || undefined} onKeyDown={press}
      onFocus={() => at === undefined && host.current?.matches(":focus-visible") && move(last)}
      onBlur={() => handle.current?.plot.setCursor({ left: -10, top: -10 })} />
  );
}

/** Makes the plot when there is room for it, and fits it to its box and to the theme. */
function usePlot(
  host: { current: HTMLDivElement | null },
  handle: { current: Handle | undefined },
  latest: { current: Drawing },
  point: (at: number | undefined) => void,
): void {
  useEffect(() => {
    const box = host.current!;
    const fit = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = box;
      if (width === 0 || height === 0) return;
      const size = Math.round(Math.max(12, Math.min(40, width / 75, height / 11)));
      if (handle.current?.size === size) return handle.current.plot.setSize({ width, height });
      handle.current?.plot.destroy();
      handle.current = make(box, latest.current, size, point);
    });
    fit.observe(box);
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const repaint = () => handle.current?.repaint();
    dark.addEventListener("change", repaint);
    return () => {
      fit.disconnect();
      dark.removeEventListener("change", repaint);
      handle.current?.plot.destroy();
      handle.current = undefined;
    };
  }, []);
  const { theme } = view.value;
  useEffect(() => handle.current?.repaint(), [theme]);
}
