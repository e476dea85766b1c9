// Guided scenarios, configuration and the matrix, by keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { beginning, command, eventually, has, node, said, scenario, shows, time, until, visit } from "./visit.mjs";

const open = browser();

/** Loads a scenario and stops at its beginning. */
async function begin(page, words) {
  await scenario(page, words);
  await beginning(page);
}

const caption = (page) => page.locator(".caption");

// PROXY-16
test("a broken pooled channel costs one channel, a broken session costs the proxy", async () => {
  const page = await visit(open);
  await begin(page, "broken channel is dropped");
  const channels = (count) => async () => (await node(page, "pooled channel").count()) === count;
  await until(page, channels(3));
  await until(page, channels(2), "!");
  assert.equal(await page.locator(".node.faulted").count(), 0);
  await begin(page, "broken session faults");
  await until(page, has(page, "faulted"));
  assert.deepEqual(page.complaints, []);
});

// PROXY-3, PROXY-5
test("what a faulted proxy cannot do is greyed and says why, and the way back works", async () => {
  const page = await visit(open);
  await beginning(page);
  await until(page, has(page, "proxy session, opened"));
  await command(page, "session: abort");
  await node(page, "proxy session, faulted").focus();
  const verb = (name) => page.locator(".verbs").getByRole("button", { name, exact: true });
  await eventually(async () => assert.equal(await verb("open").getAttribute("aria-disabled"), "true"));
  assert.match(await verb("open").getAttribute("title"), /PROXY-\d/);
  for (const [step, phase] of [["close", "closed"], ["reset", "created"], ["open", "opened"]]) {
    await eventually(async () => assert.equal(await verb(step).getAttribute("aria-disabled"), null));
    await verb(step).focus();
    await page.keyboard.press("Enter");
    await shows(said(page), `Done: ${step}`);
    await until(page, has(page, `proxy session, ${phase}`));
  }
  assert.deepEqual(page.complaints, []);
});

// CONC-2
test("calls wait at a gate, in sight and in words", async () => {
  const page = await visit(open);
  await begin(page, "Everybody waits");
  const gate = "waiting at the gate: work";
  await until(page, has(page, gate));
  await node(page, gate).first().focus();
  await shows(page.locator(".right .now"), "at the gate");
  await shows(page.locator(".right .rules"), "CONC-");
  assert.deepEqual(page.complaints, []);
});

// CONC-12
test("a deadlock is refused, told and explained", async () => {
  const page = await visit(open);
  await begin(page, "deadlock");
  await shows(page.locator(".config"), "CONC-12");
  await page.keyboard.press("4");
  await page.getByLabel("problems").check();
  await until(page, async () => (await page.locator(".rows").innerText()).includes("refused"));
  assert.deepEqual(page.complaints, []);
});

// OP-5
test("a service calls back, and the call back runs in the proxy", async () => {
  const page = await visit(open);
  await begin(page, "service calls back");
  await until(page, async () => (await caption(page).innerText()).includes("it calls back"));
  await page.keyboard.press("4");
  await page.getByRole("combobox", { name: "About", exact: true }).selectOption("messages");
  await until(page, async () => /reply/i.test(await page.locator(".rows").innerText()));
  assert.deepEqual(page.complaints, []);
});

// ORC-3
test("all 18 cells of the matrix come out as WCF's table says, and a cell opens as a scenario", async () => {
  const page = await visit(open);
  await page.keyboard.press("3");
  await shows(page.locator(".verdict"), "18 of 18 as expected");
  assert.equal(await page.locator(".cell.passed").count(), 18);
  await page.locator(".cell").first().focus();
  await page.keyboard.press("Enter");
  await shows(page.locator(".scenario"), "matrix");
  await node(page, "host").first().waitFor();
  assert.deepEqual(page.complaints, []);
});

// SESS-6
test("what the host would refuse is said before it is run, with the rule", async () => {
  const page = await visit(open);
  await page.locator(".config").getByRole("combobox", { name: "Session", exact: true }).selectOption("Required");
  const alert = page.locator(".config [role=alert]").first();
  await shows(alert, "would be refused");
  assert.match(await alert.innerText(), /SESS-\d+/);
  await node(page, "proxy pooled, opened").waitFor();
  await page.locator(".config").getByRole("combobox", { name: "Session", exact: true }).selectOption("Allowed");
  await page.locator(".config [role=alert]").first().waitFor({ state: "detached" });
  await page.locator(".config").getByRole("combobox", { name: "Instances", exact: true }).selectOption("Single");
  await shows(page.locator(".stage"), "Single");
  await page.keyboard.press("5");
  await shows(page.locator(".code-view"), "single");
  await page.getByRole("button", { name: "As it was" }).click();
  await page.keyboard.press("1");
  await shows(page.locator(".stage"), "PerCall");
  assert.deepEqual(page.complaints, []);
});

test("the log narrows, follows causes and does not disturb who reads", async () => {
  const page = await visit(open);
  await eventually(async () => assert.ok((await time(page)) > 3));
  await page.keyboard.press("4");
  const rows = page.locator(".records .row");
  await page.getByRole("combobox", { name: "About", exact: true }).selectOption("messages");
  await eventually(async () => {
    for (const row of await rows.allInnerTexts()) assert.match(row, /message|request|reply|fault|end of its half/);
  });
  await page.getByRole("combobox", { name: "About", exact: true }).selectOption("everything");
  await page.locator(".rows").evaluate((rows) => rows.scrollTo(0, 26 * 30));
  await page.locator(".newest").waitFor();
  const before = await rows.nth(8).innerText();
  await page.waitForTimeout(1200);
  assert.equal(await rows.nth(8).innerText(), before);
  await page.locator(".newest").click();
  await page.locator(".newest").waitFor({ state: "detached" });
  await beginning(page);
  const causes = page.locator(".row [role=cell]:last-child .link");
  await until(page, async () => (await causes.count()) > 0);
  // In one step: the log still goes to where the cursor is.
  const words = await causes.first().evaluate((cause) => { cause.click(); return cause.innerText; });
  await eventually(async () => assert.equal(await page.getByRole("searchbox").inputValue(), words));
  await page.getByRole("searchbox").fill("no such word");
  await shows(page.locator(".log"), "No record matches");
  assert.ok((await rows.count()) < 160);
  assert.deepEqual(page.complaints, []);
});
