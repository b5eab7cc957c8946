// A table: sorted by a click on a heading, searched, with columns to choose, a page of rows at a time.
import { Component } from "preact";
import { useRef } from "preact/hooks";
import { go, minutesOf, view } from "../address";
import { catalogue } from "../catalogue";
import { count, windowName } from "../words";
import { choose, chosen, type Column, offered, type TableName } from "./columns";

/** Rows on a page: more are not read, and would take longer to draw than a second has room for. */
export const ON_A_PAGE = 50;

/** What a row is to its table, whatever its kind. */
export interface Keyed {
  key: string;
}

interface Sorting {
  key: string;
  descending: boolean;
}

/** What the address says of the order; `usual` where it says nothing. */
export function sorting(usual: string): Sorting {
  const sort = view.value.sort || usual;
  return sort.startsWith("-") ? { key: sort.slice(1), descending: true } : { key: sort, descending: false };
}

/** Rows in order: what has no value comes last either way, and equal ones by their keys. */
export function sorted<Row extends Keyed>(rows: Row[], columns: Column<Row>[], { key, descending }: Sorting): Row[] {
  const value = columns.find((column) => column.key === key)?.value;
  const keyed = rows.map((row) => ({ row, by: value?.(row) }));
  const order = (a: number | string | undefined, b: number | string | undefined) => {
    if (a === b) return 0;
    if (a === undefined) return 1;
    if (b === undefined) return -1;
    const less = typeof a === "string" && typeof b === "string" ? a.localeCompare(b) < 0 : a < b;
    return less === descending ? 1 : -1;
  };
  return keyed.sort((a, b) => order(a.by, b.by) || (a.row.key < b.row.key ? -1 : 1)).map(({ row }) => row);
}

export function Table<Row extends Keyed>({ name, caption, columns, rows, first, total, usual, onPage }: {
  name: TableName;
  caption: string;
  /** The first one heads its row. */
  columns: Column<Row>[];
  rows: Row[];
  /** Of how many these are which; pages are turned by `onPage`, which is absent where there is no more. */
  first: number;
  total: number;
  usual: string;
  onPage: { before?: (() => void) | undefined; after?: (() => void) | undefined };
}) {
  const order = sorting(usual);
  return (
    <>
      <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
        <table class="rows">
          <caption class="hidden">{caption}</caption>
          <thead>
            <tr>{columns.map((column) => <Heading key={column.key} column={column} order={order} />)}</tr>
          </thead>
          <tbody>{rows.map((row) => <Line key={row.key} row={row} columns={columns} />)}</tbody>
        </table>
      </div>
      <div class="pages">
        <span>{rows.length === 0 ? `Nothing of ${count(total)}` : `${count(first + 1)}–${count(first + rows.length)} of ${count(total)}`}</span>
        {(onPage.before || onPage.after) && <>
          <button type="button" disabled={!onPage.before} onClick={onPage.before}>Previous</button>
          <button type="button" disabled={!onPage.after} onClick={onPage.after}>Next</button>
        </>}
        <Columns name={name} />
      </div>
    </>
  );
}

function Heading<Row>({ column, order }: { column: Column<Row>; order: Sorting }) {
  const { key, title, help, numeric } = column;
  const is = order.key === key;
  const kind = numeric ? "number" : "";
  if (!column.value) return <th scope="col" class={kind} title={help}>{title}</th>;
  // Numbers are looked at from the greatest down, names from the first on.
  const next = is ? !order.descending : numeric;
  return (
    <th scope="col" class={kind} aria-sort={is ? (order.descending ? "descending" : "ascending") : "none"}>
      <button type="button" title={help} onClick={() => go({ sort: `${next ? "-" : ""}${key}` }, "replace")}>
        {title}<span aria-hidden="true">{is ? (order.descending ? " ↓" : " ↑") : ""}</span>
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

/** Which columns there are. */
function Columns({ name }: { name: TableName }) {
  const details = useRef<HTMLDetailsElement>(null);
  const now = chosen(name);
  const groups = new Map<string, string[]>();
  for (const path of offered(name)) {
    const group = path.includes(".") ? path.split(".")[0]! : "counts";
    groups.set(group, [...(groups.get(group) ?? []), path]);
  }
  const toggle = (path: string) => {
    const wanted = now.includes(path) ? now.filter((other) => other !== path) : [...now, path];
    choose(name, offered(name).filter((one) => wanted.includes(one)));
  };
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !details.current?.open) return;
    details.current.open = false;
    details.current.querySelector("summary")?.focus();
  };
  return (
    <details class="pick columns-pick" ref={details} onKeyDown={leave}>
      <summary>Columns</summary>
      <div class="list">
        {[...groups].map(([group, paths]) => (
          <fieldset key={group}>
            <legend>{group.replaceAll("_", " ")}</legend>
            {paths.map((path) => (
              <label key={path}>
                <input type="checkbox" checked={now.includes(path)} onChange={() => toggle(path)} /> {catalogue.value.get(path)?.title}
              </label>
            ))}
          </fieldset>
        ))}
        <button type="button" onClick={() => choose(name, undefined)}>The usual columns</button>
      </div>
    </details>
  );
}

/** The heading of a table's page, and where it is searched. */
export function Top({ title, what, children }: { title: string; what: string; children?: preact.ComponentChildren }) {
  const { search, window } = view.value;
  return (
    <div class="top">
      <h1>{title}</h1>
      <p class="quiet">last {windowName(minutesOf(window)!)}</p>
      <label class="search">
        <span class="hidden">Search {what}</span>
        <input type="search" placeholder={`Search ${what}`} value={search} onInput={(event) => go({ search: event.currentTarget.value }, "replace")} />
      </label>
      {children}
    </div>
  );
}
