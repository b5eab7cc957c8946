// Who waits, and for how long; who is there to answer, and who has the most to do.
import { filters, follow, view } from "../address";
import { type ConversationRow, get, type Listed, type Live, ofAccount, withParameters } from "../api";
import { now } from "../clock";
import { live } from "../stream";
import { targets } from "../targets";
import { age, count, duration } from "../words";
import { usePoll } from "../poll";
import { Crew } from "./crew";
import { Fact, Pending, Tile, useChanged } from "./tile";

/** Live state knows neither filters nor targets: who waits and is overdue is asked for, so often. */
const EVERY_MS = 3_000;
/** How many of the longest waits are told. */
const LONGEST = 10;

interface Wait {
  id: string;
  since: number;
  /** Where the server says so. */
  overdue: boolean;
}
interface Waits {
  total: number;
  longest: Wait[];
}

/** Who waits now; the server has said of these who is overdue. */
const ofLive = (state: Live, asked: Waits | undefined): Waits => ({
  total: state.waiting,
  longest: state.longest_waiting.map(({ conversation_id, since }) => ({
    id: conversation_id, since: Date.parse(since), overdue: asked?.longest.some(({ id, overdue }) => overdue && id === conversation_id) ?? false,
  })),
});
const ofAnswer = ({ as_of, rows, total_rows }: Listed<ConversationRow>): Waits => ({
  total: total_rows,
  longest: rows.map(({ conversation_id, waiting_ms = 0, overdue = [] }) => ({
    id: conversation_id, since: Date.parse(as_of) - waiting_ms, overdue: overdue.some((of) => of.includes("response")),
  })),
});

const hasTarget = () => targets.value.responseMs !== undefined || targets.value.firstResponseMs !== undefined;

export function Waiting() {
  const { account } = view.value;
  const filtered = Object.keys(filters.value).length > 0;
  const path = withParameters(ofAccount(account, "conversations"), { state: "waiting", sort: "-waiting_ms", limit: LONGEST, ...filters.value });
  const asked = usePoll(path, EVERY_MS, (signal) => get<Listed<ConversationRow>>(path, signal));
  const state = live.value;
  const answer = asked.value && ofAnswer(asked.value);
  const waits = filtered ? answer : state && ofLive(state, answer);
  return (
    <Tile area="waiting" name="Waiting" of={filtered ? `for these filters, every ${duration(EVERY_MS)}` : "now"}>
      {asked.wrong && <p class="bad" role="alert">{waits && "These numbers are older. "}{asked.wrong}</p>}
      {waits ? <Numbers waits={waits} state={filtered ? undefined : state} /> : !asked.wrong && <Pending />}
      <Crew state={state} />
    </Tile>
  );
}

function Numbers({ waits: { total, longest }, state }: { waits: Waits; state: Live | undefined }) {
  const said = count(total);
  const element = useChanged<HTMLSpanElement>(said);
  return (
    <>
      <p class="big"><span class="value" ref={element}>{said}</span></p>
      {state && (
        <dl class="facts">
          <Fact name="Open">{count(state.open)}</Fact>
          <Fact name="Unassigned">{count(state.unassigned)}</Fact>
        </dl>
      )}
      <Late waits={longest} total={total} />
      {total === 0 ? <p class="quiet">Nobody waits.</p> : (
        <ol class="longest" aria-label="Longest waiting">
          {longest.map((wait) => <Row key={wait.id} wait={wait} />)}
        </ol>
      )}
    </>
  );
}

/** How many of the longest are over a target that holds for them: the server knows which, and since when. */
function Late({ waits, total }: { waits: Wait[]; total: number }) {
  if (!hasTarget() || waits.length === 0) return null;
  const late = waits.filter(({ overdue }) => overdue).length;
  if (late === 0) return <p class="goal good">✓ All within their target</p>;
  return <p class="goal bad">▲ {count(late)}{late === waits.length && total > late ? " or more" : ""} over their target</p>;
}

/** Drawn every second, and nothing else with it. */
function Row({ wait }: { wait: Wait }) {
  const late = wait.overdue;
  return (
    <li>
      <a {...follow({ page: "conversation", conversation: wait.id })}>
        <b class={late ? "bad" : ""}>{age(wait.since, now.value)}{late && <span class="hidden"> (over the target)</span>}</b> <bdi>{wait.id}</bdi>
      </a>
    </li>
  );
}
