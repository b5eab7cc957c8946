// A table of rows that are all here: searched, sorted and turned by the page.
import { useEffect, useState } from "preact/hooks";
import { view } from "../address";
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
  const { search, sort, skill, line } = view.value;
  const [page, setPage] = useState(0);
  useEffect(() => setPage(0), [search, sort, skill.join(","), line.join(",")]);
  if (!rows) return <NotYet />;
  const wanted = search.trim().toLowerCase();
  const found = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  if (found.length === 0) return <p class="card">{wanted && rows.length > 0 ? <>Nothing found for “<bdi>{search}</bdi>”.</> : none}</p>;
  const last = Math.ceil(found.length / ON_A_PAGE) - 1;
  const at = Math.min(page, last);
  const shown = sorted(found, columns, sorting(usual)).slice(at * ON_A_PAGE, (at + 1) * ON_A_PAGE);
  const turn = { before: at > 0 ? () => setPage(at - 1) : undefined, after: at < last ? () => setPage(at + 1) : undefined };
  return <Table caption={caption} columns={columns} rows={shown} first={at * ON_A_PAGE} total={found.length} usual={usual} turn={turn} />;
}
