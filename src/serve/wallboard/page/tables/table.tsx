// A table: sorted by a click on a heading, a page of rows at a time, scrolled in a region of its own.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { go, minutesOf, view } from "../address";
import { Press, Since } from "../parts";
import { condition } from "../status";
import { agents, metrics, ratings } from "../stream";
import { count, named, windowName } from "../words";
import type { Column } from "./columns";
import { type Keyed, type Sorting, sorting } from "./order";

/** Rows on a page: more are not read, and would take longer to draw than a second has room for. */
export const ON_A_PAGE = 50;

/** How pages are turned; a way that leads nowhere is absent. */
export interface Turn {
  before?: (() => void) | undefined;
  after?: (() => void) | undefined;
}

export function Table<Row extends Keyed>({ caption, columns, rows, first, total, usual, turn, old = false }: {
  caption: string;
  /** The first one heads its row. */
  columns: Column<Row>[];
  rows: Row[];
  /** Of how many these are which. */
  first: number;
  total: number;
  usual: string;
  turn: Turn;
  /** These are rows of a question before; those of this one are on their way. */
  old?: boolean;
}) {
  const order = sorting(usual);
  const region = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (region.current) region.current.scrollTop = 0;
  }, [first]);
  // Once the browser has scrolled to it, and before anybody sees.
  const focused = ({ target }: FocusEvent) => requestAnimationFrame(() => region.current && target !== region.current && uncover(region.current, target as Element));
  return (
    <>
      <div class={old ? "sheet old" : "sheet"} role="region" aria-label={caption} aria-busy={old} tabIndex={0} ref={region} onFocusIn={focused}>
        <table class="rows">
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>{columns.map((column) => <Heading key={column.key} column={column} order={order} />)}</tr>
          </thead>
          <tbody>{rows.map((row) => <Line key={row.key} row={row} columns={columns} />)}</tbody>
        </table>
      </div>
      <Pages text={`${count(first + 1)}–${count(first + rows.length)} of ${count(total)}`} turn={turn} />
    </>
  );
}

/** Room for the frame of what has the focus. */
const ROOM = 6;

/** Brings out what has the focus from below the headings and the first column, which stay where they are. Margins and paddings
 *  of scrolling would not do: sideways, browsers leave a thing where it is as long as they see a bit of it. */
function uncover(region: HTMLElement, link: Element): void {
  // Who uses a mouse sees where it is.
  if (!link.matches(":focus-visible")) return;
  const cell = link.getBoundingClientRect();
  const [corner, heading] = [region.querySelector("thead th")!, region.querySelector("thead th:last-child")!];
  if (link.closest("tbody")) region.scrollTop -= Math.max(0, heading.getBoundingClientRect().bottom + ROOM - cell.top);
  // On a telephone the first column goes with the others.
  const stays = getComputedStyle(corner).position === "sticky" && !link.closest("th:first-child");
  if (stays) region.scrollLeft -= Math.max(0, corner.getBoundingClientRect().right + ROOM - cell.left);
}

/** Which rows are shown, and the ways to others. */
export function Pages({ text, turn: { before, after } }: { text: string; turn: Turn }) {
  const isTurned = !view.value.kiosk && (before !== undefined || after !== undefined);
  return (
    <div class="pages">
      <span>{text}</span>
      {isTurned && <><Press to={before}>Previous</Press><Press to={after}>Next</Press></>}
    </div>
  );
}

function Heading<Row>({ column, order }: { column: Column<Row>; order: Sorting }) {
  const { key, title, help, numeric } = column;
  const is = order.key === key;
  // Numbers are looked at from the greatest down, names from the first on.
  const next = is ? !order.descending : numeric;
  return (
    <th scope="col" class={numeric ? "number" : ""} aria-sort={is ? (order.descending ? "descending" : "ascending") : "none"}>
      <button type="button" title={help} onClick={() => go({ sort: `${next ? "-" : ""}${key}` }, "replace")}>
        {title}{is && <span aria-hidden="true">{order.descending ? "↓" : "↑"}</span>}
      </button>
    </th>
  );
}

/** A row is drawn anew only when it is another one. */
class Line<Row> extends Component<{ row: Row; columns: Column<Row>[] }> {
  override shouldComponentUpdate(next: { row: Row; columns: Column<Row>[] }) {
    return next.row !== this.props.row || next.columns !== this.props.columns;
  }

  override render() {
    const { row, columns } = this.props;
    return (
      <tr>
        {columns.map((column, place) => (place === 0
          ? <th key={column.key} scope="row">{column.cell(row)}</th>
          : <td key={column.key} class={column.numeric ? "number" : ""}>{column.cell(row)}</td>))}
      </tr>
    );
  }
}

/** Of what the numbers are: the window, and the filters that hold. */
export function covered(kinds: ("skill" | "line")[]): string {
  const { window } = view.value;
  const held = kinds.filter((kind) => view.value[kind].length > 0)
    .map((kind) => `${kind} ${view.value[kind].map((id) => named(id, "none")).join(", ")}`);
  return [`last ${windowName(minutesOf(window)!)}`, ...held].join(", ");
}

/** The heading of a table's page, what it covers, and where it is searched. A television has no controls. */
export function Top({ title, what, of, children }: { title: string; what: string; of: string; children?: ComponentChildren }) {
  const { search, kiosk } = view.value;
  return (
    <div class="top">
      <h1>{title}</h1>
      <p class="quiet covered"><bdi>{of}</bdi></p>
      <Since from={(metrics.value ?? agents.value ?? ratings.value)?.from} />
      {!kiosk && <>
        <label class="search">
          <span class="hidden">Search {what}</span>
          <input type="search" placeholder={`Search ${what}`} value={search} onInput={(event) => go({ search: event.currentTarget.value }, "replace")} />
        </label>
        {children}
      </>}
    </div>
  );
}

/** What stands where the stream has told nothing yet. */
export function NotYet() {
  const { kind, text } = condition.value;
  const isLoading = kind === "live" || kind === "connecting" || kind === "delayed";
  return <p class="notice" role="status">{isLoading ? "Loading …" : text}</p>;
}
