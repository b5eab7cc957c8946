// A conversation as it is asked for: again while it goes on; events that did not change keep their objects.
import { useRef } from "preact/hooks";
import { type ConversationAnswer, get, type LifeEvent, ofAccount, Problem, withParameters } from "../api";
import { usePoll } from "../poll";

const EVERY_MS = 10_000;
/** Events of a page. What has more goes on by hand alone. */
const PAGE = 1_000;
const NOT_FOUND = 404;
const GONE = 410;

export type Life = ConversationAnswer["lives"][number];

interface Known {
  answer?: ConversationAnswer;
  lives: Life[];
  next?: string | undefined;
  /** Nothing is known of it by now. */
  unknown: boolean;
}

export const isClosed = (lives: Life[]) => lives.at(-1)?.state === "closed";

/** Whether it is worth to ask again: of what has more pages those that were loaded would go. */
function goesOn({ answer, lives, next }: Known): boolean {
  const isWhole = next === undefined && lives.reduce((all, { events }) => all + events.length, 0) <= PAGE;
  return !answer || (isWhole && !isClosed(lives));
}

export function useLives(account: string, id: string) {
  const path = ofAccount(account, `conversations/${encodeURIComponent(id)}`);
  /** What is asked for by hand, until it is there: what follows, or all of it anew. */
  const byHand = useRef<{ path: string; page: string | undefined } | undefined>(undefined);
  const { value, wrong, busy, again } = usePoll<Known>(id && path, EVERY_MS, async (signal, before) => {
    const asked = byHand.current?.path === path ? byHand.current : undefined;
    if (before && !asked && !goesOn(before)) return before;
    const known = await read(path, asked?.page, before, signal);
    if (asked === byHand.current) byHand.current = undefined;
    return known;
  });
  const ask = (page?: string) => {
    byHand.current = { path, page };
    again();
  };
  const known: Known = value ?? { lives: [], unknown: false };
  return { ...known, wrong, busy, again: () => ask(), more: () => ask(known.next) };
}

async function read(path: string, page: string | undefined, before: Known | undefined, signal: AbortSignal): Promise<Known> {
  const old = before?.lives ?? [];
  try {
    const answer = await get<ConversationAnswer>(withParameters(path, { limit: PAGE, page }), signal);
    return { answer, lives: page ? joined(old, answer.lives) : kept(old, answer.lives), next: answer.next_page, unknown: false };
  } catch (error) {
    if (page && error instanceof Problem && error.status === GONE) return read(path, undefined, before, signal);
    if (error instanceof Problem && error.status === NOT_FOUND) return { ...before, lives: old, unknown: true };
    throw error;
  }
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
