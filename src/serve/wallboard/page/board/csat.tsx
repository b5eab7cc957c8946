// Customer satisfaction: a ring of the five answers, the share or mean in its middle, the key beside it.
import { minutesOf, view } from "../address";
import type { Csat, MetricsRow } from "../api";
import { title } from "../catalogue";
import { Metric } from "../metric";
import { targets } from "../targets";
import { change, count, share } from "../words";
import { Change, Count, Fact, Pending, ShareOf, Tile, type Tone, Value, within } from "./tile";

const SCORES = [5, 4, 3, 2, 1] as const;

export function Satisfaction({ row }: { row: MetricsRow | undefined }) {
  const mean = view.value.measure === "mean";
  const path = mean ? "csat.average" : "csat.score";
  return (
    <Tile area="csat" name="Customer satisfaction" of={title(path)}>
      {row ? <Answers row={row} path={path} mean={mean} /> : <Pending why />}
    </Tile>
  );
}

function Answers({ row, path, mean }: { row: MetricsRow; path: string; mean: boolean }) {
  const { metrics } = row;
  const { csat } = metrics;
  const goal = judge(csat, targets.value.csat);
  return (
    <>
      <div class="answers">
        <div class="ring">
          <Ring of={csat} />
          <div class="middle">
            {csat.total > 0 && <Value path={path} metrics={metrics} tone={mean ? "" : goal.tone} />}
            <span class="count">n <Count path="csat.total" metrics={metrics} /></span>
          </div>
        </div>
        {csat.total > 0 ? <Key row={row} /> : <p class="quiet">No answers {within()} yet. {minutesOf(view.value.window)! < 1440 && "A longer window may have some."}</p>}
      </div>
      <dl class="facts">
        {csat.interval && (
          <Fact name={`${title("csat.interval")}${mean ? ", of the share" : ""}`}>
            <Metric path="csat.interval" metrics={metrics} text={`${count(csat.interval[0] * 100)} – ${share(csat.interval[1])}`} />
          </Fact>
        )}
        {csat.sent > 0 && <Fact name={title("csat.response_rate")}><ShareOf path="csat.response_rate" all="csat.sent" metrics={metrics} /></Fact>}
      </dl>
      {goal.text && <p class={`goal ${goal.tone}`}>{mean && csat.score !== undefined && `Share ${share(csat.score)}: `}{goal.text}</p>}
      {row.previous
        ? <Change path={path} row={row} words={["worse", "better"]} />
        : <p class="change quiet">No period before: two days are not kept</p>}
    </>
  );
}

/** Where chance alone may have missed the target, that is a warning only. */
function judge({ score, total, interval, thin }: Csat, target: number | undefined): { tone: Tone; text: string } {
  if (target === undefined) return { tone: "", text: "" };
  const said = share(target);
  if (score === undefined || thin) return { tone: "", text: `Target ${said}${thin && total > 0 ? ", too few answers to judge" : ""}` };
  if (score >= target) return { tone: "good", text: `✓ Target ${said} reached` };
  const points = change(target - score, "share").slice(1);
  const missed = `▼ ${points || "Just"} below target ${said}`;
  return interval && interval[1] >= target ? { tone: "warn", text: `${missed}, may be chance` } : { tone: "bad", text: missed };
}

function Ring({ of }: { of: Csat }) {
  let from = 0;
  const arcs = SCORES.map((score) => {
    const answers = of.answers[score - 1]!;
    const length = of.total > 0 ? (100 * answers) / of.total : 0;
    const arc = { score, answers, from, length };
    from += length;
    return arc;
  }).filter(({ length }) => length > 0);
  // A thin gap between neighbours tells them apart without colour.
  const gap = arcs.length > 1 ? 0.6 : 0;
  const said = arcs.map(({ score, answers, length }) => `${score}: ${count(answers)}, ${share(length / 100)}`).join("; ");
  return (
    <svg viewBox="0 0 100 100" role="img" aria-label={said ? `Answers by score. ${said}` : "No answers"}>
      <circle class="empty" cx="50" cy="50" r="42" />
      {arcs.map(({ score, from, length }) => (
        <circle key={score} class={`s${score}`} cx="50" cy="50" r="42" pathLength={100} transform="rotate(-90 50 50)"
          stroke-dasharray={`${Math.max(0.4, length - gap)} 100`} stroke-dashoffset={-(from + gap / 2)} />
      ))}
    </svg>
  );
}

const answersOf = (many: number) => `${count(many)} ${many === 1 ? "answer" : "answers"}`;

function Key({ row: { metrics } }: { row: MetricsRow }) {
  const { answers, total } = metrics.csat;
  return (
    <table class="key">
      <caption class="hidden">{title("csat.answers")}</caption>
      <thead class="hidden"><tr><th scope="col">Score</th><th scope="col">Answers</th><th scope="col">Share</th></tr></thead>
      <tbody>
        {SCORES.map((score) => (
          <tr key={score}>
            <th scope="row"><i class={`dot s${score}`} aria-hidden="true" />{score}</th>
            <td><Metric path={`csat.answers.${score}`} metrics={metrics} text={count(answers[score - 1])} name={`${score}: ${answersOf(answers[score - 1]!)}`} /></td>
            <td class="quiet">{share(answers[score - 1]! / total)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
