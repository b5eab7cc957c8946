// The open conversations of an agent, those first that wait longest.
import { view } from "../address";
import { type ConversationRow, get, type Listed, ofAccount, withParameters } from "../api";
import { usePoll } from "../poll";
import { capital, count, plain, timeExact } from "../words";
import { Age, ConversationLink, Contact, Id, When, Wrong } from "../parts";

const EVERY_MS = 5_000;
const MOST = 1_000;

export function Owned({ agent }: { agent: string }) {
  const path = withParameters(ofAccount(view.value.account, "conversations"), { agent, state: "open", limit: MOST });
  const { value, wrong } = usePoll(path, EVERY_MS, (signal) => get<Listed<ConversationRow>>(path, signal));
  return (
    <section class="card" aria-labelledby="agent-owned">
      <h2 id="agent-owned">Open conversations{value && ` (${count(value.total_rows)})`}</h2>
      <Wrong text={wrong && (value ? `This is as of ${timeExact(value.as_of)}: ${wrong}` : wrong)} />
      {!value && !wrong && <p class="quiet" role="status">Loading …</p>}
      {value?.rows.length === 0 && <p class="quiet">Nothing is open: the agent owns no conversation now.</p>}
      {value && value.rows.length > 0 && <Table of={value} />}
      {value && value.total_rows > value.rows.length && <p class="quiet">The first {count(value.rows.length)} of {count(value.total_rows)} are shown.</p>}
    </section>
  );
}

const HEADS = ["State", "Waiting", "Conversation", "Contact", "Skill", "Line", "Channel", "Started", "Last event", "Messages"] as const;

function Table({ of: { rows, as_of } }: { of: Listed<ConversationRow> }) {
  return (
    <table class="facts" role="table">
      <caption class="hidden">Open conversations, those first that wait longest</caption>
      <thead role="rowgroup">
        <tr role="row">{HEADS.map((name) => <th key={name} scope="col" role="columnheader" class={name === "Messages" || name === "Waiting" ? "number" : ""}>{name}</th>)}</tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => <Row key={row.conversation_id} row={row} asOf={as_of} />)}
      </tbody>
    </table>
  );
}

function Row({ row, asOf }: { row: ConversationRow; asOf: string }) {
  const { waiting_ms, overdue = [] } = row;
  return (
    <tr role="row">
      <td role="cell" data-name="State">
        {capital(row.state)}
        {overdue.length > 0 && <span class="late"><span aria-hidden="true">▲</span> {overdue.map(plain).join(", ")} overdue</span>}
      </td>
      <td role="cell" data-name="Waiting" class="number">
        {waiting_ms === undefined ? <span class="none">not waiting</span> : <b class={overdue.length ? "bad" : ""}><Age since={Date.parse(asOf) - waiting_ms} /></b>}
      </td>
      <th scope="row" role="rowheader"><ConversationLink id={row.conversation_id} /></th>
      <td role="cell" data-name="Contact"><Contact id={row.contact_id} name={row.contact_name} /></td>
      <td role="cell" data-name="Skill"><Id id={row.skill_id} /></td>
      <td role="cell" data-name="Line"><Id id={row.line_id} /></td>
      <td role="cell" data-name="Channel"><Id id={row.channel} /></td>
      <td role="cell" data-name="Started"><When at={row.started_at} /></td>
      <td role="cell" data-name="Last event"><When at={row.last_event_at} /></td>
      <td role="cell" data-name="Messages" class="number">{count(row.messages)}</td>
    </tr>
  );
}
