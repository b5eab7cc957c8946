// The board: few numbers, large, each with its count, its target and the change against the period before.
import "./board.css";
import { head, metrics } from "../stream";
import { timeAndDay } from "../words";
import { Satisfaction } from "./csat";
import { FirstResponse, Handle, Resolution } from "./durations";
import { Mood } from "./mood";
import { OverTime } from "./over_time";
import { Waiting } from "./waiting";

export function Board() {
  // Nothing is grouped: there is one row, also where everything is zero.
  const row = metrics.value?.rows.values().next().value;
  return (
    <div class="tiles">
      <h1 class="hidden">Board</h1>
      <Satisfaction row={row} />
      <FirstResponse row={row} />
      <Handle row={row} />
      <Resolution row={row} />
      <Mood row={row} />
      <Waiting />
      <OverTime />
      <Since />
    </div>
  );
}

/** From when the numbers are complete, where that is later than they are asked for. */
function Since() {
  const complete = head.value?.complete_since;
  const from = metrics.value?.from;
  if (!complete || !from || Date.parse(complete) <= Date.parse(from)) return null;
  return <p class="since quiet">These numbers are complete from {timeAndDay(complete)} on: what came before has not been read.</p>;
}
