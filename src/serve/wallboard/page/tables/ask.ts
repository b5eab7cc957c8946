// Questions for what the stream does not have: asked again while the page is seen, page by page.
import { useEffect, useRef, useState } from "preact/hooks";
import { go, view } from "../address";
import { get, Problem, withMore } from "../api";
import { usePoll } from "../poll";

/** The server does not keep the rows of that page any more. */
const GONE = 410;
/** Rows that an answer has at most. */
const MOST = 1_000;

/** The ways to pages of the question that was asked last, from the second on: a page leads to the next one alone. */
let ways: { to: string; known: (string | undefined)[] } = { to: "", known: [] };

/** Keeps a way; one that was kept beyond it led to rows of another moment. */
function keepWay(question: string, sheet: number, page: string | undefined): void {
  if (ways.to !== question) return;
  ways.known.length = Math.min(ways.known.length, sheet - 2);
  ways.known[sheet - 2] = page;
}

/** The way to a page: through those before it, if nobody came by them. Nothing where there are not so many. */
async function way(question: string, sheet: number, size: number, signal: AbortSignal): Promise<string | undefined> {
  if (ways.to !== question) ways = { to: question, known: [] };
  let page = ways.known[sheet - 2];
  for (let left = page ? 0 : (sheet - 1) * size; left > 0; left -= MOST) {
    const { next_page } = await get<Paged>(withMore(question, { limit: Math.min(left, MOST), page }), signal);
    if (!next_page) return undefined;
    page = next_page;
  }
  if (page) ways.known[sheet - 2] = page;
  return page;
}

interface Paged {
  next_page?: string;
}

export interface Asked<T> {
  /** The answer; while there is none to this question, the one to the question before. */
  value: T | undefined;
  old: boolean;
  busy: boolean;
  wrong: string;
  again: () => void;
}

/** Asks for the page that the address names, of so many rows; an empty question asks nothing. */
export function useAsked<T extends Paged>(question: string, size: number, everyMs: number): Asked<T> {
  const { sheet } = view.value;
  const key = question && `${sheet} ${question}`;
  const had = useRef<{ key: string; value: T } | undefined>(undefined);
  const ask = async (signal: AbortSignal): Promise<T> => {
    const page = await way(question, sheet, size, signal);
    if (sheet > 1 && !page) go({ sheet: 1 }, "replace");
    const value = await get<T>(withMore(question, { limit: size, page }), signal);
    keepWay(question, sheet + 1, value.next_page);
    return value;
  };
  const { value, wrong, busy, again } = usePoll<T>(key, everyMs, async (signal, before) => {
    // A page that was turned is of the moment of the first one, and stays so.
    if (sheet > 1 && before) return before;
    const value = await ask(signal).catch((error) => {
      if (!(error instanceof Problem && error.status === GONE)) throw error;
      ways.known = [];
      return ask(signal);
    });
    had.current = { key, value };
    return value;
  });
  return { value: value ?? had.current?.value, old: value === undefined && had.current?.key !== key, busy, wrong, again };
}

/** While somebody types nothing is asked. */
const TYPED_MS = 300;

export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
