// The wallboard: one page that a supervisor keeps open all day.
import "uplot/dist/uPlot.min.css";
import "./base.css";
import { effect } from "@preact/signals";
import { options, render } from "preact";
import { COMPARED_MINUTES, filters, go, minutesOf, type View, view } from "./address";
import { Board } from "./board/board";
import { catalogue, loadCatalogue } from "./catalogue";
import { usePoll } from "./poll";
import { isSeen } from "./seen";
import { loadRights, rights, signedOut, trouble } from "./session";
import { Shell } from "./shell";
import { Choice, SignIn } from "./sign_in";
import { connection, hush, listen, rest } from "./stream";
import { Agents, Companies, Contacts, Skills } from "./tables/pages";
import { Ratings } from "./tables/ratings";
import { agentParts } from "./tables/columns";
import { loadTargets } from "./targets";
import { Agent } from "./why/agent";
import { Conversation } from "./why/conversation";
import { Why } from "./why/why";

const HOUR_MS = 3_600_000;
/** Policies change rarely. */
const TARGETS_EVERY_MS = 60_000;

/** What the page listens to. Every page hears the live state, so that the state of the data is known everywhere. */
function wanted(of: View): Record<string, string> {
  const { window, page } = of;
  switch (page) {
    case "board": {
      const compare: Record<string, string> = (minutesOf(window) ?? 0) <= COMPARED_MINUTES ? { compare: "previous" } : {};
      return { parts: "metrics,live", window, ...filters.value, ...compare };
    }
    case "agents":
      return { parts: "agents,live", window, ...agentParts(of) };
    case "skills":
      return { parts: "metrics,live", window, group_by: "skill", ...filters.value };
    case "ratings":
      return { parts: "ratings,live", window, ...filters.value };
    case "agent":
      return of.agent ? { parts: "agents,live", window, agent: of.agent } : { parts: "live" };
    default:
      return { parts: "live" };
  }
}

function Page() {
  switch (view.value.page) {
    case "agents": return <Agents />;
    case "skills": return <Skills />;
    case "contacts": return <Contacts />;
    case "companies": return <Companies />;
    case "ratings": return <Ratings />;
    case "why": return <Why />;
    case "agent": return <Agent />;
    case "conversation": return <Conversation />;
    default: return <Board />;
  }
}

function App() {
  const { account } = view.value;
  usePoll(rights.value ? account : "", TARGETS_EVERY_MS, (signal) => loadTargets(account, signal));
  if (signedOut.value) return <SignIn />;
  if (!rights.value) return <p class="notice" role="status">{trouble.value || "Loading …"}</p>;
  if (catalogue.value.size === 0) return <p class="notice" role="status">Loading …</p>;
  if (!account) return <Choice rights={rights.value} />;
  return <Shell><Page /></Shell>;
}

// One account to see: no choice to be made.
effect(() => {
  const own = rights.value?.accounts;
  if (Array.isArray(own) && own.length === 1 && !view.value.account) go({ account: own[0]! }, "replace");
});
effect(() => {
  if (!rights.value || signedOut.value || !view.value.account) hush();
  else if (isSeen.value) listen(view.value.account, wanted(view.value));
  else rest();
});
// A server that was away may know other accounts.
let wasLost = false;
effect(() => {
  if (connection.value === "open" && wasLost) void loadRights();
  wasLost = connection.value === "lost" || (wasLost && connection.value === "connecting");
});
effect(() => {
  document.documentElement.dataset.theme = view.value.theme;
});

// A session lasts as long as it is used, and so does its cookie: in the background, too. And there may be other accounts.
setInterval(() => {
  if (rights.value && !signedOut.value) void loadRights();
}, HOUR_MS);

// What comes is read in one task and drawn in another, so that neither keeps a key or a click waiting for long.
options.debounceRendering = (draw) => setTimeout(draw);

void loadRights();
effect(() => {
  if (rights.value && catalogue.peek().size === 0) void loadCatalogue();
});
render(<App />, document.getElementById("app")!);
