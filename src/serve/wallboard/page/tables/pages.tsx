// The pages of tables. Agents and skills come by the stream; contacts and companies, of which there may be many, are asked
// for, and sorted and searched where they are.
import "./tables.css";
import { computed, signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import { filters, follow, view } from "../address";
import { type AgentRow, get, type MetricsAnswer, type MetricsRow, ofAccount, withParameters } from "../api";
import { usePoll } from "../poll";
import { agents, metrics } from "../stream";
import { Age } from "../parts";
import { capital, count, named } from "../words";
import { type Column, type Measured, members, metricColumns, type TableName } from "./columns";
import { type Keyed, ON_A_PAGE, sorted, sorting, Table, Top } from "./table";

interface AgentLine extends Keyed, Measured {
  agent: AgentRow;
}
interface GroupLine extends Keyed, Measured {
  name: string;
  called?: string | undefined;
}

/** A row for each object of the answer: the same one for the same object, so that what did not change is not drawn anew. */
function kept<From extends object, To>(make: (from: From) => To): (from: From) => To {
  const known = new WeakMap<From, To>();
  return (from) => {
    let to = known.get(from);
    if (!to) known.set(from, (to = make(from)));
    return to;
  };
}

// An agent's numbers are of all that the agent did: so is what they are calculated from, whatever the filters.
const agentLine = kept((agent: AgentRow): AgentLine => ({
  key: agent.agent_id, agent, of: { agent: agent.agent_id, skill: [], line: [] }, ...(agent.metrics ? { metrics: agent.metrics } : {}),
}));
const skillLine = kept((row: MetricsRow): GroupLine => {
  const id = row.skill_id ?? "-1";
  return { key: id, name: named(id, "No skill"), metrics: row.metrics, of: { skill: [id] } };
});

const SIGNS: Record<string, string> = { online: "●", away: "◐", offline: "○" };
const ORDER: Record<string, number> = { online: 0, away: 1, offline: 2 };

const AGENT: Column<AgentLine>[] = [
  {
    key: "agent", title: "Agent", help: "Who it is; the id below the name", numeric: false,
    value: ({ agent }) => agent.agent_name ?? agent.agent_id,
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
    cell: ({ agent }) => agent.status && (
      <span class={`on ${agent.status}`}>
        <span aria-hidden="true">{SIGNS[agent.status] ?? ""}</span> {capital(agent.status)}
        {agent.since && <span class="quiet"> <Age since={agent.since} /></span>}
      </span>
    ),
  },
  { key: "owned", title: "Owned", help: "Open conversations that are the agent's", numeric: true, value: ({ agent }) => agent.owned, cell: ({ agent }) => count(agent.owned) },
  { key: "waiting", title: "Waiting", help: "Of these, those in which a customer waits for an answer", numeric: true, value: ({ agent }) => agent.waiting, cell: ({ agent }) => count(agent.waiting) },
];
const agentColumns = computed(() => [...AGENT, ...(metricColumns("agents") as Column<AgentLine>[])]);

/** The column that heads rows of a group. Skills lead to the board of the skill; contacts and companies have no page of their
 *  own: their numbers lead to the conversations. */
function heading(title: string, leads: boolean): Column<GroupLine> {
  const text = (row: GroupLine) => <bdi>{row.called || row.name}</bdi>;
  return {
    key: title.toLowerCase(), title, help: title, numeric: false,
    value: (row) => row.called ?? row.name,
    cell: (row) => (
      <span class="who">
        {leads ? <a {...follow({ page: "board", ...row.of })}>{text(row)}</a> : text(row)}
        {row.called && <bdi class="quiet">{row.name}</bdi>}
      </span>
    ),
  };
}
const SKILL = heading("Skill", true);
const skillColumns = computed(() => [SKILL, ...(metricColumns("skills") as Column<GroupLine>[])]);

/** Who is not offline, or has something to show. */
const onShift = signal(true);
const isOnShift = ({ agent, metrics }: AgentLine) =>
  (agent.status !== undefined && agent.status !== "offline") || agent.owned > 0 || Object.values(metrics ?? {}).some(hasAny);
function hasAny(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  return typeof value === "object" && value !== null && Object.values(value).some(hasAny);
}

export function Agents() {
  const part = agents.value;
  const all = part && [...part.rows.values()].map(agentLine);
  const shown = all && (onShift.value ? all.filter(isOnShift) : all);
  return (
    <>
      <Top title="Agents" what="agents">
        <label><input type="checkbox" checked={onShift.value} onChange={() => (onShift.value = !onShift.value)} /> on shift only</label>
      </Top>
      {view.value.line.length > 0 && <p class="quiet">The filter by line does not narrow this table: agents are shown with all that they did.</p>}
      <Listed name="agents" rows={shown} columns={agentColumns.value} usual="-waiting"
        text={({ agent }) => `${agent.agent_id} ${agent.agent_name ?? ""}`}
        none={all && all.length > 0 ? "Nobody is on shift. Take the mark from “on shift only” to see the others." : "No agents are known yet: they come with their first event."} />
    </>
  );
}

export function Skills() {
  const part = metrics.value;
  return (
    <>
      <Top title="Skills" what="skills" />
      <Listed name="skills" rows={part && [...part.rows.values()].map(skillLine)} columns={skillColumns.value} usual="skill"
        text={(row) => row.name} none="Nothing happened under any skill in this window." />
    </>
  );
}

/** A table of rows that are all here: searched, sorted and turned by the page. */
function Listed<Row extends Keyed>({ name, rows, columns, usual, text, none }: {
  name: TableName;
  rows: Row[] | undefined;
  columns: Column<Row>[];
  usual: string;
  text: (row: Row) => string;
  none: string;
}) {
  const { search, sort, skill, line } = view.value;
  const [page, setPage] = useState(0);
  useEffect(() => setPage(0), [search, sort, skill.join(","), line.join(",")]);
  if (!rows) return <p class="notice" role="status">Loading …</p>;
  const wanted = search.trim().toLowerCase();
  const found = wanted ? rows.filter((row) => text(row).toLowerCase().includes(wanted)) : rows;
  if (found.length === 0) return <p class="card">{wanted && rows.length > 0 ? <>Nothing found for “<bdi>{search}</bdi>”.</> : none}</p>;
  const last = Math.max(0, Math.ceil(found.length / ON_A_PAGE) - 1);
  const at = Math.min(page, last);
  const shown = sorted(found, columns, sorting(usual)).slice(at * ON_A_PAGE, (at + 1) * ON_A_PAGE);
  const onPage = last === 0 ? {} : {
    before: at > 0 ? () => setPage(at - 1) : undefined,
    after: at < last ? () => setPage(at + 1) : undefined,
  };
  return <Table name={name} caption={`${capital(name)}`} columns={columns} rows={shown} first={at * ON_A_PAGE} total={found.length} usual={usual} onPage={onPage} />;
}

/** Seconds between two questions for a table that the stream does not have. */
const EVERY_MS = 30_000;
/** While somebody types nothing is asked. */
const TYPED_MS = 300;

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

function Asked({ name, group }: { name: "contacts" | "companies"; group: "contact" | "company" }) {
  const { account, window, sort } = view.value;
  const search = useSettled(view.value.search.trim());
  // The pages turned so far, of one question: a page leads to the next one alone.
  const [pages, setPages] = useState<{ of: string; turned: string[] }>({ of: "", turned: [] });
  const usual = "-conversations_started";
  const question = {
    group_by: group, window, ...filters.value, metrics: members(name), sort: sort || usual, limit: ON_A_PAGE,
    search: search || undefined,
  };
  const first = withParameters(ofAccount(account, "metrics"), question);
  const turned = pages.of === first ? pages.turned : [];
  const setTurned = (turned: string[]) => setPages({ of: first, turned });
  const path = withParameters(ofAccount(account, "metrics"), { ...question, page: turned.at(-1) });
  const { value, wrong } = usePoll(path, EVERY_MS, (signal) => get<MetricsAnswer>(path, signal));
  const columns = groupColumns[name].value;
  const before = turned.length * ON_A_PAGE;
  const next = value?.next_page;
  const onPage = {
    before: turned.length > 0 ? () => setTurned(turned.slice(0, -1)) : undefined,
    after: next ? () => setTurned([...turned, next]) : undefined,
  };
  return (
    <>
      <Top title={capital(name)} what={name} />
      {wrong && <p class="bad" role="alert">{wrong} {turned.length > 0 && <button type="button" onClick={() => setTurned([])}>From the beginning</button>}</p>}
      {!value && !wrong && <p class="notice" role="status">Asking … in a large account this takes a few seconds.</p>}
      {value && value.rows.length === 0 && <p class="card">{search ? <>Nothing found for “<bdi>{search}</bdi>”.</> : `No ${name} in this window.`}</p>}
      {value && value.rows.length > 0 && <Table name={name} caption={capital(name)} columns={columns} rows={value.rows.map((row) => groupLine(row, group))}
        first={before} total={value.total_rows} usual={usual} onPage={onPage.before || onPage.after ? onPage : {}} />}
    </>
  );
}

const groupLines = { contact: kept((row: MetricsRow) => groupOf(row, "contact")), company: kept((row: MetricsRow) => groupOf(row, "company")) };
const groupLine = (row: MetricsRow, group: "contact" | "company") => groupLines[group](row);

function groupOf(row: MetricsRow, group: "contact" | "company"): GroupLine {
  const id = row[`${group}_id`] ?? "-1";
  return { key: id, name: named(id, `No ${group}`), called: row[`${group}_name`], metrics: row.metrics, of: { [group]: id } };
}

const GROUPS = { contacts: heading("Contact", false), companies: heading("Company", false) };
const groupColumns = {
  contacts: computed(() => [GROUPS.contacts, ...(metricColumns("contacts") as Column<GroupLine>[])]),
  companies: computed(() => [GROUPS.companies, ...(metricColumns("companies") as Column<GroupLine>[])]),
};

export const Contacts = () => <Asked name="contacts" group="contact" />;
export const Companies = () => <Asked name="companies" group="company" />;
