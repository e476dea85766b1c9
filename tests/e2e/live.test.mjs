// The real runtime: proxies in the page, hosts in a worker of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { command, eventually, node, said, shows, visit } from "./visit.mjs";

const open = browser();

/** The playground with its live source, started by keyboard. */
async function live(demonstration = true) {
  const page = await visit(open);
  await command(page, "Live in this browser");
  await shows(page.locator(".sources [aria-checked=true]"), "Live in this browser");
  for (const name of ["calculator", "session", "hello"]) await node(page, `proxy ${name}, opened`).waitFor();
  if (!demonstration) {
    await page.keyboard.press("Space");
    await shows(said(page), "Paused");
  }
  return page;
}

const results = (page) => page.locator(".results li");

// PROXY-12
test("calls go over the live source, and their results are shown", async () => {
  const page = await live();
  await eventually(async () => assert.match(await results(page).first().innerText(), /→/));
  await eventually(async () => assert.ok((await node(page, "pooled channel").count()) >= 1));
  await command(page, "calculator: multiply");
  await shows(said(page), "Done: multiply");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /multiply.*→ ?6/));
  assert.deepEqual(page.complaints, []);
});

// PROXY-5, PROXY-16
test("a cut session faults its proxy, and close, reset, open repair it", async () => {
  const page = await live(false);
  await command(page, "session: kill the connection");
  await node(page, "proxy session, faulted").waitFor();
  for (const [verb, phase] of [["close", "closed"], ["reset", "created"], ["open", "opened"]]) {
    await command(page, `session: ${verb}`);
    await node(page, `proxy session, ${phase}`).waitFor();
  }
  assert.deepEqual(page.complaints, []);
});

test("a lost worker is told with what to do, calls end, and another one starts", async () => {
  const page = await live(false);
  await page.workers()[0].evaluate(() => close());
  await command(page, "calculator: add");
  const alert = page.locator(".notices [role=alert]");
  await shows(alert, "The worker with the services is gone");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /connection was lost/));
  await alert.getByRole("button", { name: "Start the worker again" }).click();
  await alert.waitFor({ state: "detached" });
  await node(page, "proxy calculator, opened").waitFor();
  await command(page, "calculator: add");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /add.*→ ?5/));
  assert.deepEqual(page.complaints, []);
});

test("a host killed in the middle of a call is noticed by its callers", async () => {
  const page = await live();
  // While the demonstration runs, what the palette lists can change between typing and Enter.
  const alert = page.locator(".notices [role=alert]");
  for (let tries = 0; tries < 4 && !(await alert.isVisible()); tries += 1) {
    await command(page, "Calculator: kill the host");
    await alert.waitFor({ timeout: 4000 }).catch(() => {});
  }
  await shows(alert, "is gone");
  // The demonstration has a call under way at most moments, not at all of them.
  await command(page, "calculator: add");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /lost|gone/));
  assert.deepEqual(page.complaints, []);
});

test("a host that is nowhere is told, call by call", async () => {
  const page = await visit(open);
  await page.getByRole("radio", { name: "Live over the network" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("textbox", { name: "Address of the host" }).fill("http://127.0.0.1:9911");
  await page.keyboard.press("Enter");
  await shows(page.locator(".sources [aria-checked=true]"), "Live over the network");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /cannot be reached/));
  await page.getByRole("radio", { name: "Simulated" }).focus();
  await page.keyboard.press("Enter");
  await shows(page.locator(".caption"), "channel");
});
