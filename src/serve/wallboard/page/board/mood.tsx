// The mood that agents gave: its average, how many of each, and how many of those asked gave one.
import type { Metrics, MetricsRow } from "../api";
import { title } from "../catalogue";
import { Metric } from "../metric";
import { count, share } from "../words";
import { Change, Fact, Pending, ShareOf, Thin, Tile, Value, within } from "./tile";

const MOODS = ["happy", "neutral", "unhappy"] as const;

const countOf = ({ mood }: Metrics) => MOODS.reduce((sum, name) => sum + mood[name], 0);

export function Mood({ row }: { row: MetricsRow | undefined }) {
  const all = row ? countOf(row.metrics) : 0;
  return (
    <Tile area="mood" name="Mood" of={all > 0 ? <>average, n <b>{count(all)}</b>{row!.metrics.mood.thin && <>{" "}<Thin /></>}</> : "average"}>
      {row ? <Numbers row={row} all={all} /> : <Pending />}
    </Tile>
  );
}

function Numbers({ row, all }: { row: MetricsRow; all: number }) {
  const { metrics } = row;
  return (
    <>
      {all === 0 ? <p class="quiet">No moods {within()} yet.</p> : <Parts metrics={metrics} all={all} />}
      {metrics.mood.prompted > 0 && (
        <dl class="facts"><Fact name={title("mood.completion")}><ShareOf path="mood.completion" all="mood.prompted" metrics={metrics} /></Fact></dl>
      )}
      <Change path="mood.average" row={row} words={["worse", "better"]} />
    </>
  );
}

/** The average with how many of each beside it, and a bar of them. */
function Parts({ metrics, all }: { metrics: Metrics; all: number }) {
  const { mood } = metrics;
  const said = MOODS.map((name) => `${title(`mood.${name}`)}: ${count(mood[name])}, ${share(mood[name] / all)}`).join("; ");
  let from = 0;
  return (
    <>
      <div class="beside">
        <p class="big"><Value path="mood.average" metrics={metrics} /></p>
        <dl class="facts">
          {MOODS.map((name) => (
            <Fact key={name} name={<><i class={`dot ${name}`} aria-hidden="true" />{title(`mood.${name}`)}</>}>
              <Metric path={`mood.${name}`} metrics={metrics} />
            </Fact>
          ))}
        </dl>
      </div>
      <svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label={said}>
        {MOODS.map((name) => {
          const at = from;
          from += (100 * mood[name]) / all;
          return <rect key={name} class={name} x={at} y="0" width={from - at} height="4" />;
        })}
      </svg>
    </>
  );
}
