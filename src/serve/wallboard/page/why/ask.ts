// An explanation as it is asked for: once, then page by page, and never by itself, since rows that move cannot be read.
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Explanation, type FactRow, get, Problem, withMore, wordOf } from "../api";

/** Rows of the first page, and of those that follow where all are wanted. */
const FEW = 100;
const MANY = 1_000;
/** More rows than these are not loaded: they would take long, and fill the browser. */
export const MOST = 20_000;

/** Pages of an older answer are kept for a while only. */
const GONE = 410;

interface Asked {
  path: string;
  /** The first page, which says all but the rows that follow. */
  of?: Explanation;
  rows: FactRow[];
  next: string | undefined;
  wrong: string;
}

export interface Answer extends Asked {
  busy: boolean;
  /** What is shown is of the question before; the answer to this one is on its way. */
  old: boolean;
  again: () => void;
  more: () => void;
  all: () => void;
}

const nothing = (path: string): Asked => ({ path, rows: [], next: undefined, wrong: "" });

/** `path`: the question without its pages; empty asks nothing. */
export function useExplanation(path: string): Answer {
  const [asked, setAsked] = useState<Asked>(() => nothing(path));
  const [busy, setBusy] = useState(false);
  const running = useRef<AbortController | undefined>(undefined);
  const latest = useRef(asked);
  latest.current = asked;

  /** Runs one question at a time; a newer one ends it. */
  const run = useCallback((of: string, work: (signal: AbortSignal) => Promise<void>) => {
    running.current?.abort();
    const end = (running.current = new AbortController());
    setBusy(true);
    void work(end.signal).catch((error: unknown) => {
      if (end.signal.aborted) return;
      setAsked((old) => ({ ...(old.path === of ? old : nothing(of)), wrong: wordOf(error) }));
    }).finally(() => running.current === end && setBusy(false));
  }, []);

  const begin = useCallback((wrong = "") => run(path, async (signal) => {
    const of = await get<Explanation>(withMore(path, { limit: FEW }), signal);
    if (!signal.aborted) setAsked({ path, of, rows: of.rows, next: of.next_page, wrong });
  }), [path]);

  const follow = useCallback((limit: number, until: number) => run(path, async (signal) => {
    let { rows, next } = latest.current;
    try {
      while (next && rows.length < until && !signal.aborted) {
        const page: Explanation = await get<Explanation>(withMore(path, { limit, page: next }), signal);
        rows = [...rows, ...page.rows];
        next = page.next_page;
      }
    } catch (error) {
      if (error instanceof Problem && error.status === GONE) return begin("The rows were no longer kept, so they have been read anew.");
      throw error;
    }
    if (!signal.aborted) setAsked((old) => ({ ...old, rows, next, wrong: "" }));
  }), [path]);

  useEffect(() => {
    if (path) begin();
    return () => running.current?.abort();
  }, [path]);

  const old = path !== "" && asked.path !== path;
  const shown = path === "" ? nothing(path) : asked;
  return useMemo(() => ({
    ...shown,
    old,
    busy: busy || old,
    again: () => begin(),
    more: () => follow(FEW, shown.rows.length + 1),
    all: () => follow(MANY, MOST),
  }), [asked, path, busy]);
}
