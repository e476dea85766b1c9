// Guided scenarios, configuration and the matrix, by keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { command, eventually, node, said, scenario, shows, visit } from "./visit.mjs";

const open = browser();

/** Runs the scenario to its end, ten times as fast. */
async function fast(page, words) {
  await scenario(page, words);
  await page.keyboard.press("+");
  await page.keyboard.press("+");
}

const caption = (page) => page.locator(".caption");

// PROXY-16
test("a broken pooled channel costs one channel, a broken session costs the proxy", async () => {
  const page = await visit(open);
  await fast(page, "broken channel is dropped");
  await eventually(async () => assert.equal(await node(page, "pooled channel").count(), 3));
  await eventually(async () => assert.equal(await node(page, "pooled channel").count(), 2));
  await node(page, "proxy").filter({ hasNot: page.locator(".faulted") }).first().waitFor();
  assert.equal(await page.locator(".node.faulted").count(), 0);
  await page.keyboard.press("0");
  await scenario(page, "broken session faults");
  await node(page, "faulted").first().waitFor();
  assert.deepEqual(page.complaints, []);
});

// PROXY-3, PROXY-5
test("what a faulted proxy cannot do is greyed and says why, and the way back works", async () => {
  const page = await visit(open);
  await page.waitForTimeout(2000);
  await page.keyboard.press("Space");
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
    for (let message = 0; message < 3; message += 1) await page.keyboard.press("n");
    await node(page, `proxy session, ${phase}`).waitFor();
  }
  assert.deepEqual(page.complaints, []);
});

// CONC-2
test("calls wait at a gate, in sight and in words", async () => {
  const page = await visit(open);
  await scenario(page, "Everybody waits");
  const gate = node(page, "waiting at the gate: work").first();
  await gate.waitFor();
  await page.keyboard.press("Space");
  await gate.focus();
  await shows(page.locator(".right .now"), "at the gate");
  await shows(page.locator(".right .rules"), "CONC-");
  assert.deepEqual(page.complaints, []);
});

// CONC-12
test("a deadlock is refused, told and explained", async () => {
  const page = await visit(open);
  await scenario(page, "deadlock");
  await shows(page.locator(".config"), "CONC-12");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await page.keyboard.press("4");
  await page.getByLabel("problems").check();
  await shows(page.locator(".rows"), "refused");
  assert.deepEqual(page.complaints, []);
});

// OP-5
test("a service calls back, and the call back runs in the proxy", async () => {
  const page = await visit(open);
  await scenario(page, "service calls back");
  await eventually(async () => assert.match(await caption(page).innerText(), /back|direction|answer/i));
  await page.keyboard.press("4");
  await page.getByRole("combobox", { name: "About", exact: true }).selectOption("messages");
  await eventually(async () => assert.match(await page.locator(".rows").innerText(), /reply|Reply/));
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
  await shows(page.locator(".caption"), "borrows a channel");
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
  await page.waitForTimeout(3000);
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
  const cause = page.locator(".row [role=cell]:last-child .link").first();
  const words = await cause.innerText();
  await cause.click();
  assert.equal(await page.getByRole("searchbox").inputValue(), words);
  await page.getByRole("searchbox").fill("no such word");
  await shows(page.locator(".log"), "No record matches");
  assert.ok((await rows.count()) < 160);
  assert.deepEqual(page.complaints, []);
});
