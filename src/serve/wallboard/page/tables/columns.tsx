// The columns of the tables: which there are, which are chosen, and what of the metrics they need.
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { View } from "../address";
import type { Metrics } from "../api";
import { at, catalogue, help } from "../catalogue";
import { Metric } from "../metric";

export type TableName = "agents" | "skills" | "contacts" | "companies";

/** A column of rows of some kind. */
export interface Column<Row> {
  /** What the address calls it. */
  key: string;
  title: string;
  help: string;
  numeric: boolean;
  /** What it is sorted by; a column without is not sorted. */
  value?: (row: Row) => number | string | undefined;
  cell: (row: Row) => ComponentChildren;
}

/** Columns of metrics that are shown until others are chosen. */
const USUAL: Record<TableName, string[]> = {
  agents: ["csat.average", "csat.score", "csat.total", "first_response.mean_ms", "handle.mean_ms", "resolved", "utilisation.share"],
  skills: ["csat.average", "csat.score", "csat.total", "csat.response_rate", "first_response.mean_ms", "handle.mean_ms", "resolution.mean_ms", "conversations_started", "resolved"],
  contacts: ["csat.average", "csat.total", "mood.average", "conversations_started", "customer_messages", "first_response.mean_ms", "resolved", "reopened"],
  companies: ["csat.average", "csat.score", "csat.total", "mood.average", "conversations_started", "first_response.mean_ms", "resolution.mean_ms", "resolved"],
};

/** What a browser remembers, where it may. */
function remembered(name: TableName): string[] | undefined {
  try {
    const paths: unknown = JSON.parse(localStorage.getItem(`columns ${name}`) ?? "null");
    return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : undefined;
  } catch {
    return undefined;
  }
}

const choices = signal<Partial<Record<TableName, string[]>>>({
  agents: remembered("agents"), skills: remembered("skills"), contacts: remembered("contacts"), companies: remembered("companies"),
} as Partial<Record<TableName, string[]>>);

/** The paths of the metrics that are shown, in the order of the catalogue. */
export const chosen = (name: TableName) => choices.value[name] ?? USUAL[name];

/** Chooses; nothing chosen: the usual ones again. */
export function choose(name: TableName, paths: string[] | undefined): void {
  choices.value = { ...choices.value, [name]: paths } as Partial<Record<TableName, string[]>>;
  try {
    if (paths) localStorage.setItem(`columns ${name}`, JSON.stringify(paths));
    else localStorage.removeItem(`columns ${name}`);
  } catch {
    // It holds for as long as the page is open.
  }
}

/** Every metric that is one number and exists for the rows of a table. */
export function offered(name: TableName): string[] {
  const scope = name === "agents" ? "agent" : "skill";
  const entries = [...catalogue.value.values()].filter((entry) => !entry.label && !entry.flag && entry.scopes.includes(scope));
  return entries.map((entry) => entry.path);
}

/** The columns of the chosen metrics. They stay the same objects until others are chosen, so that rows need not be drawn anew. */
const columnsOf = Object.fromEntries((Object.keys(USUAL) as TableName[]).map((name) => [name, computed(() => {
  const known = offered(name);
  return chosen(name).filter((path) => known.includes(path)).map((path) => metricColumn(path));
})])) as unknown as Record<TableName, { value: Column<Measured>[] }>;

/** A row with numbers, and how questions about it are narrowed. */
export interface Measured {
  metrics?: Metrics;
  of: Partial<View>;
}

export const metricColumns = (name: TableName) => columnsOf[name].value;

function metricColumn(path: string): Column<Measured> {
  return {
    key: path,
    title: catalogue.value.get(path)?.title ?? path,
    help: help(path),
    numeric: true,
    value: (row) => at(row.metrics, path),
    cell: (row) => <Metric path={path} metrics={row.metrics} of={row.of} />,
  };
}

/** The top-level members of metrics that the chosen columns need. */
export const members = (name: TableName) => [...new Set(chosen(name).map((path) => path.split(".")[0]!))].join(",") || "csat";

/** What the agents' page asks of the stream. */
export function agentParts(of: View): Record<string, string> {
  return { metrics: members("agents"), ...(of.skill.length ? { skill: of.skill.join(",") } : {}) };
}
