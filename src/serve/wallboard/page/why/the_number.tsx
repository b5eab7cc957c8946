// The number itself: large as people say it, small to the last digit, and how it comes about.
import { follow, view } from "../address";
import type { Explanation } from "../api";
import { catalogue, type Entry } from "../catalogue";
import { plain, say } from "../words";
import { exactly, sayValue } from "./facts";
import { withNumbers } from "./fold";

export function TheNumber({ of }: { of: Explanation }) {
  const { title, unit, value, formula } = of;
  const numbers = value === undefined ? "" : withNumbers(of);
  return (
    <section class="card" aria-labelledby="why-number">
      <h2 id="why-number">{title}</h2>
      {value === undefined ? <Nothing of={of} /> : typeof value === "object" ? <Each of={of} /> : (
        <p class="value">
          <b>{sayValue(value, unit)}</b>
          {typeof value === "number" && <small class="quiet" title="To the last digit">{exactly(value, unit)}</small>}
        </p>
      )}
      <p class="formula">{formula}{numbers && <b>{numbers}</b>}</p>
    </section>
  );
}

/** Why there is no value. A flag that does not hold is not there. */
function Nothing({ of: { metric } }: { of: Explanation }) {
  const entry = catalogue.value.get(metric);
  if (entry?.flag) return <p class="value"><b>No</b></p>;
  if (entry && isOutside(entry)) {
    const scopes = entry.scopes.map((scope) => `for ${SCOPES[scope] ?? plain(scope)}`).join(" and ");
    return <p>This number exists {scopes} only: take the other filters away to see it.</p>;
  }
  return <p>There is no value: nothing that it counts happened in this time, with these filters.</p>;
}

const SCOPES: Record<string, string> = { account: "the whole account", skill: "skills", agent: "agents" };

/** Whether a filter asks for what the number does not have. Presence, which no skill has, knows agents alone. */
function isOutside({ scopes }: Entry): boolean {
  const { agent, skill, line, contact, company } = view.value;
  if (agent && !scopes.includes("agent")) return true;
  return !scopes.includes("skill") && [...skill, ...line, contact, company].some((id) => id !== "");
}

/** The values of a list or map, each a number of its own. */
function Each({ of: { metric, unit, value } }: { of: Explanation }) {
  const known = catalogue.value.get(metric)?.label?.words ?? Object.keys(value as object);
  const each = known.map((word, place): [string, number] => [word, (Array.isArray(value) ? value[place] : (value as Record<string, number>)[word]) ?? 0]);
  return (
    <dl class="pairs each">
      {each.map(([word, one]) => (
        <div key={word}>
          <dt>{plain(word)}</dt>
          <dd><a class="metric" {...follow({ metric: `${metric}.${word}` })}><b>{say(one, unit)}</b></a> {unit !== "count" && <small class="quiet">{exactly(one, unit)}</small>}</dd>
        </div>
      ))}
    </dl>
  );
}
