import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";

const open = browser();

test("the playground loads without a complaint", async () => {
  const page = await open();
  await page.goto(playground);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  assert.equal(await page.title(), "sessionful");
  assert.deepEqual(page.complaints, []);
});
