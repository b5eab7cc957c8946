// The order of a table's rows, as the address has it.
import { view } from "../address";
import type { Column } from "./columns";

/** What a row is to its table, whatever its kind. */
export interface Keyed {
  key: string;
}

export interface Sorting {
  key: string;
  descending: boolean;
}

/** What the address says of the order; `usual` where it says nothing. */
export function sorting(usual: string): Sorting {
  const sort = view.value.sort || usual;
  return sort.startsWith("-") ? { key: sort.slice(1), descending: true } : { key: sort, descending: false };
}

// One for all comparisons: `localeCompare` looks for its rules each time anew.
const texts = new Intl.Collator(undefined, { numeric: true });

function compare(a: number | string, b: number | string): number {
  if (typeof a === "string" && typeof b === "string") return texts.compare(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Rows in order: what has no value comes last either way, and equal ones by their keys. */
export function sorted<Row extends Keyed>(rows: Row[], columns: Column<Row>[], { key, descending }: Sorting): Row[] {
  const value = columns.find((column) => column.key === key)?.value;
  const keyed = rows.map((row) => ({ row, by: value?.(row) }));
  const order = (a: number | string | undefined, b: number | string | undefined) => {
    if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
    return descending ? compare(b, a) : compare(a, b);
  };
  return keyed.sort((a, b) => order(a.by, b.by) || (a.row.key < b.row.key ? -1 : 1)).map(({ row }) => row);
}
