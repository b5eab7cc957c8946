// The pages of tables. Agents and skills come by the stream; contacts and companies, of which there may be many, are asked
// for, and sorted and searched where they are.
import "./tables.css";
import { computed } from "@preact/signals";
import { filters, follow, go, view } from "../address";
import { type MetricsAnswer, type MetricsRow, ofAccount, withParameters } from "../api";
import { metrics } from "../stream";
import { When } from "../parts";
import { capital, named } from "../words";
import { useAsked, useSettled } from "./ask";
import { Columns } from "./choice";
import { type Column, type Measured, members, metricColumns, offered } from "./columns";
import { keptFor, Listed } from "./listed";
import type { Keyed } from "./order";
import { covered, ON_A_PAGE, Table, Top } from "./table";

export { Agents } from "./agents";

interface GroupLine extends Keyed, Measured {
  name: string;
  called?: string | undefined;
}

/** The column that heads rows of a group. Skills lead to the board of the skill; contacts and companies have no page of their
 *  own: their numbers lead to the conversations. */
function heading(group: "skill" | "contact" | "company", help: string): Column<GroupLine> {
  const text = (row: GroupLine) => <bdi>{row.called || row.name}</bdi>;
  return {
    key: group, title: capital(group), help, numeric: false,
    // Who and what has no name comes last.
    value: (row) => (row.key === "-1" ? undefined : row.called || row.name),
    cell: (row) => (
      <span class="who">
        {group === "skill" ? <a {...follow({ page: "board", ...row.of })}>{text(row)}</a> : text(row)}
        {row.called && <bdi class="quiet">{row.name}</bdi>}
      </span>
    ),
  };
}

const skillLine = keptFor((row: MetricsRow): GroupLine => {
  const id = row.skill_id ?? "-1";
  return { key: id, name: named(id, "No skill"), metrics: row.metrics, of: { skill: [id] } };
});
const SKILL = heading("skill", "A skill, or ring group; it leads to its board");
const skillColumns = computed(() => [SKILL, ...(metricColumns("skills") as Column<GroupLine>[])]);

export function Skills() {
  const of = covered(["skill", "line"]);
  return (
    <>
      <Top title="Skills" what="skills" of={of}><Columns name="skills" /></Top>
      <Listed caption={`Skills, ${of}`} rows={metrics.value && [...metrics.value.rows.values()].map(skillLine)} columns={skillColumns.value}
        usual="skill" text={(row) => row.name} none="Nothing happened under any skill in this window." />
    </>
  );
}

type Group = "contact" | "company";
const GROUPS = {
  contact: { name: "contacts", heading: heading("contact", "Who the customer is; the id below the name"), line: keptFor((row: MetricsRow) => groupLine(row, "contact")) },
  company: { name: "companies", heading: heading("company", "For whom the customer speaks"), line: keptFor((row: MetricsRow) => groupLine(row, "company")) },
} as const;

function groupLine(row: MetricsRow, group: Group): GroupLine {
  const id = row[`${group}_id`] ?? "-1";
  return { key: id, name: named(id, `No ${group}`), called: row[`${group}_name`], metrics: row.metrics, of: { [group]: id } };
}

const columnsOf = (group: Group) => computed(() => [GROUPS[group].heading, ...(metricColumns(GROUPS[group].name) as Column<GroupLine>[])]);
const groupColumns = { contact: columnsOf("contact"), company: columnsOf("company") };

/** Seconds between two questions for a table that the stream does not have. */
const EVERY_MS = 30_000;
const USUAL = "-conversations_started";

/** The order in the address, where the server knows it. */
function order(group: Group): string {
  const { sort } = view.value;
  const key = sort.replace(/^-/, "");
  const known = offered(GROUPS[group].name);
  return key === group || known.includes(key) || (sort !== "" && known.length === 0) ? sort : USUAL;
}

function Grouped({ group }: { group: Group }) {
  const { account, window, sheet } = view.value;
  const { name, line } = GROUPS[group];
  const search = useSettled(view.value.search.trim());
  const question = withParameters(ofAccount(account, "metrics"), {
    group_by: group, window, ...filters.value, metrics: members(name), sort: order(group), search,
  });
  const { value, old, busy, wrong, again } = useAsked<MetricsAnswer>(question, ON_A_PAGE, EVERY_MS);
  const of = covered(["skill", "line"]);
  const to = (sheet: number) => () => go({ sheet });
  const turn = { before: sheet > 1 ? to(sheet - 1) : undefined, after: value?.next_page && !old ? to(sheet + 1) : undefined };
  return (
    <>
      <Top title={capital(name)} what={name} of={of}><Columns name={name} /></Top>
      {wrong && <p class="bad" role="alert">{wrong} <button type="button" onClick={again}>Try again</button></p>}
      <p class="quiet asking">
        <span role="status">{busy ? `Asking …${value ? "" : " In a large account this takes a few seconds."}` : ""}</span>
        {!busy && value && <> As of <When at={value.as_of} />{sheet > 1 ? ": further pages stay as they were then." : "."}</>}
      </p>
      {value && value.rows.length === 0 && <p class="card">{search ? <>Nothing found for “<bdi>{search}</bdi>”.</> : `No ${name} in this window.`}</p>}
      {value && value.rows.length > 0 && <Table caption={`${capital(name)}, ${of}`} columns={groupColumns[group].value} rows={value.rows.map(line)}
        first={(sheet - 1) * ON_A_PAGE} total={value.total_rows} usual={USUAL} turn={turn} old={old} />}
    </>
  );
}

// Of another account nothing is kept.
export const Contacts = () => <Grouped key={view.value.account} group="contact" />;
export const Companies = () => <Grouped key={view.value.account} group="company" />;
