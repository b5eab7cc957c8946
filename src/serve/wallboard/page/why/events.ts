// What happened in a conversation, type by type, in words; who did it stands beside.
import type { LifeEvent } from "../api";
import { count, plain } from "../words";
import { when } from "../parts";
import { words } from "./facts";

const text = (event: LifeEvent, field: string): string | undefined => {
  const value = event[field];
  return typeof value === "string" ? value : undefined;
};
const characters = ({ characters: many }: LifeEvent) => (typeof many === "number" ? `, ${count(many)} ${many === 1 ? "character" : "characters"}` : "");

const SAID: Record<string, (event: LifeEvent) => string> = {
  conversation_started: () => "Conversation started",
  assigned: assigned,
  handed_off: () => "Handed over to humans by a bot",
  participant_joined: () => "A further customer joined",
  topic_tagged: () => "Topic",
  focused: () => "Opened on screen",
  unfocused: () => "Left",
  left: () => "Visit ended: the agent is elsewhere or offline",
  customer_message: (event) => `${event.automated ? "Automatic reply of the customer" : "Customer wrote"}${characters(event)}`,
  agent_message: (event) => `${event.automated ? "Automated message" : "Agent wrote"}${characters(event)}`,
  snoozed: (event) => (text(event, "until") ? `Snoozed until ${when(text(event, "until")!)}` : "Snoozed"),
  closed: closed,
  reopened: () => "Reopened",
  survey_sent: () => "Survey sent",
  survey_answered: ({ score }) => `Customer rated ${String(score)}`,
  survey_commented: () => "Customer commented on the rating",
  mood_prompted: () => "Asked for the customer's mood",
  mood_recorded: (event) => `Mood: ${text(event, "mood") ?? "?"}`,
  time_passed: () => "Time passed",
};

/** An empty id clears. */
function assigned(event: LifeEvent): string {
  const [agent, skill] = [text(event, "agent_id"), text(event, "skill_id")];
  const parts = [
    agent === undefined ? "" : agent === "" ? "no longer assigned to anybody" : "assigned",
    skill === undefined ? "" : skill === "" ? "taken out of its skill" : "put into a skill",
  ].filter((part) => part !== "");
  return words(parts.join(", ") || "assigned, without a change");
}

function closed(event: LifeEvent): string {
  const outcome = text(event, "outcome");
  return `Closed by the ${text(event, "closed_by") ?? "agent"}${outcome ? `, ${plain(outcome)}` : ""}`;
}

export const eventWords = (event: LifeEvent) => SAID[event.type]?.(event) ?? words(event.type);

/** Fields that are shown by name; those that are in the words, or shown in ways of their own, are not. */
const NAMED: [field: string, name: string][] = [
  ["topic", ""], ["skill_id", "skill"], ["channel", "channel"], ["line_id", "line"], ["company_id", "company"],
  ["origin", "origin"], ["audience", "audience"], ["survey_id", "survey"],
];

/** Further fields of an event, by name. */
export function details(event: LifeEvent): [name: string, value: string][] {
  return NAMED.flatMap(([field, name]) => {
    const value = text(event, field);
    return value ? [[name, value] as [string, string]] : [];
  });
}
