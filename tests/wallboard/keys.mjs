// Who needs a key: signing in, what the key allows, signing out.
import assert from "node:assert/strict";
import { ask, done, eventually, expectFaults, open, picture, step, violations } from "./support.mjs";

expectFaults(/401/);
const page = await open("/");
const key = page.getByLabel("Key", { exact: true });
const signIn = async (text) => {
  await key.fill(text);
  await page.getByRole("button", { name: "Sign in" }).click();
};

await step("nobody sees a number without a key", async () => {
  await key.waitFor();
  await picture(page, "sign-in");
  assert.deepEqual(await violations(page), []);
});

await step("a wrong key is refused in words, and is not in the address", async () => {
  await signIn("cxp_wrong");
  await page.getByRole("alert").getByText("not known").waitFor();
  assert.equal(new URL(page.url()).search, "");
});

await step("a key of one account opens it at once, without private texts", async () => {
  await signIn(await ask("public key"));
  await page.getByRole("region", { name: "Customer satisfaction" }).waitFor();
  assert.match(page.url(), /account=northwind/);
  await page.getByRole("link", { name: "Latest ratings" }).click();
  await page.getByText("private").first().waitFor();
});

await step("signing out asks for a key again", async () => {
  await page.getByRole("button", { name: "Sign out" }).click();
  await key.waitFor();
});

await step("a key of all accounts gives a choice of those that there are", async () => {
  await page.goto(new URL("/", page.url()).href);
  await signIn(await ask("private key"));
  await page.getByRole("heading", { name: "Choose an account" }).waitFor();
  await picture(page, "accounts");
  assert.deepEqual(await violations(page), []);
  await page.getByRole("link", { name: "northwind" }).click();
  await page.getByRole("region", { name: "Customer satisfaction" }).waitFor();
  const choice = page.getByLabel("Account");
  const other = (await choice.locator("option").allTextContents()).find((account) => account !== "northwind");
  await choice.selectOption(other);
  await eventually(() => new URL(page.url()).searchParams.get("account"), (account) => account === other);
  await page.getByRole("button", { name: "Sign out" }).click();
  await key.waitFor();
});

await done();
