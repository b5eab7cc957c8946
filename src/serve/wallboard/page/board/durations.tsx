// The three times: mean large, the 95th percentile, n, the target and how many were in time.
import type { Metrics, MetricsRow } from "../api";
import { at, isThin } from "../catalogue";
import { Metric } from "../metric";
import { targets } from "../targets";
import { duration } from "../words";
import { Change, Count, Fact, Pending, ShareOf, Tile, Value, within } from "./tile";

interface Kind {
  area: string;
  name: string;
  of: "first_response" | "handle" | "resolution";
  target?: "firstResponseMs" | "resolutionMs";
  /** What a smaller and a larger mean is called. */
  words: [string, string];
  /** What there is none of. */
  things: string;
}

const FIRST: Kind = {
  area: "first", name: "First response", of: "first_response", target: "firstResponseMs", words: ["faster", "slower"],
  things: "first responses",
};
// Whether a short handle time is good depends on what was done in it.
const HANDLE: Kind = { area: "handle", name: "Handle time", of: "handle", words: ["shorter", "longer"], things: "handled conversations" };
const RESOLUTION: Kind = {
  area: "resolution", name: "Resolution", of: "resolution", target: "resolutionMs", words: ["faster", "slower"],
  things: "resolved conversations",
};

type Shown = { row: MetricsRow | undefined };
export const FirstResponse = ({ row }: Shown) => <Time kind={FIRST} row={row} />;
export const Handle = ({ row }: Shown) => <Time kind={HANDLE} row={row} />;
export const Resolution = ({ row }: Shown) => <Time kind={RESOLUTION} row={row} />;

function Time({ kind, row }: { kind: Kind; row: MetricsRow | undefined }) {
  const path = `${kind.of}.count`;
  return (
    <Tile area={kind.area} name={kind.name} of={row && at(row.metrics, path) ? <>mean, n <Count path={path} metrics={row.metrics} /></> : "mean"}>
      {row ? <Numbers kind={kind} row={row} /> : <Pending />}
    </Tile>
  );
}

function Numbers({ kind, row }: { kind: Kind; row: MetricsRow }) {
  const { metrics } = row;
  const { of, target } = kind;
  const path = `${of}.mean_ms`;
  const limit = target && targets.value[target];
  const tone = judge(metrics, path, limit);
  const none = at(metrics, path) === undefined;
  return (
    <>
      {none ? <p class="quiet">No {kind.things} {within()} yet.</p> : <p class="big"><Value path={path} metrics={metrics} tone={tone} /></p>}
      <dl class="facts">
        {!none && <Fact name="p95"><Metric path={`${of}.p95_ms`} metrics={metrics} /></Fact>}
        {/* What is overdue counts here before there is any response. */}
        {at(metrics, `${of}_sla.share`) !== undefined && <Fact name="in time"><ShareOf path={`${of}_sla.share`} all={`${of}_sla.count`} metrics={metrics} /></Fact>}
      </dl>
      {limit !== undefined && <p class={`goal ${tone}`}>{GOALS[tone]} {duration(limit)}</p>}
      <Change path={path} row={row} words={kind.words} />
    </>
  );
}

const GOALS = { good: "✓ Within the target of", bad: "▲ Over the target of", "": "Target" };

function judge(metrics: Metrics, path: string, limit: number | undefined): "good" | "bad" | "" {
  const value = at(metrics, path);
  if (value === undefined || limit === undefined || isThin(metrics, path)) return "";
  return value <= limit ? "good" : "bad";
}
