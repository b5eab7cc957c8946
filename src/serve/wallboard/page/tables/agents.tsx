// The agents' page: what each does now, and their numbers over the window.
import { computed } from "@preact/signals";
import { follow, go, view } from "../address";
import type { AgentRow } from "../api";
import { agents } from "../stream";
import { Age, PRESENCE } from "../parts";
import { capital, count } from "../words";
import { Columns } from "./choice";
import { type Column, type Measured, metricColumns } from "./columns";
import { keptFor, Listed } from "./listed";
import type { Keyed } from "./order";
import { covered, Top } from "./table";

interface AgentLine extends Keyed, Measured {
  agent: AgentRow;
}

// The stream tells the numbers of all that an agent did, whatever the filters: the questions about them are not narrowed either.
const agentLine = keptFor((agent: AgentRow): AgentLine => ({
  key: agent.agent_id, agent, of: { agent: agent.agent_id, skill: [], line: [] }, ...(agent.metrics ? { metrics: agent.metrics } : {}),
}));

const ORDER: Record<string, number> = { online: 0, away: 1, offline: 2 };

const AGENT: Column<AgentLine>[] = [
  {
    key: "agent", title: "Agent", help: "Who it is; the id below the name", numeric: false,
    value: ({ agent }) => agent.agent_name || agent.agent_id,
    cell: ({ agent }) => (
      <span class="who">
        <a {...follow({ page: "agent", agent: agent.agent_id })}><bdi>{agent.agent_name || agent.agent_id}</bdi></a>
        {agent.agent_name && <bdi class="quiet">{agent.agent_id}</bdi>}
      </span>
    ),
  },
  {
    key: "status", title: "Status", help: "What the agent said last of being there, and for how long it has held", numeric: false,
    value: ({ agent }) => (agent.status ? ORDER[agent.status] : undefined),
    cell: ({ agent }) => (agent.status ? <Status status={agent.status} since={agent.since} /> : <span class="quiet">never told</span>),
  },
  { key: "owned", title: "Owned", help: "Open conversations that are the agent's", numeric: true, value: ({ agent }) => agent.owned, cell: ({ agent }) => count(agent.owned) },
  { key: "waiting", title: "Waiting", help: "Of these, those in which a customer waits for an answer", numeric: true, value: ({ agent }) => agent.waiting, cell: ({ agent }) => count(agent.waiting) },
];
const columns = computed(() => [...AGENT, ...(metricColumns("agents") as Column<AgentLine>[])]);

const Status = ({ status, since }: { status: string; since: string | undefined }) => (
  <span class={`on ${status}`}>
    <span aria-hidden="true">{PRESENCE[status] ?? "○"}</span> {capital(status)}
    {since && <span class="quiet"> <Age since={since} /></span>}
  </span>
);

/** Who is not offline, or has something to show. */
const isOnShift = ({ agent, metrics }: AgentLine) =>
  (agent.status !== undefined && agent.status !== "offline") || agent.owned > 0 || Object.values(metrics ?? {}).some(hasAny);
function hasAny(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  return typeof value === "object" && value !== null && Object.values(value).some(hasAny);
}

export function Agents() {
  const part = agents.value;
  const all = part && [...part.rows.values()].map(agentLine);
  const { everyone } = view.value;
  const shown = all && (everyone ? all : all.filter(isOnShift));
  const of = covered(["skill"]);
  return (
    <>
      <Top title="Agents" what="agents" of={of}>
        <label><input type="checkbox" checked={!everyone} onChange={() => go({ everyone: !everyone })} /> on shift only</label>
        <Columns name="agents" />
      </Top>
      <Narrowed />
      <Listed caption={`Agents, ${of}`} rows={shown} columns={columns.value} usual="-waiting"
        text={({ agent }) => `${agent.agent_id} ${agent.agent_name ?? ""}`}
        none={all && all.length > 0 ? "Nobody is on shift. Take the mark from “on shift only” to see the others." : "No agents are known yet: they come with their first event."} />
    </>
  );
}

/** What the filters do here: they choose agents, and leave their numbers as they are. */
function Narrowed() {
  const { skill, line } = view.value;
  if (skill.length === 0 && line.length === 0) return null;
  return (
    <p class="quiet">
      {skill.length > 0 && "Agents who have the chosen skills, with all that they did. "}
      {line.length > 0 && "The filter by line does not narrow this table."}
    </p>
  );
}
