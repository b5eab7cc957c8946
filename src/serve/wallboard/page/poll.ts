// Asks again and again for what the stream does not have.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, wordOf } from "./api";
import { capital } from "./words";

/** A request that takes longer than this is given up: cables are pulled, computers sleep. */
const PATIENCE_MS = 20_000;

export interface Polled<T> {
  value: T | undefined;
  /** What went wrong the last time, in sentences; the value is then an older one. */
  wrong: string;
}

/** `key` says what is asked for; another one begins anew, and an empty one asks nothing. */
export function usePoll<T>(key: string, everyMs: number, ask: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const [state, setState] = useState<Polled<T> & { key: string }>({ key, value: undefined, wrong: "" });
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (key === "") return;
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      let wait = everyMs;
      try {
        const value = await latest.current(AbortSignal.any([end.signal, AbortSignal.timeout(PATIENCE_MS)]));
        if (!end.signal.aborted) setState({ key, value, wrong: "" });
      } catch (error) {
        if (end.signal.aborted) return;
        if (error instanceof Problem) wait = Math.max(wait, error.retryAfter * 1_000);
        setState((old) => ({ key, value: old.key === key ? old.value : undefined, wrong: `${capital(wordOf(error)).replace(/\.?$/, ".")} Asking again.` }));
      }
      if (!end.signal.aborted) timer = setTimeout(() => void round(), wait);
    };
    void round();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [key]);
  return state.key === key ? state : { value: undefined, wrong: "" };
}
