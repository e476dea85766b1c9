// The real runtime: proxies in the page, hosts in a worker of it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";
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

/** What a page complained about, but for requests to a worker that is gone. */
const unexpected = (page) => page.complaints.filter((complaint) => !complaint.includes("/live/"));

const results = (page) => page.locator(".results li");

// PROXY-12
test("calls go over the live source, and their results are shown", async () => {
  const page = await live();
  await eventually(async () => assert.match(await results(page).first().innerText(), /→/));
  await eventually(async () => assert.ok((await node(page, "pooled channel").count()) >= 1));
  await page.keyboard.press("Space");
  await command(page, "calculator: multiply");
  await shows(said(page), "Done: multiply");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /multiply\(6, 3\) → ?18/));
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
  const alert = page.locator(".notices [role=alert]");
  // Called after its end and before that is noticed. What ends at once would not be heard to have heard.
  await command(page, "calculator: add", async () => {
    await page.workers()[0].evaluate(() => void setTimeout(close, 300));
    await page.waitForTimeout(600);
  });
  await shows(alert, "The worker with the services is gone");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /the worker is gone/));
  await alert.getByRole("button", { name: "Start the worker again" }).click();
  await alert.waitFor({ state: "detached" });
  await node(page, "proxy calculator, opened").waitFor();
  await command(page, "calculator: add");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /add.*→ ?9/));
  assert.deepEqual(unexpected(page), []);
});

test("a host killed in the middle of a call is noticed by its callers", async () => {
  const page = await live();
  await command(page, "Calculator: kill the host");
  const alert = page.locator(".notices [role=alert]");
  await shows(alert, "is gone");
  // The demonstration has a call under way at most moments, not at all of them.
  await command(page, "calculator: add");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /lost|gone/));
  assert.deepEqual(unexpected(page), []);
});

/** Types into a field as people do, one letter after the other while the scene goes on, and sends it. */
async function type(page, name, text) {
  // The focus is there already: nobody has to look for it.
  await page.locator(`input:focus[aria-label="${name}"]`).selectText();
  await page.keyboard.type(text, { delay: 10 });
  await page.keyboard.press("Enter");
}

/** Connects to a host at an address, by keyboard. */
async function connect(page, address) {
  await page.getByRole("radio", { name: "Live over the network" }).focus();
  await page.keyboard.press("Enter");
  await type(page, "Address of the host", address);
  await shows(page.locator(".sources [aria-checked=true]"), "Live over the network");
}

test("calls go to a host of Node over the network, which tells what happens there", async () => {
  const page = await visit(open);
  await connect(page, process.env.HOST ?? "http://127.0.0.1:8081");
  for (const name of ["calculator", "session", "hello"]) await node(page, `proxy ${name}, opened`).waitFor();
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /to you too, from Node/));
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /add\(.*→ ?\d/));
  await node(page, "instance context").first().waitFor();
  await page.keyboard.press("Space"); // or the demonstration's results push ours out of sight
  await command(page, "calculator: multiply");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /multiply\(6, 3\) → ?18/));
  // The session of the calculator ends by itself now and then; this one does not.
  await command(page, "hello: kill the connection");
  await node(page, "proxy hello, faulted").waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a service that describes itself is called over its own wire", async () => {
  const page = await visit(open);
  const host = process.env.HOST ?? "http://127.0.0.1:8081";
  await page.getByRole("radio", { name: "A WCF service" }).focus();
  await page.keyboard.press("Enter");
  await type(page, "Address of the description", `${host}/wcf/counter?singleWsdl`);
  await node(page, "proxy counter, opened").waitFor();
  await command(page, "counter: CountTo");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /Reached\(1\), called back[^]*|CountTo.*→ ?1/));
  await command(page, "counter: call with arguments");
  await page.getByRole("dialog", { name: "Call" }).getByRole("combobox").selectOption("Add");
  const field = page.getByRole("textbox", { name: "Arguments" });
  await field.fill("nonsense");
  await page.keyboard.press("Enter");
  await shows(page.getByRole("dialog").getByRole("alert"), "no JSON");
  await field.fill("41.5");
  await page.keyboard.press("Enter");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /Add\(41.5\) → ?41.5/));
  assert.deepEqual(page.complaints, []);
});

test("what is no description is told", async () => {
  const page = await visit(open);
  await page.getByRole("radio", { name: "A WCF service" }).focus();
  await page.keyboard.press("Enter");
  await type(page, "Address of the description", new URL("index.html", playground).href);
  await page.locator(".notices [role=alert]").waitFor();
});

test("what is no address of a host is refused with what to write", async () => {
  const page = await visit(open);
  await connect(page, "http://127.0.0.1/path");
  await shows(page.locator(".notices [role=alert]"), "begin with http://");
});

test("a host that is nowhere is told, call by call", async () => {
  const page = await visit(open);
  await connect(page, "http://127.0.0.1:9911");
  await eventually(async () => assert.match((await results(page).allInnerTexts()).join(), /cannot be reached/));
  await page.getByRole("radio", { name: "Simulated" }).focus();
  await page.keyboard.press("Enter");
  await shows(page.locator(".caption"), "channel");
});
