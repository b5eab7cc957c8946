// What every number is called and how it is made, from the server's own catalogue, so that page, API and docs never say
// different things.
import { signal } from "@preact/signals";
import { get, type Metrics, Problem, type Unit } from "./api";
import { plain } from "./words";

export interface Entry {
  path: string;
  title: string;
  help: string;
  unit: Unit;
  formula: string;
  /** The facts below the line of a quotient. */
  denominator: string[];
  scopes: string[];
  label?: { name: string; words: string[] };
  flag?: boolean;
}

export const catalogue = signal<ReadonlyMap<string, Entry>>(new Map());

const AGAIN_MS = 3_000;
let again: ReturnType<typeof setTimeout> | undefined;

/** Asks for it until it is there: without it no number could be said in its unit. */
export async function loadCatalogue(): Promise<void> {
  clearTimeout(again);
  try {
    const { metrics } = await get<{ metrics: Entry[] }>("/v1/metrics");
    catalogue.value = new Map(metrics.map((entry) => [entry.path, entry]));
  } catch (error) {
    const wait = error instanceof Problem ? error.retryAfter * 1_000 : 0;
    again = setTimeout(() => void loadCatalogue(), Math.max(AGAIN_MS, wait));
  }
}

/** What is told of a path; of one number of a list or map, what is told of them all. */
function find(path: string): Entry | undefined {
  const known = catalogue.value;
  const [whole, word] = [path.slice(0, path.lastIndexOf(".")), path.slice(path.lastIndexOf(".") + 1)];
  const all = known.get(whole);
  return known.get(path) ?? (all?.label?.words.includes(word) ? { ...all, title: `${all.title}: ${plain(word)}` } : undefined);
}

/** The title of a path; the path itself until the catalogue is there. */
export const title = (path: string) => find(path)?.title ?? path;
export const unit = (path: string): Unit => find(path)?.unit ?? (path.endsWith("_ms") ? "ms" : "count");

/** What hovering over a number says of it. */
export function help(path: string): string {
  const entry = find(path);
  return entry ? `${entry.title}: ${entry.formula}` : path;
}

/** The value at a path of the metrics. */
export function at(metrics: Metrics | undefined, path: string): number | undefined {
  let value: unknown = metrics;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === "number" ? value : undefined;
}

/** Whether the object that a path belongs to has fewer counts than the policy asks for. */
export function isThin(metrics: Metrics | undefined, path: string): boolean {
  const object = metrics?.[path.split(".")[0]!] as { thin?: boolean } | undefined;
  return object?.thin === true;
}
