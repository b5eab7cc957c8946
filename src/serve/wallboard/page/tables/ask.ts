// Questions for what the stream does not have: asked again while the page is seen, page by page.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, Problem, withParameters } from "../api";
import { usePoll } from "../poll";

/** The server does not keep the rows of that page any more. */
const GONE = 410;

/** A question, and the pages of its answer that have been turned: a page leads to the next one alone. */
export interface Pages {
  path: string;
  turned: number;
  /** Said once the pages have begun again by themselves. */
  note: string;
  to: (page: string) => void;
  back: () => void;
  begin: (note?: string) => void;
}

/** `question`: a path with parameters. */
export function usePages(question: string): Pages {
  const [state, setState] = useState<{ of: string; turned: string[]; note: string }>({ of: "", turned: [], note: "" });
  const { turned, note } = state.of === question ? state : { turned: [], note: "" };
  const set = (to: string[], why = "") => setState({ of: question, turned: to, note: why });
  return {
    path: turned.length ? `${question}&${withParameters("", { page: turned.at(-1) }).slice(1)}` : question,
    turned: turned.length,
    note,
    to: (page) => set([...turned, page]),
    back: () => set(turned.slice(0, -1)),
    begin: (why) => set([], why),
  };
}

export interface Asked<T> {
  /** The answer; while there is none to this question, the one to the question before. */
  value: T | undefined;
  old: boolean;
  busy: boolean;
  wrong: string;
  again: () => void;
}

/** Asks for a page; an empty path asks nothing. */
export function useAsked<T>({ path, turned, begin }: Pick<Pages, "path" | "turned" | "begin">, everyMs: number): Asked<T> {
  const had = useRef<{ path: string; value: T } | undefined>(undefined);
  const { value, wrong, busy, again } = usePoll(path, everyMs, async (signal) => {
    const kept = had.current;
    // A page that was turned is of the moment of the first one, and stays so.
    if (turned > 0 && kept?.path === path) return kept.value;
    try {
      const value = await get<T>(path, signal);
      had.current = { path, value };
      return value;
    } catch (error) {
      if (error instanceof Problem && error.status === GONE) begin("The rows of that page are not kept any more: this is the beginning again.");
      throw error;
    }
  });
  return {
    value: value ?? had.current?.value,
    old: value === undefined && had.current?.path !== path,
    busy,
    wrong,
    again,
  };
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
