// How a number is calculated: the formula, both sides of its line, the rows behind it, and what was left out and why.
import "./why.css";
import { filters, minutesOf, view } from "../address";
import { type Explanation, ofAccount, withParameters } from "../api";
import { title } from "../catalogue";
import { count, date, windowName } from "../words";
import { useExplanation } from "./ask";
import { Behind } from "./behind";
import { Choose, Chips } from "./choose";
import { fieldWords } from "./facts";
import { LeftOut } from "./left_out";
import { Press, Top, When, when, Wrong } from "../parts";
import { TheNumber } from "./the_number";

export function Why() {
  const { account, metric, window, agent, contact, company } = view.value;
  const parameters = { metric, window, ...filters.value, agent, contact, company };
  const answer = useExplanation(metric ? withParameters(ofAccount(account, "explain"), parameters) : "");
  const { of, busy, old, wrong, again } = answer;
  return (
    <div class="detail">
      <Top controls={<Choose />}>How this is calculated</Top>
      <div class="asked">
        {metric && <Press off={busy} to={again}>Ask again</Press>}
        <p class="quiet" role="status">{busy ? "Calculating …" : of && <>As of <When at={of.as_of} />: it stays as it was then.</>}</p>
        <Chips />
      </div>
      <Wrong text={wrong} />
      {!metric && <p class="notice">Choose a number above to see what it is made of.</p>}
      {metric && !of && <h2><bdi>{title(metric)}</bdi></h2>}
      {of && (
        <div class={old ? "columns old" : "columns"} aria-busy={old}>
          <div class="side">
            <TheNumber of={of} />
            <Frame of={of} />
            <Policies of={of} />
          </div>
          <div class="side wide">
            <Behind key={`${of.metric} ${of.as_of}`} answer={answer} of={of} />
            <LeftOut of={of} />
          </div>
        </div>
      )}
    </div>
  );
}

/** Which time is covered, and what in it. */
function Frame({ of: { from, to, complete_since, conversations } }: { of: Explanation }) {
  const minutes = minutesOf(view.value.window)!;
  const complete = complete_since && Date.parse(complete_since) > Date.parse(from) ? complete_since : undefined;
  return (
    <section class="card" aria-labelledby="why-frame">
      <h2 id="why-frame">What it covers</h2>
      <dl class="pairs">
        <div><dt>Time</dt><dd>{when(from)} – {when(to)}</dd></div>
        <div><dt>Window</dt><dd>last {windowName(minutes)}, in whole five minutes</dd></div>
        <div><dt>Conversations</dt><dd>{count(conversations)}</dd></div>
      </dl>
      {complete && <p class="warn"><span aria-hidden="true">▲</span> What came before {when(complete)} has not been read: the number is not complete.</p>}
    </section>
  );
}

/** What the account has decided that touches the number. */
function Policies({ of: { policy } }: { of: Explanation }) {
  return (
    <section class="card" aria-labelledby="why-policy">
      <h2 id="why-policy">Policy in force</h2>
      {policy.length === 0 && <p class="quiet">No decision of a policy touches this number.</p>}
      {policy.map(({ effective_from, fields }, index) => {
        const said = Object.entries(fields).map(fieldWords);
        return (
          <div key={index}>
            <p class="quiet">{effective_from ? <>From <time dateTime={effective_from}>{date(effective_from)}</time> on</> : "What is built in, since no policy says otherwise"}</p>
            {said.length > 0
              ? <dl class="pairs">{said.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
              : <p class="quiet">It says nothing that touches this number, such as a target.</p>}
          </div>
        );
      })}
    </section>
  );
}
