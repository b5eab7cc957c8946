// Small things of the pages about one thing: the way back, times, and links to agents and conversations.
import type { ComponentChildren } from "preact";
import { address, follow, go, steps } from "./address";
import { isToday, now } from "./clock";
import { head } from "./stream";
import { age, named, timeAndDay, timeExact, timeOfDay, timeOfWeek } from "./words";

/** To where the reader came from; of who came by an address, to the board. */
export function Back() {
  return (
    <a class="back" href={address({ page: "board" })} onClick={(event) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (steps() > 0) history.back();
      else go({ page: "board" });
    }}><span aria-hidden="true">←</span> Back</a>
  );
}

/** The head of a page: where it leads back to, what it is about, and what can be done. */
export function Top({ children, controls }: { children: ComponentChildren; controls?: ComponentChildren }) {
  return (
    <div class="head">
      <Back />
      <h1>{children}</h1>
      {controls && <div class="controls">{controls}</div>}
    </div>
  );
}

/** A button. While it can do nothing it keeps the focus, which one that is disabled would lose. */
export function Press({ off = false, to, children }: { off?: boolean; to: (() => void) | undefined; children: ComponentChildren }) {
  const isOff = off || to === undefined;
  return <button type="button" aria-disabled={isOff} onClick={() => !isOff && to()}>{children}</button>;
}

/** A time, with its day where it is not today. */
export const when = (at: string) => (isToday(at) ? timeExact(at) : timeAndDay(at));
/** The same without seconds: `14:05`, `Thu 14:05`. */
export const timeNear = (at: string | number) => (isToday(at) ? timeOfDay(at) : timeOfWeek(at));

export const When = ({ at }: { at: string }) => <time dateTime={at} title={at}>{when(at)}</time>;

/** How long ago it was; counts on by itself. */
export const Age = ({ since }: { since: string | number }) => <>{age(since, now.value)}</>;

/** Longer words may be broken anywhere; shorter ones are read better whole. */
const LONG = 24;

/** An id or name, whatever is in it. */
export const Text = ({ text }: { text: string }) => <bdi class={text.length > LONG ? "long" : "short"}>{text}</bdi>;

/** The signs of what an agent said of being there. */
export const PRESENCE: Record<string, string> = { online: "●", away: "◐", offline: "○" };

/** From when the numbers are complete, where that is later than they are asked for. */
export function Since({ from, complete = head.value?.complete_since }: { from: string | undefined; complete?: string | undefined }) {
  if (!complete || !from || Date.parse(complete) <= Date.parse(from)) return null;
  return <p class="since quiet">These numbers are complete from {timeAndDay(complete)} on: what came before has not been read.</p>;
}

/** An agent by id; `-1` is nobody. */
export function AgentLink({ id, name }: { id: string | undefined; name?: string | undefined }) {
  if (id === undefined) return <span class="none">not named</span>;
  if (id === "-1") return <span class="none">nobody</span>;
  return <a {...follow({ page: "agent", agent: id })}><Text text={name || id} /></a>;
}

export const ConversationLink = ({ id }: { id: string }) => <a {...follow({ page: "conversation", conversation: id })}><Text text={id} /></a>;

/** An id of something that has no page of its own. */
export const Id = ({ id }: { id: string | undefined }) => (id === undefined || id === "-1" ? <span class="none">{named(id, "none")}</span> : <Text text={id} />);

/** Who the customer is: by name for those who may know it. */
export function Contact({ id, name }: { id: string | undefined; name: string | undefined }) {
  if (id === undefined || id === "-1") return <span class="none">not known</span>;
  return name ? <span><Text text={name} /> <span class="quiet"><Text text={id} /></span></span> : <Text text={id} />;
}

/** What went wrong, said at once to who listens. */
export const Wrong = ({ text }: { text: string }) => (text ? <p class="bad" role="alert"><span aria-hidden="true">■</span> {text}</p> : null);
