// Filters by skill (ring group) and line (phone number), the window, and share or mean.
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { go, minutesOf, view } from "./address";
import { get, type MetricsAnswer, ofAccount, withParameters, wordOf } from "./api";
import { useDisclosure } from "./disclosure";
import { Press } from "./parts";
import { capital, named, windowName } from "./words";

const WINDOWS = ["15m", "30m", "60m", "4h", "8h", "24h"];

type Kind = "skill" | "line";
const WORDS: Record<Kind, { one: string; none: string; hint: string }> = {
  skill: { one: "skill", none: "No skill", hint: "Skills, or ring groups" },
  line: { one: "line", none: "No line", hint: "Lines, or phone numbers" },
};

/** The ids of the day, by kind; asked for when a list is opened. */
const ids = signal<Record<string, string[]>>({});

async function loadIds(account: string, kind: Kind): Promise<void> {
  const path = withParameters(ofAccount(account, "metrics"), {
    group_by: kind, window: "24h", metrics: "conversations_started", sort: kind, limit: 1000,
  });
  const { rows } = await get<MetricsAnswer>(path);
  ids.value = { ...ids.value, [`${kind} ${account}`]: rows.map((row) => row[`${kind}_id`] ?? "-1") };
}

export function Filters() {
  const { window, measure } = view.value;
  const windows = WINDOWS.includes(window) ? WINDOWS : [window, ...WINDOWS];
  return (
    <div class="filters" role="group" aria-label="Filters">
      <Pick kind="skill" />
      <Pick kind="line" />
      <label class="field">
        <span>Window</span>
        <select value={window} onChange={(event) => go({ window: event.currentTarget.value })}>
          {windows.map((of) => <option key={of} value={of}>{`last ${windowName(minutesOf(of)!)}`}</option>)}
        </select>
      </label>
      <div class="switch" role="group" aria-label="Satisfaction as">
        {(["share", "mean"] as const).map((of) => (
          <button key={of} type="button" aria-pressed={measure === of} onClick={() => go({ measure: of })}>
            {of === "share" ? "Share" : "Mean"}
          </button>
        ))}
      </div>
    </div>
  );
}

function Pick({ kind }: { kind: Kind }) {
  const { account } = view.value;
  const chosen = view.value[kind];
  const { one, none, hint } = WORDS[kind];
  const [wrong, setWrong] = useState("");
  const [search, setSearch] = useState("");
  const details = useDisclosure();
  const opened = () => {
    if (details.current?.open) loadIds(account, kind).then(() => setWrong(""), (error) => setWrong(wordOf(error)));
  };
  const all = [...new Set([...chosen, ...(ids.value[`${kind} ${account}`] ?? [])])];
  const shown = all.filter((id) => named(id, none).toLowerCase().includes(search.toLowerCase()));
  const typed = search.trim().toLowerCase() === none.toLowerCase() ? "-1" : search.trim();
  const toggle = (id: string) => go({ [kind]: chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id] });
  const text = chosen.length === 0 ? `All ${one}s` : chosen.map((id) => named(id, none)).join(", ");
  return (
    <details class="pick" ref={details} onToggle={opened}>
      <summary aria-label={`${capital(one)}: ${text}`}><span>{capital(one)}</span> <b>{text}</b></summary>
      <div class="list" role="group" aria-label={hint}>
        <label class="quiet" for={`find-${kind}`}>{hint}</label>
        <input id={`find-${kind}`} type="search" placeholder="Find, or type an id and press Enter" value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || typed === "" || typed.includes(",")) return;
            toggle(typed);
            setSearch("");
          }} />
        {wrong && <p class="bad" role="alert">{wrong}</p>}
        {typed !== "" && !all.includes(typed) && <p class="quiet">Enter takes “<bdi>{typed}</bdi>” as an id.</p>}
        <ul>
          {shown.slice(0, 200).map((id) => (
            <li key={id}>
              <label><input type="checkbox" checked={chosen.includes(id)} onChange={() => toggle(id)} /> <bdi>{named(id, none)}</bdi></label>
            </li>
          ))}
        </ul>
        {shown.length > 200 && <p class="quiet">{shown.length - 200} more: narrow the search.</p>}
        <Press off={chosen.length === 0} to={() => go({ [kind]: [] })}>Show all {one}s</Press>
      </div>
    </details>
  );
}
