// The journal: everything that happened, and what it followed from.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { eventually, lane, quiet, shows, visit } from "./visit.mjs";

const open = browser();

const rows = (page) => page.locator(".row");

test("filters narrow the journal, old records and new ones", async () => {
  const page = await quiet(open);
  await page.getByLabel("Whose").selectOption("Duplex hello");
  await page.getByLabel("About", { exact: true }).selectOption("messages");
  await lane(page, "Duplex hello").press("hello");
  await shows(page.locator(".rows"), "one-way message");
  for (const row of await rows(page).allInnerTexts()) {
    assert.match(row, /hello (proxy|host)/);
    assert.match(row, /message|reply|fault|end of its half/);
  }
  await page.getByRole("searchbox").fill("no such word");
  await shows(page.locator(".journal"), "No record matches");
  assert.deepEqual(page.complaints, []);
});

test("a cause leads to all that followed from it", async () => {
  const page = await quiet(open);
  const link = page.locator(".row .link").first();
  const cause = await link.innerText();
  await link.click();
  assert.equal(await page.getByRole("searchbox").inputValue(), cause);
  await eventually(async () => {
    const shown = await rows(page).allInnerTexts();
    assert.ok(shown.length >= 2);
    assert.ok(shown.every((row) => row.split(/\s+/).includes(cause)), shown.join("\n"));
  });
});

test("who reads older records is not disturbed by newer ones", async () => {
  const page = await visit(open);
  await eventually(async () => {
    const count = await page.locator(".count").innerText();
    assert.ok(Number(count.match(/\d+/)[0]) > 200);
  });
  await page.locator(".rows").evaluate((rows) => rows.scrollTo(0, 24 * 40));
  await page.locator(".newest").waitFor();
  const seen = () => rows(page).nth(5).innerText();
  const before = await seen();
  await page.waitForTimeout(1500);
  assert.equal(await seen(), before);
  await page.locator(".newest").click();
  await page.locator(".newest").waitFor({ state: "detached" });
  assert.deepEqual(page.complaints, []);
});

test("only what is seen of the journal is built", async () => {
  const page = await visit(open);
  await page.waitForTimeout(6000);
  const count = Number((await page.locator(".count").innerText()).match(/\d+/)[0]);
  assert.ok(count > 300, `${count}`);
  assert.ok((await rows(page).count()) < 130);
});
