// The latest ratings, newest first, with their comments for who may see them. The newest come by the stream; older ones, and
// those of some scores, are asked for.
import "./tables.css";
import { computed } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { filters, go, view } from "../address";
import { get, type Listed, ofAccount, type RatingRow, withParameters, wordOf } from "../api";
import { head, ratings } from "../stream";
import { When } from "../parts";
import { count } from "../words";
import { useAsked, usePages } from "./ask";
import { Rating } from "./rating";
import { covered, NotYet, Pages, Top } from "./table";

type Answer = Listed<RatingRow>;

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
  const { account, window, search, score, comment } = view.value;
  const isNarrowed = score.length > 0 || comment;
  const pages = usePages(withParameters(ofAccount(account, "ratings"), {
    window, ...filters.value, score: score.join(","), comment: comment ? "true" : undefined, limit: ON_A_PAGE,
  }));
  const isLive = !isNarrowed && pages.turned === 0;
  const { value, old, busy, wrong, again } = useAsked<Answer>(isLive ? { ...pages, path: "" } : pages, EVERY_MS);
  const answer = isLive || old ? undefined : value;
  // Until it is answered, what is here already of the kind.
  const here = newest.value?.filter((row) => (score.length === 0 || score.includes(String(row.score))) && (!comment || row.comment));
  const all = answer?.rows ?? (pages.turned > 0 ? value?.rows : here);
  const total = answer?.total_rows ?? (isLive ? ratings.value?.total_rows : all?.length) ?? 0;
  const wanted = search.trim().toLowerCase();
  const shown = all && wanted ? all.filter((row) => textOf(row).includes(wanted)) : all;
  const next = answer?.next_page;
  const older = useOlder(pages.path, pages.to);
  const turn = {
    before: pages.turned > 0 ? pages.back : undefined,
    after: next ? () => pages.to(next) : isLive && total > ON_A_PAGE ? older.ask : undefined,
  };
  useTop(pages.turned);
  return (
    <>
      <RatingsTop />
      {head.value?.private === false && <p class="quiet">Comments and names are private: a key with the right “private” shows them.</p>}
      {(wrong || older.wrong) && <p class="bad" role="alert">{wrong || older.wrong} <button type="button" onClick={wrong ? again : older.ask}>Try again</button></p>}
      <p class="quiet asking" role="status">{busy || older.busy ? "Asking …" : pages.note}</p>
      {pages.turned > 0 && answer && <p class="quiet">As of <When at={answer.as_of} />: new ones do not come in here. <button type="button" onClick={() => pages.begin()}>To the newest</button></p>}
      {!shown && !busy && !wrong && <NotYet />}
      {shown?.length === 0 && !busy && <p class="card">{wanted || isNarrowed ? "No rating is like that in this window." : "No ratings in this window yet."}</p>}
      <ul class="ratings-list">{shown?.map((row, place) => <Rating key={row.id ?? place} row={row} />)}</ul>
      {all && all.length > 0 && <Pages turn={turn} text={wanted
        ? `${count(shown?.length)} of these ${count(all.length)}`
        : `${count(pages.turned * ON_A_PAGE + 1)}–${count(pages.turned * ON_A_PAGE + all.length)} of ${count(total)}`} />}
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

/** From the newest, which come by the stream, to those that follow: the first page is asked for to know the next. */
function useOlder(path: string, to: (page: string) => void) {
  const [state, setState] = useState({ busy: false, wrong: "" });
  const ask = () => {
    setState({ busy: true, wrong: "" });
    get<Answer>(path).then(({ next_page }) => {
      setState({ busy: false, wrong: "" });
      if (next_page) to(next_page);
    }, (error) => setState({ busy: false, wrong: wordOf(error) }));
  };
  return { ...state, ask };
}

/** Another page is read from its beginning. */
function useTop(turned: number): void {
  const before = useRef(turned);
  useEffect(() => {
    if (before.current !== turned) scrollTo(0, 0);
    before.current = turned;
  }, [turned]);
}
