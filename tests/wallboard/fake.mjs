// A server that says whatever a test wants: 500 agents that all change each second, names that are markup, a build that is
// another one. Numbers themselves are tested on the real one.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";

const DIST = new URL("../../src/serve/wallboard/dist/", import.meta.url);
const KINDS = { html: "text/html; charset=utf-8", js: "text/javascript; charset=utf-8", css: "text/css; charset=utf-8", svg: "image/svg+xml" };

const durations = (mean) => ({ count: 40, sum_ms: 40 * mean, mean_ms: mean, p50_ms: mean, p90_ms: 2 * mean, p95_ms: 3 * mean, p99_ms: 4 * mean, max_ms: 5 * mean });
const sla = (within) => ({ within, count: 40, share: within / 40 });

/** The metrics of something, another one for each `seed`. */
export function metrics(seed) {
  const five = 10 + (seed % 13);
  return {
    csat: { answers: [1, 0, 2, 3, five], total: 6 + five, positive: 3 + five, score: (3 + five) / (6 + five), average: 4.2, interval: [0.6, 0.95], sent: 60, sent_answered: 6 + five, response_rate: (6 + five) / 60, refused: {} },
    mood: { happy: 8, neutral: 3, unhappy: 1, average: 4.2, prompted: 20, prompted_recorded: 12, completion: 0.6 },
    first_response: durations(60_000 + (seed % 50) * 1_000), response: durations(80_000 + (seed % 50) * 1_000),
    handle: durations(300_000 + (seed % 50) * 1_000), resolution: durations(900_000 + (seed % 50) * 1_000),
    first_response_sla: sla(36), response_sla: sla(34), resolution_sla: sla(38),
    conversations_started: 50, closed: 40, closed_by: { agent: 30, customer: 5, system: 5 }, resolved: 35, abandoned: 2, reopened: 1,
    customer_messages: 200 + (seed % 90), agent_messages: 210, automated_messages: 5, proactive_messages: 1, active_agents: 1, unique_contacts: 45,
    focus_ms: 1_000_000, availability: { online_ms: 3_000_000, away_ms: 100_000, share: 0.97 }, utilisation: { focus_ms: 1_000_000, online_ms: 3_000_000, share: 0.33 },
  };
}

const now = () => new Date().toISOString();

export class Fake {
  /** What the agents are called. */
  name = (number) => `Agent ${number}`;
  comment = "All well.";
  agents = 500;
  build = "a";
  private = true;
  /** Of which accounts there is anything. */
  known = ["acme"];
  /** How much it has read of what was there at its start; nothing: all. */
  restored;
  /** How far it is behind Kafka, in milliseconds. */
  stale = 0;
  /** How far its clock is ahead, in milliseconds. */
  ahead = 0;
  /** Whether nobody gets an answer. */
  isGone = false;
  /** With what streams are refused: `status`, `after` in seconds. */
  refused;
  /** What was asked for, in order: paths with parameters. */
  asked = [];
  #streams = new Set();
  #revision = 1;

