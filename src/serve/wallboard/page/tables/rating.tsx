// One rating: the score, of whom and by whom, and what was said.
import { Component } from "preact";
import { follow } from "../address";
import type { RatingRow } from "../api";
import { AgentLink, Contact, When } from "../parts";
import { named, plain } from "../words";

/** Why an answer was refused, as a person says it. */
const REASONS: Record<string, string> = {
  invalid_score: "it is not 1 to 5", rating_window: "it came too late", comment_frozen: "the rating before it has a comment, and stands", change_window: "the change came too late",
};

/** It is drawn anew only when it is another one. */
export class Rating extends Component<{ row: RatingRow }> {
  override shouldComponentUpdate(next: { row: RatingRow }) {
    return next.row !== this.props.row;
  }

  override render() {
    const { at, score, state, reason, conversation_id, agent_id, skill_id, contact_id, contact_name, comment } = this.props.row;
    return (
      <li class={state === "counted" ? "card rating" : "card rating taken-back"}>
        <div>
          <Score score={score} />
          <p class="quiet"><When at={at} /></p>
        </div>
        <div>
          {state !== "counted" && <p class="quiet"><span class="word">{state === "refused" ? "Refused" : "Replaced"}</span>{reason && `: ${REASONS[reason] ?? plain(reason)}`}</p>}
          {comment && <Comment text={comment} />}
          <p class="quiet">
            <Contact id={contact_id} name={contact_name} /> · agent <AgentLink id={agent_id} /> · <bdi>{named(skill_id, "no skill")}</bdi>
            {conversation_id && <> · <a {...follow({ page: "conversation", conversation: conversation_id })}>conversation</a></>}
          </p>
        </div>
      </li>
    );
  }
}

/** More of a comment than this is shown when it is asked for. */
const LONG = 400;

function Comment({ text }: { text: string }) {
  if (text.length <= LONG) return <p class="said"><bdi>{text}</bdi></p>;
  return (
    <details class="said">
      <summary><bdi>{[...text].slice(0, LONG / 2).join("")} …</bdi></summary>
      <bdi>{text}</bdi>
    </details>
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
