// What a reader might miss in a number: rule by rule how much was left out, and the newest of it.
import type { Explanation } from "../api";
import { count } from "../words";
import { Rows } from "./rows";

export function LeftOut({ of: { excluded } }: { of: Explanation }) {
  return (
    <section class="card" aria-labelledby="why-left-out">
      <h2 id="why-left-out">What was left out</h2>
      {excluded.length === 0 ? <p class="quiet">Nothing was left out in this time.</p> : <ul class="rules">
        {excluded.map(({ rule, reason, count: many, rows }) => {
          const said = <><b>{count(many)}</b> <span>{rule}</span></>;
          return (
            <li key={reason}>
              {rows.length === 0 ? <p>{said}</p> : (
                <details>
                  <summary>{said}</summary>
                  {many > rows.length && <p class="quiet">The newest {count(rows.length)} of {count(many)}:</p>}
                  <Rows rows={rows} caption={`Left out: ${rule}`} counts={false} line={false} />
                </details>
              )}
            </li>
          );
        })}
      </ul>}
    </section>
  );
}
