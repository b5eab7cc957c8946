// The address holds the whole view, so that it can be bookmarked, shared and put on a television.
import { computed, signal } from "@preact/signals";

/** The pages of the board. The last three are about one thing, and are reached from another page. */
export const PAGES = ["board", "agents", "skills", "contacts", "companies", "ratings"] as const;
const DETAILS = ["why", "agent", "conversation"] as const;
export type Page = (typeof PAGES)[number] | (typeof DETAILS)[number];

/** What is looked at. Members that are empty stand for the usual, and are not in the address. */
export interface View {
  page: Page;
  account: string;
  /** Ids; `-1` is none. Any of a list, all of the lists. */
  skill: string[];
  line: string[];
  window: string;
  measure: "share" | "mean";
  theme: "" | "light" | "dark";
  kiosk: boolean;
  /** Seconds until the next page; 0: stay. */
  rotate: number;
  /** Of the curve. */
  span: string;
  interval: string;
  /** The curve as a table. */
  table: boolean;
  /** Agents who are not on shift as well. */
  everyone: boolean;
  /** Of a table: a column, `-` for descending. */
  sort: string;
  search: string;
  /** Which page of its rows, from 1 on. */
  sheet: number;
  /** Of ratings: `1` to `5`, and only those with a comment. */
  score: string[];
  comment: boolean;
  /** What a detail is about. */
  metric: string;
  agent: string;
  contact: string;
  company: string;
  conversation: string;
}

export const USUAL: View = {
  page: "board", account: "", skill: [], line: [], window: "60m", measure: "share", theme: "", kiosk: false, rotate: 0,
  span: "24h", interval: "", table: false, everyone: false, sort: "", search: "", sheet: 1, score: [], comment: false, metric: "", agent: "", contact: "", company: "", conversation: "",
};

const isPage = (word: string): word is Page => [...PAGES, ...DETAILS].includes(word as Page);

/** `60m`, `8h`: minutes; nothing where it is no such thing. */
export function minutesOf(text: string): number | undefined {
  const found = /^(\d{1,4})(m|h)$/.exec(text);
  const minutes = found ? Number(found[1]) * (found[2] === "h" ? 60 : 1) : 0;
  return minutes >= 1 && minutes <= 1440 ? minutes : undefined;
}

const list = (text: string | null) => (text ? text.replaceAll(" ", "+").split(",").filter((id) => id !== "") : []);

export function read(search: string): View {
  const of = new URLSearchParams(search);
  const text = (name: string) => of.get(name) ?? "";
  const minutes = (name: string, usual: string) => (minutesOf(text(name)) ? text(name) : usual);
  const page = text("page");
  const flag = (name: string) => of.has(name) && text(name) !== "0";
  const rotate = /^(\d{1,4})s?$/.exec(text("rotate"));
  return {
    page: isPage(page) ? page : "board",
    account: text("account"),
    skill: list(of.get("skill")),
    line: list(of.get("line")),
    window: minutes("window", USUAL.window),
    measure: text("measure") === "mean" ? "mean" : "share",
    theme: text("theme") === "dark" ? "dark" : text("theme") === "light" ? "light" : "",
    kiosk: flag("kiosk"),
    rotate: rotate ? Math.max(5, Number(rotate[1])) : 0,
    span: minutes("span", USUAL.span),
    interval: minutes("interval", ""),
    table: flag("table"),
    everyone: flag("everyone"),
    sort: text("sort"),
    search: text("search"),
    sheet: /^[1-9]\d{0,4}$/.test(text("sheet")) ? Number(text("sheet")) : 1,
    score: list(of.get("score")).filter((score) => /^[1-5]$/.test(score)),
    comment: flag("comment"),
    metric: text("metric"),
    agent: text("agent"),
    contact: text("contact"),
    company: text("company"),
    conversation: text("conversation"),
  };
}

export function write(view: View): string {
  const of = new URLSearchParams();
  for (const name of Object.keys(USUAL) as (keyof View)[]) {
    const value = view[name];
    if (value === USUAL[name] || (Array.isArray(value) && value.length === 0)) continue;
    of.set(name, name === "rotate" ? `${value}s` : value === true ? "1" : String(value));
  }
  // A comma may stand in an address as it is, and is read better so.
  const text = of.toString().replaceAll("%2C", ",");
  return text ? `/?${text}` : "/";
}

export const view = signal(read(location.search));

/** What changes no rows of a table: all else leads to the first page of them. */
const SAME_ROWS: (keyof View)[] = ["sheet", "theme", "kiosk", "rotate"];

/** The address of another view. What is about one page alone goes when the page does. */
export function address(change: Partial<View>): string {
  const now = view.value;
  const moved = change.page !== undefined && change.page !== now.page;
  const first = (Object.keys(change) as (keyof View)[]).every((name) => SAME_ROWS.includes(name)) ? {} : { sheet: 1 };
  const fresh: Partial<View> = { sort: "", search: "", score: [], comment: false, metric: "", agent: "", contact: "", company: "", conversation: "" };
  return write({ ...now, ...first, ...(moved ? fresh : {}), ...change });
}

/** How many views of this page lie behind the one that is shown: so many times Back stays on it. */
export const steps = () => (history.state as { steps?: number } | null)?.steps ?? 0;

/** Goes there; Back comes back. `replace` for what is typed letter by letter. */
export function go(change: Partial<View>, how: "push" | "replace" = "push"): void {
  const to = address(change);
  if (to === location.pathname + location.search) return;
  const moved = change.page !== undefined && change.page !== view.value.page;
  if (how === "push") history.pushState({ steps: steps() + 1 }, "", to);
  else history.replaceState(history.state, "", to);
  view.value = read(location.search);
  if (moved) scrollTo(0, 0);
}

addEventListener("popstate", () => (view.value = read(location.search)));

/** A link that a click follows without loading the page anew; other clicks (a new tab) are the browser's. */
export function follow(change: Partial<View>) {
  return {
    href: address(change),
    onClick: (event: MouseEvent) => {
      if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      go(change);
    },
  };
}

/** Of two windows one after the other the server keeps as much as a day: each may be as long as this, in minutes. */
export const COMPARED_MINUTES = 715;

/** The parameters of the filters, as the API has them. */
export const filters = computed(() => {
  const { skill, line } = view.value;
  const of: Record<string, string> = {};
  if (skill.length) of.skill = skill.join(",");
  if (line.length) of.line = line.join(",");
  return of;
});
