// The latest ratings, newest first, with their comments for who may see them.
import "./tables.css";
import { useEffect, useState } from "preact/hooks";
import { filters, follow, view } from "../address";
import { get, type Head, ofAccount, type RatingRow, withParameters, wordOf } from "../api";
import { head, ratings } from "../stream";
import { AgentLink, Contact, When } from "../parts";
import { count, named, plain } from "../words";
import { Top } from "./table";

/** Why an answer was refused, as a person says it. */
const REASONS: Record<string, string> = {
  invalid_score: "it is not 1 to 5", rating_window: "it came too late", comment_frozen: "a comment stands with the one before", change_window: "the change came too late",
};

interface Older {
  rows: RatingRow[];
  next: string | undefined;
  wrong: string;
}
type Page = Head & { rows: RatingRow[]; next_page?: string };

export function Ratings() {
  const { account, window, search } = view.value;
  const [scores, setScores] = useState<number[]>([]);
  const [commented, setCommented] = useState(false);
  const [older, setOlder] = useState<Older | undefined>(undefined);
  const question = { window, ...filters.value, score: scores.join(",") || undefined, comment: commented ? "true" : undefined };
  const path = withParameters(ofAccount(account, "ratings"), question);
  useEffect(() => setOlder(undefined), [path]);
  const newest = ratings.value && [...ratings.value.rows.values()].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
  const isNarrowed = scores.length > 0 || commented;
  useEffect(() => {
    if (isNarrowed) void more(path, undefined, setOlder);
  }, [path]);
  const all = isNarrowed ? older?.rows : newest && (older?.rows ?? newest);
  const wanted = search.trim().toLowerCase();
  const shown = all?.filter((row) => !wanted || textOf(row).includes(wanted));
  const total = ratings.value?.total_rows ?? 0;
  const hasMore = older ? older.next !== undefined : !isNarrowed && newest !== undefined && newest.length < total;
  return (
    <>
      <Top title="Latest ratings" what="ratings">
        <div class="switch" role="group" aria-label="Scores">
          {[1, 2, 3, 4, 5].map((score) => (
            <button key={score} type="button" aria-pressed={scores.includes(score)} aria-label={`Score ${score}`}
              onClick={() => setScores(scores.includes(score) ? scores.filter((other) => other !== score) : [...scores, score].sort())}>{score}</button>
          ))}
        </div>
        <label><input type="checkbox" checked={commented} onChange={() => setCommented(!commented)} /> with a comment</label>
        <a href={withParameters(ofAccount(account, "export/facts.csv"), { window, ...filters.value })} download>Facts as CSV</a>
      </Top>
      {head.value?.private === false && <p class="quiet">Comments and names are private: a key with the right “private” shows them.</p>}
      {older?.wrong && <p class="bad" role="alert">{older.wrong}</p>}
      {!shown && !older?.wrong && <p class="notice" role="status">Loading …</p>}
      {shown?.length === 0 && <p class="card">{wanted || isNarrowed ? "No rating is like that in this window." : "No ratings in this window yet."}</p>}
      <ul class="ratings-list">{shown?.map((row, place) => <Rating key={row.id ?? `${row.conversation_id} ${row.at} ${place}`} row={row} />)}</ul>
      <div class="pages">
        {shown && shown.length > 0 && <span>{isNarrowed ? count(shown.length) : `${count(shown.length)} of ${count(total)}`}</span>}
        {hasMore && <button type="button" onClick={() => void more(path, older, setOlder)}>{older ? "More" : "Older ones"}</button>}
      </div>
    </>
  );
}

/** Reads on: the first page, which begins with the newest, or the one after those that are here. */
async function more(path: string, before: Older | undefined, set: (older: Older) => void): Promise<void> {
  const pages = `${path}${path.includes("?") ? "&" : "?"}${withParameters("", { limit: 200, page: before?.next }).slice(1)}`;
  try {
    const { rows, next_page } = await get<Page>(pages);
    set({ rows: [...(before?.rows ?? []), ...rows], next: next_page, wrong: "" });
  } catch (error) {
    set({ rows: before?.rows ?? [], next: undefined, wrong: wordOf(error) });
  }
}

const textOf = (row: RatingRow) =>
  [row.comment, row.contact_name, row.contact_id, row.agent_id, row.skill_id, row.conversation_id].join(" ").toLowerCase();

function Rating({ row }: { row: RatingRow }) {
  const { at, score, state, reason, conversation_id, agent_id, skill_id, contact_id, contact_name, comment } = row;
  return (
    <li class={state === "counted" ? "card rating" : "card rating taken-back"}>
      <div>
        <Score score={score} />
        <p class="quiet"><When at={at} /></p>
        {state !== "counted" && <p class="quiet"><span class="word">{state === "refused" ? "Refused" : "Replaced"}</span>{reason && `: ${REASONS[reason] ?? plain(reason)}`}</p>}
      </div>
      <div>
        {comment && <p class="said"><bdi>{comment}</bdi></p>}
        <p class="quiet">
          <Contact id={contact_id} name={contact_name} /> · agent <AgentLink id={agent_id} /> · <bdi>{named(skill_id, "no skill")}</bdi>
          {conversation_id && <> · <a {...follow({ page: "conversation", conversation: conversation_id })}>conversation</a></>}
        </p>
      </div>
    </li>
  );
}

/** Five steps, in the colour of the score, and the score in words. */
function Score({ score }: { score: number }) {
  return (
    <p>
      <strong>{score} of 5</strong>{" "}
      <span class={`stars s${score}`} aria-hidden="true">{[1, 2, 3, 4, 5].map((step) => <i key={step} class={step <= score ? "full" : ""} />)}</span>
    </p>
  );
}
