// A number that can be asked why it is what it is.
import type { ComponentChildren } from "preact";
import { follow, type View } from "./address";
import type { Metrics } from "./api";
import { at, help, isThin, title, unit } from "./catalogue";
import { NONE, say } from "./words";

/** The value at a path, as a link to how it is calculated. `of` narrows: to an agent, a skill, a contact. */
export function Metric({ path, metrics, of, text, name }: {
  path: string;
  metrics: Metrics | undefined;
  of?: Partial<View>;
  /** What is shown instead of the value as it is usually said. */
  text?: ComponentChildren;
  /** How it is called by those who do not see what stands around it. */
  name?: string;
}) {
  const value = at(metrics, path);
  if (value === undefined && text === undefined) return <span class="none" title={help(path)}>{NONE}</span>;
  const thin = isThin(metrics, path);
  const said = name ?? `${title(path)}: ${typeof text === "string" ? text : say(value, unit(path))}`;
  return (
    <a class={thin ? "metric thin" : "metric"} title={thin ? `${help(path)} (few answers)` : help(path)}
      {...follow({ ...of, page: "why", metric: path })} aria-label={`${said}${thin ? ", thin" : ""}. How this is calculated`}>
      {text ?? say(value, unit(path))}
    </a>
  );
}
