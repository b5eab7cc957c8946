// Who is there to answer, and who has the most to do.
import { follow, view } from "../address";
import { type AgentRow, get, type Listed, type Live, ofAccount, withParameters } from "../api";
import { Wrong } from "../parts";
import { usePoll } from "../poll";
import { count } from "../words";
import { Fact } from "./tile";

/** The live state knows neither what agents are called nor what they can do: that is asked for, so often. */
const EVERY_MS = 5_000;
/** How many agents with the most open conversations are named. */
const BUSIEST = 3;

interface Asked {
  busiest: AgentRow[];
  /** Of those with the chosen skills; nothing where none is chosen: the live state counts them all. */
  online?: number;
  away?: number;
}

function useCrew() {
  const { account, skill } = view.value;
  const path = (of: Record<string, string | number>) => withParameters(ofAccount(account, "agents"), { ...of, skill: skill.join(",") });
  const most = path({ sort: "-owned", limit: BUSIEST });
  return usePoll<Asked>(most, EVERY_MS, async (signal) => {
    const ask = (of: string) => get<Listed<AgentRow>>(of, signal);
    const total = async (status: string) => (await ask(path({ status, limit: 1 }))).total_rows;
    const { rows } = await ask(most);
    const busiest = rows.filter(({ owned }) => owned > 0);
    return skill.length ? { busiest, online: await total("online"), away: await total("away") } : { busiest };
  });
}

export function Crew({ state }: { state: Live | undefined }) {
  const { skill, line } = view.value;
  const { value, wrong } = useCrew();
  const online = skill.length ? value?.online : state?.agents_online;
  const away = skill.length ? value?.away : state?.agents_away;
  return (
    <div class="crew">
      {online !== undefined && (
        <dl class="facts">
          <Fact name="Agents online">{count(online)}</Fact>
          <Fact name="Away">{count(away)}</Fact>
        </dl>
      )}
      <Wrong text={wrong} />
      {value && value.busiest.length > 0 && (
        <>
          <h3 id="busiest">Most open conversations{value.busiest.some(({ capacity }) => capacity !== undefined) && <span class="quiet"> of capacity</span>}</h3>
          <ol aria-labelledby="busiest">{value.busiest.map((agent) => <Row key={agent.agent_id} agent={agent} />)}</ol>
        </>
      )}
      {line.length > 0 && <p class="quiet">Agents of {skill.length ? "these skills" : "the whole account"}, whatever the line.</p>}
    </div>
  );
}

function Row({ agent: { agent_id, agent_name, owned, capacity } }: { agent: AgentRow }) {
  return (
    <li>
      <a {...follow({ page: "agent", agent: agent_id })} title={agent_id}>
        <b>{count(owned)}{capacity !== undefined && <small> of {count(capacity)}</small>}</b> <bdi>{agent_name || agent_id}</bdi>
      </a>
    </li>
  );
}
