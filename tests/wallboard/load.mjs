// 500 agents that all change each second: no task above 50 ms, no memory that grows. And texts that are hostile.
import assert from "node:assert/strict";
import { BASE, done, eventually, open, picture, step } from "./support.mjs";
import { Fake } from "./fake.mjs";

const catalogue = await (await fetch(`${BASE}/v1/metrics`)).json();
const fake = new Fake();
const address = await fake.start(catalogue);

/** How much the page has on its heap once what is garbage is gone. */
async function heap(session) {
  await session.send("HeapProfiler.collectGarbage");
  return (await session.send("Runtime.getHeapUsage")).usedSize;
}

/** How long each task of the page's main thread took, in milliseconds of its own CPU time: other tests use the machine, too. */
async function tasksOf(page, does) {
  const browser = page.context().browser();
  await browser.startTracing(page, { categories: ["toplevel", "devtools.timeline"] });
  await does();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  const mains = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ tid }) => tid);
  const tasks = traceEvents.filter(({ name, tid, tdur }) => name === "ThreadControllerImpl::RunTask" && mains.includes(tid) && tdur > 0);
  return tasks.map(({ tdur }) => tdur / 1_000);
}

const rows = (page) => page.getByRole("table").first().getByRole("row").count();

await step("500 agents updated every second leave no task above 50 ms", async () => {
  const page = await open(`${address}/?account=acme&page=agents`);
  await eventually(() => rows(page), (count) => count > 40);
  const updates = async () => {
    for (let second = 0; second < 8; second += 1) {
      fake.update();
      await page.waitForTimeout(1_000);
    }
  };
  // Of three rounds the calmest: caches and cores are shared with other tests.
  const rounds = [];
  while (rounds.length < 3 && !rounds.some((longest) => longest <= 50)) {
    const tasks = await tasksOf(page, updates);
    assert.ok(tasks.length > 8, "tasks are seen");
    rounds.push(Math.max(...tasks));
  }
  console.log(`the longest task of each round: ${rounds.map((ms) => ms.toFixed(1)).join(", ")} ms`);
  assert.ok(rounds.at(-1) <= 50, `${rounds}`);
  await page.context().close();
});

await step("10 000 updates leave the heap as it was", async () => {
  fake.agents = 50;
  const page = await open(`${address}/?account=acme&page=agents`);
  const session = await page.context().newCDPSession(page);
  const updates = async (count) => {
    for (let done = 0; done < count; done += 100) {
      for (let one = 0; one < 100; one += 1) fake.update();
      await eventually(() => fake.pending, (bytes) => bytes === 0, 60_000);
    }
  };
  await eventually(() => rows(page), (count) => count > 40);
  await updates(1_000);
  const before = await heap(session);
  await updates(10_000);
  // What the page has still to read goes as it is read; what leaks stays.
  const after = await eventually(() => heap(session), (bytes) => bytes < before * 1.2 + 1_000_000, 30_000);
  console.log(`heap before ${before}, after 10 000 updates ${after}`);
  await page.context().close();
});

await step("markup, right-to-left, very long words and emoji are shown as text", async () => {
  const texts = ["<img src=x onerror=alert(1)>", "\u202Eevil\u202C", "x".repeat(4_000), "👩‍👩‍👧‍👦".repeat(30), "a\u0000b", "</script><script>alert(1)</script>"];
  fake.agents = texts.length;
  fake.name = (number) => texts[number % texts.length];
  fake.comment = texts[0] + texts[2];
  for (const of of ["agents", "ratings"]) {
    const page = await open(`${address}/?account=acme&page=${of}`, { width: 1280, height: 720 });
    await page.getByText(texts[0]).first().waitFor({ state: "attached" });
    assert.equal(await page.locator("img").count(), 0);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${of} is ${overflow} px too wide`);
    await picture(page, `hostile-${of}`);
    await page.context().close();
  }
});

fake.stop();
await done();
