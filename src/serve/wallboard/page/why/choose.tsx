// What an explanation is of: which number, and the filters that hold.
import { useRef } from "preact/hooks";
import { go, type View, view } from "../address";
import { catalogue, type Entry } from "../catalogue";
import { named, plain } from "../words";
import { words } from "./facts";

interface Group {
  name: string;
  options: [path: string, title: string][];
}

/** Numbers by the object in which they stand; those that stand by themselves together. */
function groups(entries: Iterable<Entry>): Group[] {
  const all = new Map<string, Group>();
  for (const { path, title, label } of entries) {
    const name = path.includes(".") ? words(path.split(".")[0]!) : "Conversations, messages, people";
    const group = all.get(name) ?? { name, options: [] };
    all.set(name, group);
    group.options.push([path, title]);
    for (const word of label?.words ?? []) group.options.push([`${path}.${word}`, `${title}: ${plain(word)}`]);
  }
  return [...all.values()];
}

export function Choose() {
  const { metric } = view.value;
  const all = groups(catalogue.value.values());
  const known = all.some(({ options }) => options.some(([path]) => path === metric));
  return (
    <label class="choose">
      <span>Another number</span>
      <select value={metric} onChange={(event) => go({ metric: event.currentTarget.value })}>
        {!known && <option value={metric}>{metric || "Choose a number"}</option>}
        {all.map(({ name, options }) => (
          <optgroup key={name} label={name}>
            {options.map(([path, title]) => <option key={path} value={path}>{title}</option>)}
          </optgroup>
        ))}
      </select>
    </label>
  );
}

/** One id that a filter asks for, and the view without it. */
interface Chip {
  kind: string;
  id: string;
  without: Partial<View>;
}

function chips(of: View): Chip[] {
  const lists = (["skill", "line"] as const).flatMap((kind) =>
    of[kind].map((id) => ({ kind, id, without: { [kind]: of[kind].filter((other) => other !== id) } })));
  const single = (["agent", "contact", "company"] as const).filter((kind) => of[kind] !== "").map((kind) => ({ kind, id: of[kind], without: { [kind]: "" } }));
  return [...lists, ...single];
}

/** The filters that hold, each with a way to take it away. */
export function Chips() {
  const place = useRef<HTMLDivElement>(null);
  const all = chips(view.value);
  const remove = (without: Partial<View>) => {
    go(without);
    // The button goes with its filter: who uses the keyboard goes on from here.
    place.current?.focus();
  };
  return (
    <div ref={place} tabIndex={-1} class="chips">
      {all.length === 0 ? <p class="quiet">Of the whole account: no filter holds.</p> : <List all={all} remove={remove} />}
    </div>
  );
}

function List({ all, remove }: { all: Chip[]; remove: (without: Partial<View>) => void }) {
  return (
    <ul aria-label="Filters that hold">
      {all.map(({ kind, id, without }) => (
        <li key={`${kind} ${id}`}>
          <span>{kind} <bdi>{named(id, "none")}</bdi></span>
          <button type="button" aria-label={`Remove the filter ${kind} ${named(id, "none")}`} onClick={() => remove(without)}>×</button>
        </li>
      ))}
    </ul>
  );
}
