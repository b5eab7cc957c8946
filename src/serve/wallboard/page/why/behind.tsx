// The rows behind a number, page by page, and that they are the number.
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Explanation } from "../api";
import { Press } from "../parts";
import { count } from "../words";
import { type Answer, MOST } from "./ask";
import { reckon } from "./fold";
import { Rows } from "./rows";

/** Rows that are shown at first, and so many more at a time. All may be loaded to be added up; few of them are read. */
const STEP = 100;
/** So many are added up without being asked to. */
const FEW = 1_000;

export function Behind({ answer, of }: { answer: Answer; of: Explanation }) {
  const { rows, next, busy, wrong, more, all } = answer;
  const [many, setMany] = useState(STEP);
  const shown = useMemo(() => rows.slice(0, many), [rows, many]);
  const left = of.total_rows - shown.length;
  const line = of.denominator !== undefined;
  // Where all rows count alike, nothing is to be said of it.
  const counts = line || rows.some((row) => !row.counts?.length);
  useEffect(() => {
    if (next && !wrong && of.total_rows <= FEW) all();
  }, [of]);
  const onward = () => {
    if (next && rows.length < many + STEP) more();
    setMany(many + STEP);
  };
  return (
    <section class="card" aria-labelledby="why-rows">
      <h2 id="why-rows">The rows behind it</h2>
      {of.total_rows === 0
        ? <p class="quiet">None. What it counts did not happen in this time; a longer window, or fewer filters, may have some.</p>
        : <AddedUp answer={answer} of={of} />}
      {shown.length > 0 && <Rows rows={shown} caption={`The rows behind it: ${of.title}`} counts={counts} line={line} />}
      {left > 0 && (
        <p class="more">
          <span>The newest {count(shown.length)} of {count(of.total_rows)} rows are shown.</span>
          <Press off={busy} to={onward}>{count(Math.min(STEP, left))} more</Press>
        </p>
      )}
    </section>
  );
}

/** The sum of the rows; it needs all of them. */
function AddedUp({ answer: { rows, next, busy, all }, of }: { answer: Answer; of: Explanation }) {
  if (next) {
    return (
      <p class="sum">
        {of.total_rows <= MOST
          ? <>All {count(of.total_rows)} rows added up are the value. <Press off={busy} to={all}>Add them up</Press></>
          : <>All {count(of.total_rows)} rows added up are the value: too many to do it here, but the export of facts has them all.</>}
      </p>
    );
  }
  const { text, agrees } = reckon(of, rows);
  return agrees
    ? <p class="sum"><b>The rows add up to the value.</b> {text}</p>
    : <p class="sum bad"><b>The rows do not add up to the value.</b> {text} Please report this.</p>;
}
