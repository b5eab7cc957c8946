// Rows of facts: those behind a number, or those that a rule left out.
import { useMemo } from "preact/hooks";
import { view } from "../address";
import type { FactRow } from "../api";
import { countsWords, factValue, factWords } from "./facts";
import { AgentLink, Contact, ConversationLink, Id, When } from "../parts";

/** Which columns there is something for. */
interface Columns {
  /** Whether it says where a row counts; and whether the number has a line. */
  counts: boolean;
  line: boolean;
  value: boolean;
  phone: boolean;
  contact: boolean;
  conversation: boolean;
}

export function Rows({ rows, caption, counts, line }: { rows: FactRow[]; caption: string; counts: boolean; line: boolean }) {
  const some = (has: (row: FactRow) => unknown) => rows.some((row) => has(row) !== undefined);
  const value = some((row) => row.value);
  const phone = some((row) => row.line_id);
  const contact = some((row) => row.contact_id);
  const conversation = some((row) => row.conversation_id);
  const columns = useMemo(() => ({ counts, line, value, phone, contact, conversation }), [counts, line, value, phone, contact, conversation]);
  const head = (name: string, numeric = false) => <th scope="col" role="columnheader" class={numeric ? "number" : ""}>{name}</th>;
  return (
    <table class="facts" role="table">
      <caption class="hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {head("Time")}{head("What")}{value && head("Value", true)}{counts && head("Counts")}
          {head("Agent")}{head("Skill")}{phone && head("Line")}{contact && head("Contact")}{conversation && head("Conversation")}
        </tr>
      </thead>
      {Array.from({ length: Math.ceil(rows.length / BLOCK) }, (_, nth) => (
        <Block key={nth} rows={rows.slice(nth * BLOCK, (nth + 1) * BLOCK)} columns={columns} />
      ))}
    </table>
  );
}

/** Rows that are made together. */
const BLOCK = 100;

/** Made once: more rows below it are no reason to make it again. Its links hold the view. */
function Block({ rows, columns }: { rows: FactRow[]; columns: Columns }) {
  return useMemo(
    () => <tbody role="rowgroup">{rows.map((row, index) => <Row key={index} row={row} columns={columns} />)}</tbody>,
    [rows[0], rows.at(-1), columns, view.value],
  );
}

function Row({ row, columns: { counts, line, value, phone, contact, conversation } }: { row: FactRow; columns: Columns }) {
  const counted = counts ? countsWords(row, line) : "";
  // A status is of no conversation, and so of no skill, line or contact.
  const id = row.conversation_id;
  return (
    <tr role="row" class={counted === "Not counted" ? "aside" : ""}>
      <td role="cell" data-name="Time"><When at={row.at} /></td>
      <th scope="row" role="rowheader">
        {factWords(row.fact)}{row.running && <span class="running">still running</span>}
        {row.comment && <q class="comment"><bdi>{row.comment}</bdi></q>}
      </th>
      {value && <td role="cell" data-name="Value" class="number">{factValue(row)}</td>}
      {counts && <td role="cell" data-name="Counts" class="counts">{counted}</td>}
      <td role="cell" data-name="Agent"><AgentLink id={row.agent_id} /></td>
      <td role="cell" data-name="Skill">{id && <Id id={row.skill_id} />}</td>
      {phone && <td role="cell" data-name="Line">{id && <Id id={row.line_id} />}</td>}
      {contact && <td role="cell" data-name="Contact">{id && <Contact id={row.contact_id} name={row.contact_name} />}</td>}
      {conversation && <td role="cell" data-name="Conversation">{id && <ConversationLink id={id} />}</td>}
    </tr>
  );
}
