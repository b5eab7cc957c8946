// The latest ratings, newest first, with their comments for who may see them. The newest come by the stream; older ones, and
// those of some scores, are asked for.
import "./tables.css";
import { computed } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { filters, go, view } from "../address";
import { type Listed, ofAccount, type RatingRow, withParameters } from "../api";
import { head, ratings } from "../stream";
import { When } from "../parts";
import { count } from "../words";
import { useAsked } from "./ask";
import { Rating } from "./rating";
import { covered, NotYet, Pages, Top } from "./table";

/** As many as the stream has. */
const ON_A_PAGE = 100;
/** Between two questions for ratings of some kind, which the stream does not have all of. */
const EVERY_MS = 5_000;

const newest = computed(() => ratings.value && [...ratings.value.rows.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)));
const textOf = (row: RatingRow) =>
  [row.comment, row.contact_name, row.contact_id, row.agent_id, row.skill_id, row.conversation_id].join("\n").toLowerCase();

// Of another account nothing is kept.
export const Ratings = () => <Of key={view.value.account} />;

function Of() {
  const { account, window, search, score, comment, sheet } = view.value;
  const isNarrowed = score.length > 0 || comment;
  const question = withParameters(ofAccount(account, "ratings"), {
    window, ...filters.value, score: score.join(","), comment: comment ? "true" : undefined,
  });
  const isLive = !isNarrowed && sheet === 1;
  const { value, old, busy, wrong, again } = useAsked<Listed<RatingRow>>(isLive ? "" : question, ON_A_PAGE, EVERY_MS);
  const answer = isLive || old ? undefined : value;
  // Until it is answered, what is here already of the kind.
  const here = newest.value?.filter((row) => (score.length === 0 || score.includes(String(row.score))) && (!comment || row.comment));
  const all = answer?.rows ?? (sheet > 1 ? value?.rows ?? here : here);
  const total = answer?.total_rows ?? (isLive ? ratings.value?.total_rows : all?.length) ?? 0;
  const wanted = search.trim().toLowerCase();
  const shown = all && wanted ? all.filter((row) => textOf(row).includes(wanted)) : all;
  const to = (sheet: number) => () => go({ sheet });
  const hasMore = isLive ? total > ON_A_PAGE : answer?.next_page !== undefined;
  const turn = { before: sheet > 1 ? to(sheet - 1) : undefined, after: hasMore ? to(sheet + 1) : undefined };
  useTop(sheet);
  return (
    <>
      <RatingsTop />
      {head.value?.private === false && <p class="quiet">Comments and names are private: a key with the right “private” shows them.</p>}
      {wrong && <p class="bad" role="alert">{wrong} <button type="button" onClick={again}>Try again</button></p>}
      <p class="quiet asking" role="status">{busy ? "Asking …" : ""}</p>
      {sheet > 1 && answer && <p class="quiet">As of <When at={answer.as_of} />: new ones do not come in here. <button type="button" onClick={to(1)}>To the newest</button></p>}
      {!shown && !busy && !wrong && <NotYet />}
      {shown?.length === 0 && !busy && <p class="card">{wanted || isNarrowed ? "No rating is like that in this window." : "No ratings in this window yet."}</p>}
      <ul class="ratings-list">{shown?.map((row, place) => <Rating key={row.id ?? place} row={row} />)}</ul>
      {all && all.length > 0 && <Pages turn={turn} text={sheet > 1 && !answer ? "" : wanted
        ? `${count(shown?.length)} of these ${count(all.length)}`
        : `${count((sheet - 1) * ON_A_PAGE + 1)}–${count((sheet - 1) * ON_A_PAGE + all.length)} of ${count(total)}`} />}
    </>
  );
}

/** What is chosen of the ratings. Who may not see comments cannot ask for those that have one. */
function RatingsTop() {
  const { account, window, score, comment } = view.value;
  const toggle = (one: string) => go({ score: score.includes(one) ? score.filter((other) => other !== one) : [...score, one].sort() });
  return (
    <Top title="Latest ratings" what="ratings" of={covered(["skill", "line"])}>
      <div class="switch" role="group" aria-label="Scores">
        {["1", "2", "3", "4", "5"].map((one) => (
          <button key={one} type="button" aria-pressed={score.includes(one)} aria-label={`Score ${one}`} onClick={() => toggle(one)}>{one}</button>
        ))}
      </div>
      {(head.value?.private !== false || comment) && <label><input type="checkbox" checked={comment} onChange={() => go({ comment: !comment })} /> with a comment</label>}
      <a href={withParameters(ofAccount(account, "export/facts.csv"), { window, ...filters.value })} download>Facts as CSV</a>
    </Top>
  );
}

/** Another page is read from its beginning. */
function useTop(turned: number): void {
  const before = useRef(turned);
  useEffect(() => {
    if (before.current !== turned) scrollTo(0, 0);
    before.current = turned;
  }, [turned]);
}
