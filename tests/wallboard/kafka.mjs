// The board of a server that reads a real Kafka: what comes, what goes away, and how the page says so.
import assert from "node:assert/strict";
import { ask, done, eventually, expectFaults, open, picture, step } from "./support.mjs";

const page = await open("/?account=acme");
const status = () => page.getByRole("status").first().textContent();
const satisfaction = page.getByRole("region", { name: "Customer satisfaction" });
const answers = () => satisfaction.textContent();
const says = (words) => (text) => text.replaceAll("\u00a0", " ").includes(words);

await step("the state of the data is live", () => eventually(status, says("Live")));

await step("a survey answered on Kafka is on the board within two seconds", async () => {
  await eventually(answers, says("100 %"));
  const began = performance.now();
  await ask("answer 1");
  await eventually(answers, says("50 %"), 2_000);
  console.log(`shown after ${Math.round(performance.now() - began)} ms, telling Kafka included`);
});

await step("a server that is killed is said to be gone, and the page comes back by itself", async () => {
  expectFaults(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|503/);
  await ask("kill");
  await eventually(status, says("Disconnected"), 30_000);
  assert.ok(says("50 %")(await answers()), "the last numbers stay");
  await picture(page, "disconnected");
  await ask("start");
  await eventually(status, says("Live"), 60_000);
  await eventually(answers, says("50 %"));
});

await step("numbers that are behind Kafka are said to be delayed", async () => {
  await ask("stop kafka");
  await eventually(status, says("Delayed"), 90_000);
  await picture(page, "delayed");
});

await done();
