// Which columns a table has: a list that opens, with marks by group.
import { title } from "../catalogue";
import { useDisclosure } from "../disclosure";
import { capital, plain } from "../words";
import { choose, chosen, offered, type TableName } from "./columns";

/** Paths by the object in which they stand; those that stand by themselves together. */
function grouped(paths: string[]): [name: string, paths: string[]][] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const group = path.includes(".") ? path.split(".")[0]! : "counts";
    groups.set(group, [...(groups.get(group) ?? []), path]);
  }
  return [...groups];
}

/** The short words of the API stay as people write them. */
const GROUP_NAMES: Record<string, string> = { csat: "CSAT", counts: "Conversations, messages, people" };
const groupName = (group: string) => GROUP_NAMES[group] ?? capital(plain(group.replace(/_sla$/, " target").replace(/_ms$/, "")));

export function Columns({ name }: { name: TableName }) {
  const details = useDisclosure();
  const now = chosen(name);
  const toggle = (path: string) => {
    const wanted = now.includes(path) ? now.filter((other) => other !== path) : [...now, path];
    choose(name, offered(name).filter((one) => wanted.includes(one)));
  };
  return (
    <details class="pick columns-pick" ref={details}>
      <summary>Columns</summary>
      <div class="list" role="group" aria-label="Columns">
        <button type="button" onClick={() => choose(name, undefined)}>The usual columns</button>
        <div class="groups">
          {grouped(offered(name)).map(([group, paths]) => (
            <fieldset key={group}>
              <legend>{groupName(group)}</legend>
              {paths.map((path) => (
                <label key={path}>
                  <input type="checkbox" checked={now.includes(path)} onChange={() => toggle(path)} /> {title(path)}
                </label>
              ))}
            </fieldset>
          ))}
        </div>
      </div>
    </details>
  );
}
