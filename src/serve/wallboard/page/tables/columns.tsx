// The columns of the tables: which there are, which are chosen, and what of the metrics they need.
import { computed, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { View } from "../address";
import type { Metrics } from "../api";
import { at, catalogue, help, title } from "../catalogue";
import { Metric } from "../metric";
import { keep, recall } from "../kept";

export type TableName = "agents" | "skills" | "contacts" | "companies";

/** A column of rows of some kind. */
export interface Column<Row> {
  /** What the address calls it. */
  key: string;
  title: string;
  help: string;
  numeric: boolean;
  /** What it is sorted by. */
  value: (row: Row) => number | string | undefined;
  cell: (row: Row) => ComponentChildren;
}

/** Columns of metrics that are shown until others are chosen. */
const USUAL: Record<TableName, string[]> = {
  agents: ["csat.average", "csat.score", "csat.total", "first_response.mean_ms", "handle.mean_ms", "resolved", "utilisation.share"],
  skills: ["csat.average", "csat.score", "csat.total", "csat.response_rate", "first_response.mean_ms", "handle.mean_ms", "resolution.mean_ms", "conversations_started", "resolved"],
  contacts: ["csat.average", "csat.total", "mood.average", "conversations_started", "customer_messages", "first_response.mean_ms", "resolved", "reopened"],
  companies: ["csat.average", "csat.score", "csat.total", "mood.average", "conversations_started", "first_response.mean_ms", "resolution.mean_ms", "resolved"],
};

function remembered(name: TableName): string[] | undefined {
  const paths = recall(`columns ${name}`);
  return Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : undefined;
}

type Choices = Record<TableName, string[] | undefined>;
const choices = signal<Choices>({
  agents: remembered("agents"), skills: remembered("skills"), contacts: remembered("contacts"), companies: remembered("companies"),
});

/** The paths of the metrics that are shown, without what a server does not know any more. */
export function chosen(name: TableName): string[] {
  const known = catalogue.value;
  return (choices.value[name] ?? USUAL[name]).filter((path) => known.size === 0 || known.has(path));
}

/** Chooses; nothing said: the usual ones again. */
export function choose(name: TableName, paths: string[] | undefined): void {
  choices.value = { ...choices.value, [name]: paths };
  keep(`columns ${name}`, paths);
}

/** Every metric that is one number and exists for the rows of a table. */
export function offered(name: TableName): string[] {
  const scope = name === "agents" ? "agent" : "skill";
  const entries = [...catalogue.value.values()].filter((entry) => !entry.label && !entry.flag && entry.scopes.includes(scope));
  return entries.map((entry) => entry.path);
}

/** The columns of the chosen metrics. They stay the same objects until others are chosen, so that rows need not be drawn anew. */
const columnsOf = (name: TableName) => computed(() => {
  const wanted = chosen(name);
  return offered(name).filter((path) => wanted.includes(path)).map(metricColumn);
});
const metricColumnsOf = { agents: columnsOf("agents"), skills: columnsOf("skills"), contacts: columnsOf("contacts"), companies: columnsOf("companies") };

/** A row with numbers, and how questions about it are narrowed. */
export interface Measured {
  metrics?: Metrics;
  of: Partial<View>;
}

export const metricColumns = (name: TableName) => metricColumnsOf[name].value;

function metricColumn(path: string): Column<Measured> {
  return {
    key: path,
    title: title(path),
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
