// One agent: what they do now, their numbers over the window, and the conversations they own.
import "./why.css";
import { filters, minutesOf, view } from "../address";
import type { AgentRow, Metrics } from "../api";
import { at, title } from "../catalogue";
import { Metric } from "../metric";
import { agents } from "../stream";
import { capital, count, windowName } from "../words";
import { Owned } from "./owned";
import { Age, ConversationLink, PRESENCE, Top } from "../parts";

/** Numbers of an agent, each with the count on which it rests. */
const NUMBERS: [path: string, rests?: string][] = [
  ["csat.score", "csat.total"], ["csat.average", "csat.total"], ["csat.response_rate", "csat.sent"],
  ["mood.average"], ["mood.completion", "mood.prompted"],
  ["first_response.mean_ms", "first_response.count"], ["first_response_sla.share", "first_response_sla.count"],
  ["response.mean_ms", "response.count"], ["response_sla.share", "response_sla.count"],
  ["handle.mean_ms", "handle.count"], ["resolution.mean_ms", "resolution.count"],
  ["resolved"], ["closed"], ["reopened"], ["agent_messages"], ["focus_ms"], ["availability.share"], ["utilisation.share"],
];

export function Agent() {
  const id = view.value.agent;
  const part = agents.value;
  const row = part?.rows.get(id);
  const isFiltered = Object.keys(filters.value).length > 0;
  if (!id) return <div class="detail"><Top>Agent</Top><p class="notice">Choose an agent from the agents' page, or from a conversation.</p></div>;
  return (
    <div class="detail">
      <Top>Agent <bdi>{row?.agent_name || id}</bdi></Top>
      {isFiltered && <p class="quiet">An agent is shown whole: the filters by skill and line do not hold here.</p>}
      {!part && <p class="notice" role="status">Loading …</p>}
      {part && !row && <p class="card">No agent with the id <bdi>{id}</bdi> is known here. Agents are known by their events, while these are kept; where the policy says that no agent is named, none is.</p>}
      {row && (
        <div class="columns">
          <div class="side">
            <Now of={row} />
            {row.metrics && <Numbers id={id} metrics={row.metrics} />}
          </div>
          <div class="side wide"><Owned agent={id} /></div>
        </div>
      )}
    </div>
  );
}

function Now({ of }: { of: AgentRow }) {
  const { agent_id, agent_name, since, owned, waiting, capacity, focused_on, skills } = of;
  const status: string | undefined = of.status;
  return (
    <section class="card" aria-labelledby="agent-now">
      <h2 id="agent-now">Now</h2>
      <p class="presence">
        {status
          ? <><span class={status} aria-hidden="true">{PRESENCE[status] ?? "○"}</span> <b>{capital(status)}</b>{since && <> for <Age since={since} /></>}</>
          : <>No status has been told yet</>}
      </p>
      <dl class="pairs">
        {agent_name && <div><dt>Id</dt><dd><bdi>{agent_id}</bdi></dd></div>}
        <div><dt>Owned</dt><dd>{count(owned)}</dd></div>
        {capacity !== undefined && <div><dt>Capacity</dt><dd>{count(capacity)}</dd></div>}
        <div><dt>Waiting</dt><dd>{count(waiting)}</dd></div>
        <div><dt>Focused on</dt><dd>{focused_on ? <ConversationLink id={focused_on} /> : "no conversation"}</dd></div>
        <div><dt>Skills</dt><dd>{skills.length ? skills.map((skill, index) => <span key={skill}>{index > 0 && ", "}<bdi>{skill}</bdi></span>) : "none told"}</dd></div>
      </dl>
    </section>
  );
}

function Numbers({ id, metrics }: { id: string; metrics: Metrics }) {
  // Of the agent alone, so that what it is made of is this number.
  const of = { agent: id, skill: [], line: [] };
  const there = NUMBERS.filter(([path]) => at(metrics, path) !== undefined);
  return (
    <section class="card grows" aria-labelledby="agent-numbers">
      <h2 id="agent-numbers">The last {windowName(minutesOf(view.value.window)!)}</h2>
      <p class="quiet">Each number leads to how it is calculated.</p>
      <dl class="numbers">
        {there.map(([path, rests]) => (
          <div key={path}>
            <dt>{title(path)}</dt>
            <dd><b><Metric path={path} metrics={metrics} of={of} /></b>{rests && <span class="quiet"> n {count(at(metrics, rests))}</span>}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
