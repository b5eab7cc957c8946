// One conversation: its lives, each with what happened in order, what that states, and what was taken back and why.
import "./why.css";
import { view } from "../address";
import type { ConversationAnswer } from "../api";
import { capital, count } from "../words";
import { isClosed, type Life, useLives } from "./lives";
import { AgentLink, Contact, Id, Press, Top, When, Wrong } from "../parts";
import { Timeline } from "./timeline";

export function Conversation() {
  const { account, conversation } = view.value;
  const { answer, lives, next, wrong, unknown, busy, again, more } = useLives(account, conversation);
  if (!conversation) return <div class="detail"><Top>Conversation</Top><p class="notice">Choose a conversation from the board, from an agent, or from how a number is calculated.</p></div>;
  return (
    <div class="detail">
      <Top controls={answer && <Press off={busy} to={again}>Refresh</Press>}>Conversation <bdi>{conversation}</bdi></Top>
      <Wrong text={wrong} />
      {unknown && <p class="card" role="status">No conversation of this id is known here (any more).</p>}
      {!answer && !unknown && !wrong && <p class="notice" role="status">Loading …</p>}
      {answer && !unknown && (
        <div class="columns early">
          <div class="side"><About answer={answer} lives={lives} more={next !== undefined} /></div>
          <div class="side wide">
            {lives.map((life, index) => <Timeline key={index} life={life} nth={index + 1} of={lives.length} whole={next === undefined} />)}
            {next && <p class="more"><span>More happened than is shown here.</span><Press off={busy} to={more}>{count(1_000)} more events</Press></p>}
          </div>
        </div>
      )}
    </div>
  );
}

const ICONS: Record<string, string> = { open: "●", waiting: "▲", snoozed: "◔", closed: "✓" };

/** What holds for the whole of it, by what was said last. */
function About({ answer, lives, more }: { answer: ConversationAnswer; lives: Life[]; more: boolean }) {
  const life = lives.at(-1);
  const agent = last(life, "agent_id");
  const skill = last(life, "skill_id");
  // Where the policy says that no agent is named, no fact names one.
  const names = life?.events.some(({ facts = [] }) => facts.some(({ agent_id }) => agent_id !== undefined));
  const word = (field: string) => first(life, field);
  return (
    <section class="card" aria-labelledby="conversation-about">
      <h2 id="conversation-about">Now</h2>
      <p class="presence"><span aria-hidden="true">{ICONS[life?.state ?? ""] ?? "●"}</span> <b>{capital(life?.state ?? "unknown")}</b></p>
      <dl class="pairs">
        <div><dt>Agent</dt><dd><AgentLink id={names ? agent || "-1" : undefined} /></dd></div>
        <div><dt>Skill</dt><dd><Id id={skill || "-1"} /></dd></div>
        <div><dt>Contact</dt><dd><Contact id={word("contact_id")} name={word("contact_name")} /></dd></div>
        <div><dt>Company</dt><dd><Id id={word("company_id")} /></dd></div>
        <div><dt>Line</dt><dd><Id id={word("line_id")} /></dd></div>
        <div><dt>Channel</dt><dd><Id id={word("channel")} /></dd></div>
        {word("origin") && <div><dt>Origin</dt><dd>{word("origin")}</dd></div>}
        {word("audience") && <div><dt>Audience</dt><dd>{word("audience")}</dd></div>}
        <div><dt>Events</dt><dd>{count(answer.total_rows)}</dd></div>
      </dl>
      <p class="quiet">As of <When at={answer.as_of} />. {refreshes(lives, more)}</p>
      {answer.private === false && <p class="quiet">What was written, and names, are not for this key.</p>}
    </section>
  );
}

function refreshes(lives: Life[], more: boolean): string {
  if (isClosed(lives)) return "It is closed, and asked for again by Refresh alone.";
  return more || lives.some(({ events }) => events.length > 1_000) ? "It is long, and asked for again by Refresh alone." : "It is asked for again every ten seconds.";
}

/** What was said first of what holds for the whole of a life. */
function first(life: Life | undefined, field: string): string | undefined {
  const found = life?.events.find((event) => typeof event[field] === "string" && event.replaced !== true);
  return found && String(found[field]);
}

/** What `assigned` (or the start) set last; empty: cleared. */
function last(life: Life | undefined, field: "agent_id" | "skill_id"): string | undefined {
  const sets = life?.events.filter(({ type, replaced }) => (type === "assigned" || type === "conversation_started") && replaced !== true) ?? [];
  const found = sets.reverse().find((event) => typeof event[field] === "string");
  return found && String(found[field]);
}
