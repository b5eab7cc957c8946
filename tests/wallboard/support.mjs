// What the scripts of this folder share: a real Chromium, and steps that say what broke.
import assert from "node:assert/strict";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const packages = createRequire(`${root}target/wallboard/package.json`);
const { chromium } = packages("playwright-core");
const AXE = packages.resolve("axe-core/axe.min.js");

/** Where pictures of what was seen go. */
const SCREENS = `${root}target/wallboard/screens`;

/** The address of the server that the test started. */
export const BASE = process.env.WALLBOARD;

// Chromium speaks to nobody but the page's own server.
const QUIET = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: QUIET });

/** A window with a page at an address; what goes wrong in it fails the script at the next step. `before` runs in it first. */
export async function open(path, options = {}) {
  const { width = 1280, height = 720, before, ...more } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: "en-GB", timezoneId: "UTC", ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  if (before) await page.addInitScript(before);
  const url = new URL(path, BASE);
  watch(page, url.origin);
  await page.goto(url.href);
  return page;
}

const wrong = [];
/** Faults that a step expects: refused requests are logged by the browser itself. */
let expected = [];
export const expectFaults = (...patterns) => (expected = patterns);

function watch(page, origin) {
  const add = (text) => expected.some((pattern) => pattern.test(text)) || wrong.push(text);
  page.on("pageerror", (error) => add(`error: ${error.stack ?? error}`));
  page.on("console", (message) => message.type() === "error" && add(`console: ${message.text()} ${message.location().url}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith("data:")) add(`loaded from elsewhere: ${request.url()}`);
  });
}

/** One thing that a person does or sees. */
export async function step(name, does) {
  try {
    await does();
    assert.deepEqual(wrong, []);
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`FAILED ${name}: ${error.stack ?? error}`);
    await browser.close();
    process.exit(1);
  }
}

/** Ends the script well. */
export async function done() {
  await browser.close();
  process.exit(0);
}

export async function picture(page, name) {
  mkdirSync(SCREENS, { recursive: true });
  await page.screenshot({ path: `${SCREENS}/${name}.png` });
}

/** Looks again and again until something holds, or says after a while what it was at last. */
export async function eventually(look, holds, ms = 15_000) {
  const until = performance.now() + ms;
  let seen = await look();
  while (!holds(seen)) {
    assert.ok(performance.now() < until, `never as wanted, but ${JSON.stringify(seen)}`);
    await new Promise((next) => setTimeout(next, 25));
    seen = await look();
  }
  return seen;
}

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
/** Has the test that runs this script do something; its answer. */
export async function ask(what) {
  console.log(`> ${what}`);
  return (await lines.next()).value ?? "";
}

/** What axe finds wrong with a page, by WCAG 2.2 AA. */
export async function violations(page) {
  // Evaluated rather than added: the page's policy forbids scripts that it did not bring.
  await page.evaluate(await readFile(AXE, "utf8"));
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join("; ").slice(0, 600)}`);
}
