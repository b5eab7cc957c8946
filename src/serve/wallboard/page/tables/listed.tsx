// A table of rows that are all here: searched, sorted and turned by the page.
import { go, view } from "../address";
import type { Column } from "./columns";
import { type Keyed, sorted, sorting } from "./order";
import { NotYet, ON_A_PAGE, Table } from "./table";

/** A row for each object of the answer: the same one for the same object, so that what did not change is not drawn anew. */
export function keptFor<From extends object, To>(make: (from: From) => To): (from: From) => To {
  const known = new WeakMap<From, To>();
  return (from) => {
    let to = known.get(from);
    if (!to) known.set(from, (to = make(from)));
    return to;
  };
}

export function Listed<Row extends Keyed>({ caption, rows, columns, usual, text, none }: {
  caption: string;
  rows: Row[] | undefined;
  columns: Column<Row>[];
  usual: string;
  /** In what is searched. */
  text: (row: Row) => string;
  /** What is said where there are no rows. */
  none: string;
}) {
  const { search, sheet } = view.value;
  if (!rows) return <NotYet />;
  const wanted = search.trim().toLowerCase();
  const found = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  if (found.length === 0) return <p class="card">{wanted && rows.length > 0 ? <>Nothing found for “<bdi>{search}</bdi>”.</> : none}</p>;
  const last = Math.ceil(found.length / ON_A_PAGE);
  const at = Math.min(sheet, last);
  const first = (at - 1) * ON_A_PAGE;
  const shown = sorted(found, columns, sorting(usual)).slice(first, first + ON_A_PAGE);
  const to = (sheet: number) => (sheet >= 1 && sheet <= last ? () => go({ sheet }) : undefined);
  const turn = { before: to(at - 1), after: to(at + 1) };
  return <Table caption={caption} columns={columns} rows={shown} first={first} total={found.length} usual={usual} turn={turn} />;
}
