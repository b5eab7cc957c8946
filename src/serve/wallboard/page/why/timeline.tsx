// The events of one life in order, with the facts they state and what was taken back.
import { useMemo } from "preact/hooks";
import { view } from "../address";
import type { FactRow, LifeEvent } from "../api";
import { duration } from "../words";
import { details, eventWords } from "./events";
import { factValue, factWords } from "./facts";
import { type Life, type Moment, story } from "./lives";
import { Age, AgentLink, Contact, When, when } from "../parts";

/** Gaps that nobody asks about. */
const SHORT_MS = 1_000;
/** Longer texts scroll by themselves. */
const LONG = 600;

export function Timeline({ life, nth, of, whole }: { life: Life; nth: number; of: number; whole: boolean }) {
  const { moments, since } = useMemo(() => story(life.events), [life]);
  const goesOn = life.state !== "closed" && whole;
  return (
    <section class="card" aria-labelledby={`life-${nth}`}>
      <h2 id={`life-${nth}`}>
        {of > 1 && `Life ${nth} of ${of}: `}{when(life.from)} – {when(life.to)}
      </h2>
      <ol class="events">
        {moments.map((moment, index) => <Item key={index} {...moment} />)}
      </ol>
      {goesOn && since && <p class="open">The customer has had no answer from a human for <b><Age since={since} /></b>.</p>}
    </section>
  );
}

/** Made once of an event that stays as it is. Its links hold the view. */
function Item({ event, gapMs, unanswered }: Moment) {
  return useMemo(() => (
    <li class={unanswered ? "unanswered" : ""}>
      <div class="moment">
        <When at={event.at} />
        {gapMs !== undefined && gapMs >= SHORT_MS && <span class="quiet">+{duration(gapMs)}{unanswered && " unanswered"}</span>}
      </div>
      <div class="happened">
        <Event event={event} />
        <Facts facts={event.facts ?? []} />
      </div>
    </li>
  ), [event, gapMs, unanswered, view.value]);
}

function Event({ event }: { event: LifeEvent }) {
  const words = eventWords(event);
  const { agent_id, agent_name, contact_id, contact_name, text, comment, replaced } = event as LifeEvent & Record<string, string | undefined>;
  return (
    <>
      <p>
        <b>{words}</b>
        {agent_id && <> · <AgentLink id={agent_id} name={agent_name} /></>}
        {contact_id && <> · <Contact id={contact_id} name={contact_name} /></>}
        {details(event).map(([name, value]) => <span key={name}> · {name && <span class="quiet">{name} </span>}<bdi>{value}</bdi></span>)}
      </p>
      {replaced && <p class="quiet">Another event with the same id came first: this one does nothing.</p>}
      {text && <Said text={text} />}
      {comment && <Said text={comment} />}
    </>
  );
}

/** What somebody wrote, as it was written. */
const Said = ({ text }: { text: string }) => <blockquote tabIndex={text.length > LONG ? 0 : undefined}><bdi>{text}</bdi></blockquote>;

function Facts({ facts }: { facts: FactRow[] }) {
  if (facts.length === 0) return null;
  return (
    <ul class="stated" aria-label="What it states">
      {facts.map((fact, index) => <Fact key={index} fact={fact} />)}
    </ul>
  );
}

function Fact({ fact }: { fact: FactRow }) {
  const value = factValue(fact);
  const said = <>{factWords(fact.fact)}{value && <> <b>{value}</b></>}</>;
  return (
    <li class={value || fact.taken_back ? "" : "quiet"}>
      {fact.taken_back ? <><span class="taken">Taken back</span> <del>{said}</del>: {fact.why ?? "it does not hold any more"}</> : said}
      <span class="quiet"> · {fact.agent_id !== undefined && <><AgentLink id={fact.agent_id} />, </>}{fact.skill_id && fact.skill_id !== "-1" ? <bdi>{fact.skill_id}</bdi> : "no skill"}</span>
    </li>
  );
}