  /** `catalogue` is the answer of a real server: there is one table of titles and units. */
  async start(catalogue) {
    this.catalogue = catalogue;
    this.server = createServer((request, response) => void this.#answer(new URL(request.url, "http://fake"), response));
    await new Promise((listens) => this.server.listen(0, "127.0.0.1", listens));
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  /** Tells all pages of new numbers of every agent. */
  update() {
    this.#revision += 1;
    for (const stream of this.#streams) this.#tell(stream, "update");
  }

  /** How many bytes the pages have not taken yet. */
  get pending() {
    return [...this.#streams].reduce((sum, { response }) => sum + response.writableLength, 0);
  }

  /** Tells the time alone. */
  beat() {
    for (const { response } of this.#streams) response.write(`event: heartbeat\ndata: ${JSON.stringify(this.#head())}\n\n`);
  }

  /** How many listen. */
  get listeners() {
    return this.#streams.size;
  }

  /** Cuts every connection, and answers nobody until `isGone` is taken back. */
  go() {
    this.isGone = true;
    this.server.closeAllConnections();
  }

  /** Ends every stream, as a server that stops. */
  bye() {
    for (const { response } of this.#streams) {
      response.write(`event: bye\ndata: {"reason":"stopping"}\n\n`);
      response.end();
    }
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  #head() {
    return { account_id: "acme", as_of: new Date(Date.now() + this.ahead).toISOString(), revision: this.#revision, stale_ms: this.stale, private: this.private };
  }

  #agentRows(members) {
    const wanted = (all) => (members ? Object.fromEntries(members.map((name) => [name, all[name]])) : all);
    return Array.from({ length: this.agents }, (_, number) => ({
      agent_id: `a${String(number).padStart(4, "0")}`, agent_name: this.name(number), status: "online",
      since: "2026-01-01T00:00:00.000Z", owned: (number + this.#revision) % 9, waiting: (number + this.#revision) % 3,
      capacity: 10, skills: ["sales", "support"], metrics: wanted(metrics(number + this.#revision)),
    }));
  }

  #ratingRows() {
    return Array.from({ length: 20 }, (_, number) => ({
      id: `r${number}`, at: now(), score: 1 + (number % 5), state: "counted", conversation_id: `c${number}`, agent_id: "a0000",
      skill_id: "sales", contact_id: `k${number}`, contact_name: this.name(number), comment: this.comment,
    }));
  }

  #parts({ parts, members }) {
    const span = { from: now(), to: now() };
    const told = {};
    if (parts.includes("metrics")) told.metrics = { ...span, group_by: [], total_rows: 1, rows: [{ metrics: metrics(this.#revision) }] };
    if (parts.includes("live")) told.live = { open: 10, waiting: 2, unassigned: 1, snoozed: 0, longest_waiting: [{ conversation_id: "c1", since: now(), age_ms: 0 }], agents_online: this.agents, agents_away: 0, owned: { a0000: 5 } };
    if (parts.includes("agents")) told.agents = { ...span, total_rows: this.agents, rows: this.#agentRows(members) };
    if (parts.includes("ratings")) told.ratings = { ...span, total_rows: 20, rows: this.#ratingRows() };
    return told;
  }

  #tell(stream, event) {
    stream.response.write(`event: ${event}\nid: ${this.#revision}\ndata: ${JSON.stringify({ ...this.#head(), ...this.#parts(stream) })}\n\n`);
  }

  async #answer(url, response) {
    if (this.isGone) return response.destroy();
    this.asked.push(url.pathname + url.search);
    const json = (body, status = 200, more = {}) => response.writeHead(status, { "content-type": "application/json", ...more }).end(JSON.stringify(body));
    const file = url.pathname === "/" ? "index.html" : url.pathname.startsWith("/assets/") ? url.pathname.slice(8) : undefined;
    if (file) {
      const text = await readFile(new URL(file, DIST));
      const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
      return response.writeHead(200, { "content-type": KINDS[file.split(".").at(-1)], "content-security-policy": policy }).end(text);
    }
    if (this.restored !== undefined) {
      if (url.pathname === "/metrics") return response.end(`cxpulse_restore_progress_ratio ${this.restored}\n`);
      if (url.pathname === "/readyz" || url.pathname.endsWith("/stream")) return json({ title: "Not ready", status: 503 }, 503);
    }
    if (this.refused && url.pathname.endsWith("/stream")) {
      const { status, after } = this.refused;
      return json({ title: "Refused", status, detail: "Too many ask at once." }, status, { "retry-after": String(after) });
    }
    if (url.pathname === "/v1/session") return json({ accounts: "*", known: this.known, private: this.private });
    if (url.pathname === "/v1/metrics") return json(this.catalogue);
    if (url.pathname.endsWith("/stream")) return this.#listen(url, response);
    if (url.pathname.endsWith("/explain")) return json({ ...this.#head(), metric: "csat.score", title: "CSAT score", unit: "share", formula: "", from: now(), to: now(), policy: [], conversations: 0, rows: [], total_rows: 0, excluded: [] });
    if (url.pathname.endsWith("/agents")) return json({ ...this.#head(), rows: this.#agentRows([]).sort((a, b) => b.owned - a.owned).slice(0, 3), total_rows: this.agents });
    return json({ ...this.#head(), from: now(), to: now(), rows: [], total_rows: 0 });
  }

  #listen(url, response) {
    const parts = (url.searchParams.get("parts") ?? "metrics,live").split(",");
    const stream = { response, parts, members: url.searchParams.get("metrics")?.split(",") };
    this.#streams.add(stream);
    response.on("close", () => this.#streams.delete(stream));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(`retry: 1000\nevent: hello\ndata: ${JSON.stringify({ schema: 1, server: { version: "0", build: this.build }, publish_interval_ms: 250, heartbeat_ms: 5000, parts })}\n\n`);
    this.#tell(stream, "snapshot");
  }
}
