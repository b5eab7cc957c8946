// Asks again and again for what the stream does not have, while somebody looks.
import { useEffect, useRef, useState } from "preact/hooks";
import { Problem, wordOf } from "./api";
import { isSeen } from "./seen";
import { capital } from "./words";

/** A request that takes longer than this is given up: cables are pulled, computers sleep. */
const PATIENCE_MS = 20_000;

export interface Polled<T> {
  value: T | undefined;
  /** What went wrong the last time, in sentences; the value is then an older one. */
  wrong: string;
  /** Nothing is known yet, or it is asked for by hand. */
  busy: boolean;
  /** Asks at once. */
  again: () => void;
}

/** `key` says what is asked for; another one begins anew, and an empty one asks nothing. `ask` is told what was answered before. */
export function usePoll<T>(key: string, everyMs: number, ask: (signal: AbortSignal, before: T | undefined) => Promise<T>): Polled<T> {
  const nothing = { key, value: undefined as T | undefined, wrong: "", busy: key !== "" };
  const [state, setState] = useState(nothing);
  const [byHand, setByHand] = useState(0);
  const now = state.key === key ? state : nothing;
  const latest = useRef({ ask, now });
  latest.current = { ask, now };
  const isAsked = key !== "" && isSeen.value;
  useEffect(() => {
    if (!isAsked) return;
    const end = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      let wait = everyMs;
      try {
        const { ask, now } = latest.current;
        const value = await ask(AbortSignal.any([end.signal, AbortSignal.timeout(PATIENCE_MS)]), now.value);
        if (!end.signal.aborted) setState({ key, value, wrong: "", busy: false });
      } catch (error) {
        if (end.signal.aborted) return;
        if (error instanceof Problem) wait = Math.max(wait, error.retryAfter * 1_000);
        const wrong = `${capital(wordOf(error)).replace(/\.?$/, ".")} Asking again.`;
        setState((old) => ({ key, value: old.key === key ? old.value : undefined, wrong, busy: false }));
      }
      if (!end.signal.aborted) timer = setTimeout(() => void round(), wait);
    };
    void round();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [key, isAsked, byHand]);
  const again = () => {
    setState((old) => ({ ...old, busy: true }));
    setByHand(byHand + 1);
  };
  return { value: now.value, wrong: now.wrong, busy: now.busy, again };
}
