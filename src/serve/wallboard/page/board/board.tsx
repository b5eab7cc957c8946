// The board: few numbers, large, each with its count, its target and the change against the period before.
import "./board.css";
import { Since } from "../parts";
import { metrics } from "../stream";
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
      <Since from={metrics.value?.from} />
    </div>
  );
}
