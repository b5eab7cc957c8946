// A conversation as it is asked for: again while it goes on; events that did not change keep their objects.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { type ConversationAnswer, get, type LifeEvent, ofAccount, Problem, withParameters, wordOf } from "../api";

const EVERY_MS = 10_000;
/** Events of a page. What has more goes on by hand alone. */
const PAGE = 1_000;
const NOT_FOUND = 404;
const GONE = 410;

export type Life = ConversationAnswer["lives"][number];

interface Asked {
  key: string;
  answer?: ConversationAnswer;
  lives: Life[];
  next: string | undefined;
  wrong: string;
  /** Nothing is known of it. */
  unknown: boolean;
}

const nothing = (key: string): Asked => ({ key, lives: [], next: undefined, wrong: "", unknown: false });

export const isClosed = (lives: Life[]) => lives.at(-1)?.state === "closed";

export function useLives(account: string, id: string) {
  const path = ofAccount(account, `conversations/${encodeURIComponent(id)}`);
  const [asked, setAsked] = useState<Asked>(() => nothing(path));
  const [busy, setBusy] = useState(false);
  const latest = useRef(asked);
  latest.current = asked.key === path ? asked : nothing(path);
  const running = useRef<AbortController | undefined>(undefined);

  const ask = useCallback(async (page?: string): Promise<void> => {
    running.current?.abort();
    const end = (running.current = new AbortController());
    const old = latest.current;
    setBusy(true);
    try {
      const answer = await get<ConversationAnswer>(withParameters(path, { limit: PAGE, page }), end.signal);
      if (end.signal.aborted) return;
      const lives = page ? joined(old.lives, answer.lives) : kept(old.lives, answer.lives);
      setAsked({ key: path, answer, lives, next: answer.next_page, wrong: "", unknown: false });
    } catch (error) {
      if (end.signal.aborted) return;
      if (page && error instanceof Problem && error.status === GONE) return ask();
      const unknown = error instanceof Problem && error.status === NOT_FOUND;
      setAsked({ ...latest.current, wrong: unknown ? "" : wordOf(error), unknown });
    } finally {
      if (running.current === end) setBusy(false);
    }
  }, [path]);

  useEffect(() => {
    if (!id) return;
    void ask();
    const timer = setInterval(() => {
      const { answer, lives, next } = latest.current;
      // Of what has more pages those that were loaded would go.
      const isWhole = next === undefined && lives.reduce((all, { events }) => all + events.length, 0) <= PAGE;
      if (!answer || (isWhole && !isClosed(lives))) void ask();
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      running.current?.abort();
    };
  }, [path]);

  return { ...latest.current, busy, again: () => void ask(), more: () => void ask(latest.current.next) };
}

/** What is known with what follows it. */
const joined = (before: Life[], after: Life[]): Life[] =>
  after.map((life, index) => ({ ...life, events: [...(before[index]?.events ?? []), ...life.events] }));

/** The new lives, with the objects of those events that are as they were. */
function kept(before: Life[], after: Life[]): Life[] {
  return after.map((life, index) => {
    const old = before[index]?.events ?? [];
    const same = (event: LifeEvent, place: number) => {
      const known = old[place];
      return known && JSON.stringify(known) === JSON.stringify(event) ? known : event;
    };
    return { ...life, events: life.events.map(same) };
  });
}

/** An event with how long after the one before it came, and since when by then no human has answered. */
export interface Moment {
  event: LifeEvent;
  gapMs: number | undefined;
  unanswered: boolean;
}

export interface Story {
  moments: Moment[];
  /** Since when the customer has had no answer of a human, if that is so at the end. */
  since: string | undefined;
}

/** What a life looks like to who reads it. A close ends what was unanswered; what bots write does not. */
export function story(events: LifeEvent[]): Story {
  let since: string | undefined;
  let closed = false;
  const moments = events.map((event, index) => {
    const before = events[index - 1];
    const moment = { event, gapMs: before && Date.parse(event.at) - Date.parse(before.at), unanswered: since !== undefined };
    const isHuman = event.automated !== true && event.replaced !== true;
    if (event.type === "customer_message" && isHuman) [since, closed] = [since ?? event.at, false];
    else if (event.type === "agent_message" && isHuman && !closed) since = undefined;
    else if (event.type === "closed" && event.replaced !== true) [since, closed] = [undefined, true];
    else if (event.type === "reopened") closed = false;
    return moment;
  });
  return { moments, since };
}
