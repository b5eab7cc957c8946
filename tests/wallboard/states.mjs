// How the page stands to its server: the states of the data, as they are said and look, and what is asked in each of them.
import assert from "node:assert/strict";
import { BASE, done, eventually, expectFaults, open, picture, step, violations } from "./support.mjs";
import { Fake } from "./fake.mjs";

const catalogue = await (await fetch(`${BASE}/v1/metrics`)).json();
const fake = new Fake();
fake.agents = 40;
const address = await fake.start(catalogue);
const board = `${address}/?account=acme`;

const plain = (text) => text.replaceAll("\u00a0", " ");
const status = async (page) => plain(await page.getByRole("status", { name: "State of the data" }).textContent());
const says = (page, words) => eventually(() => status(page), (text) => text.includes(words), 30_000);
const streams = () => fake.asked.filter((path) => path.includes("/stream"));
const pause = (ms) => new Promise((over) => setTimeout(over, ms));

/** What a minute is to a page that is looked away from. */
const HIDDEN_MS = 500;
const shorten = (page, from) => page.evaluate(([from, to]) => {
  const real = globalThis.setTimeout;
  globalThis.setTimeout = (does, ms, ...more) => real(does, ms === from ? to : ms, ...more);
}, [from, HIDDEN_MS]);
/** Shows another tab, or this one again. */
const show = (page, isShown) => page.evaluate((isShown) => {
  Object.defineProperty(document, "hidden", { value: !isShown, configurable: true });
  Object.defineProperty(document, "visibilityState", { value: isShown ? "visible" : "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}, isShown);

await step("a page in the background lets go of its stream and asks nothing, and is there at once for who comes back", async () => {
  const page = await open(board);
  await says(page, "Live");
  await shorten(page, 60_000);
  await show(page, false);
  assert.equal(fake.listeners, 1, "not at once");
  await eventually(() => fake.listeners, (count) => count === 0);
  await pause(500);
  const before = fake.asked.length;
  // Who waits is asked for every three seconds by who looks.
  await pause(4_000);
  assert.deepEqual(fake.asked.slice(before), []);
  assert.ok((await status(page)).includes("Connecting"), "nothing is said to be lost, nor to be live");
  await show(page, true);
  await eventually(() => fake.listeners, (count) => count === 1, 1_000);
  await says(page, "Live");
  await eventually(() => fake.asked.slice(before).some((path) => path.includes("/conversations")), (asked) => asked, 1_000);
  await page.context().close();
});

await step("a television goes on, whatever its browser believes of being seen", async () => {
  const page = await open(`${board}&kiosk=1`);
  await says(page, "Live");
  await shorten(page, 60_000);
  await show(page, false);
  await pause(3 * HIDDEN_MS);
  assert.equal(fake.listeners, 1);
  await page.context().close();
});

await step("a television says once, in words, where the browser does not keep its screen awake", async () => {
  const dark = (page) => page.getByText("the screen may go dark");
  // A page that came by http from another machine has no such thing.
  const page = await open(board, { before: () => delete Navigator.prototype.wakeLock });
  await says(page, "Live");
  assert.equal(await dark(page).count(), 0);
  await page.getByRole("button", { name: "Kiosk" }).click();
  await dark(page).waitFor();
  assert.equal(await page.getByRole("alert").count(), 0);
  await page.context().close();
  const able = await open(`${board}&kiosk=1`);
  await says(able, "Live");
  assert.equal(await dark(able).count(), 0);
  await able.context().close();
});

await step("a stream that is refused is asked for once, and again when the server said", async () => {
  expectFaults(/429/);
  fake.refused = { status: 429, after: 6 };
  fake.asked = [];
  const page = await open(board);
  await says(page, "Too many ask at once.");
  const began = performance.now();
  // The browser's own attempt, and the one that finds out why.
  assert.equal(streams().length, 2);
  await pause(4_500);
  assert.equal(streams().length, 2, "nobody asks before the time");
  fake.refused = undefined;
  await says(page, "Live");
  assert.ok(performance.now() - began > 5_500, "nor comes back before it");
  await page.context().close();
});

for (const theme of ["light", "dark"]) {
  await step(`the states of the data are told in words in the ${theme} theme`, async () => {
    expectFaults(/503/, /ERR_/);
    const page = await open(`${board}&theme=${theme}`);
    await says(page, "Live");
    fake.stale = 42_000;
    fake.update();
    await says(page, "Delayed 4");
    await picture(page, `delayed-${theme}`);
    assert.deepEqual(await violations(page), []);
    fake.go();
    await eventually(() => status(page), (text) => /Disconnected \d+ s/.test(text), 30_000);
    await picture(page, `disconnected-${theme}`);
    assert.deepEqual(await violations(page), []);
    fake.stale = 0;
    fake.restored = 0.63;
    fake.isGone = false;
    await says(page, "Restoring 63 %");
    await picture(page, `restoring-${theme}`);
    assert.deepEqual(await violations(page), []);
    fake.restored = undefined;
    await says(page, "Live");
    await page.context().close();
  });
}

await step("while the server still reads what was there, the choice of accounts says so, and they come by themselves", async () => {
  expectFaults(/503/);
  fake.restored = 0.4;
  fake.known = [];
  const page = await open(address);
  await page.getByText("Restoring 40").waitFor();
  assert.equal(await page.getByText("No account has sent").count(), 0);
  await picture(page, "accounts-restoring");
  // One that is read is not all that there is.
  fake.known = ["acme"];
  await page.getByRole("link", { name: "acme" }).waitFor();
  fake.restored = undefined;
  fake.known = ["acme", "globex"];
  await page.getByRole("link", { name: "globex" }).waitFor();
  await page.getByRole("link", { name: "acme" }).click();
  await says(page, "Live");
  // A server that was away may have more.
  fake.known = ["acme", "globex", "initech"];
  fake.bye();
  await eventually(() => page.getByLabel("Account").locator("option").allTextContents(), (all) => all.includes("initech"));
  fake.known = [];
  await page.goto(address);
  await page.getByText("No account has sent").waitFor();
  fake.known = ["acme"];
  await says(page, "Live");
  await page.context().close();
});

await step("what was today is named by its day once it is tomorrow where the numbers are made", async () => {
  const page = await open(`${board}&page=ratings`);
  const times = page.getByRole("list").locator("time");
  await eventually(() => times.first().textContent(), (text) => /^\d\d:\d\d:\d\d$/.test(text));
  fake.ahead = 86_400_000;
  fake.beat();
  await eventually(() => times.allTextContents(), (all) => all.length > 10 && all.every((text) => /\p{L}/u.test(text)));
  fake.ahead = 0;
  fake.beat();
  await eventually(() => times.first().textContent(), (text) => !/\p{L}/u.test(text));
  await page.context().close();
});

await step("another build of the server loads the page anew", async () => {
  const page = await open(`${address}/?account=acme`);
  await page.getByText("Live", { exact: true }).first().waitFor();
  await page.evaluate(() => (globalThis.sameAsBefore = true));
  fake.build = "b";
  fake.bye();
  await eventually(() => page.evaluate(() => globalThis.sameAsBefore ?? false).catch(() => true), (same) => !same);
  await page.getByText("Live", { exact: true }).first().waitFor();
});

fake.stop();
await done();
