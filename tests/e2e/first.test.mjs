// The first seconds, and time: running, pausing, stepping, going back, branches. By keyboard alone.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";
import { beginning, command, eventually, has, node, ready, said, shows, time, until, visit } from "./visit.mjs";

const open = browser();

test("the first seconds show two proxies at work without a click", async () => {
  const page = await open();
  await page.setViewportSize({ width: 1440, height: 900 });
  // Without waiting for all of the page: the sentence goes by.
  await page.goto(playground);
  await shows(page.locator(".caption"), "borrows a channel");
  await eventually(async () => assert.equal(await node(page, "pooled channel").count(), 2));
  await node(page, "session, opened").first().waitFor();
  await node(page, "instance context").first().waitFor();
  await shows(page.locator(".sources [aria-checked=true]"), "Simulated");
  const before = await time(page);
  await page.waitForTimeout(300);
  assert.ok((await time(page)) > before, "time goes by");
  assert.equal(await page.title(), "sessionful");
  assert.deepEqual(page.complaints, []);
});

test("space pauses and goes on, and says so", async () => {
  const page = await visit(open);
  await page.keyboard.press("Space");
  await shows(said(page), "Paused");
  const before = await time(page);
  await page.waitForTimeout(300);
  assert.equal(await time(page), before);
  await page.keyboard.press("Space");
  await shows(said(page), "Running");
  await eventually(async () => assert.ok((await time(page)) > before));
  assert.deepEqual(page.complaints, []);
});

test("steps go record by record, to messages, and back", async () => {
  const page = await visit(open);
  await beginning(page);
  await until(page, has(page, "pooled channel"));
  await page.keyboard.press("4");
  const here = async () => Number(await page.locator(".row.here [role=cell]").first().innerText());
  const start = await here();
  await page.keyboard.press(".");
  assert.equal(await here(), start + 1);
  await page.keyboard.press(",");
  await page.keyboard.press(",");
  assert.equal(await here(), start - 1);
  await page.keyboard.press("n");
  await eventually(async () => assert.match(await page.locator(".row.here").innerText(), /request|reply|message|end/));
  assert.ok((await here()) > start - 1);
  assert.deepEqual(page.complaints, []);
});

test("the cursor is a slider that the keyboard moves", async () => {
  const page = await visit(open);
  await eventually(async () => assert.ok((await time(page)) > 1));
  const slider = page.getByRole("slider", { name: "Time" });
  await slider.focus();
  await page.keyboard.press("Home");
  await eventually(async () => assert.equal(await slider.getAttribute("aria-valuenow"), "0"));
  assert.equal(await time(page), 0);
  assert.equal(await node(page, "pooled channel").count(), 0, "nothing exists at the beginning");
  await page.keyboard.press("End");
  await eventually(async () => assert.ok((await time(page)) > 1));
  assert.deepEqual(page.complaints, []);
});

test("doing something in the past begins a branch, and the trunk stays as it was", async () => {
  const page = await visit(open);
  // Far enough that the proxy is open a page before.
  await eventually(async () => assert.ok((await time(page)) > 3.5));
  await page.getByRole("slider", { name: "Time" }).focus();
  await page.keyboard.press("PageDown");
  await shows(page.locator(".behind"), "begins a branch");
  const past = await time(page);
  await command(page, "pooled: add");
  await shows(page.locator(".branches select"), "branch 1");
  assert.ok(Math.abs((await time(page)) - past) < 0.001, "the branch begins where the visitor was");
  await page.locator(".branches select").selectOption({ index: 0 });
  await shows(page.locator(".behind"), "in the past");
  await page.keyboard.press("e");
  await page.locator(".behind").waitFor({ state: "detached" });
  assert.ok((await time(page)) > past + 1);
  assert.deepEqual(page.complaints, []);
});

test("a link shows the same moment again, and nothing of it leaves the page", async () => {
  const page = await visit(open);
  await beginning(page);
  await until(page, has(page, "proxy session, opened"));
  await command(page, "session: abort");
  await shows(said(page), "Done: abort");
  await page.keyboard.press("l");
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await page.keyboard.press("Escape");
  const labels = () => page.locator(".stage .node").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label")));
  const [before, at] = [await labels(), await time(page)];
  assert.ok(before.some((label) => label.includes("faulted")), before.join("; "));
  const asked = [];
  const other = await open();
  other.on("request", (request) => asked.push(request.url()));
  await other.setViewportSize({ width: 1440, height: 900 });
  await other.goto(link);
  await ready(other);
  await shows(said(other), "The link is open");
  assert.deepEqual(await other.locator(".stage .node").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label"))), before);
  assert.ok(Math.abs((await time(other)) - at) < 0.002);
  const body = new URL(link).hash.slice(1, 40);
  assert.ok(asked.every((url) => !url.includes(body)), "the link is not sent");
  assert.deepEqual([...page.complaints, ...other.complaints], []);
});

test("a link of a later version is explained", async () => {
  const page = await visit(open, `${playground}#v9.abc`);
  const alert = page.locator(".notices [role=alert]");
  await shows(alert, "version 9");
  await alert.getByRole("button").click();
  await alert.waitFor({ state: "detached" });
  await page.evaluate(() => (location.hash = "#nonsense"));
  await shows(alert, "no link of the playground");
  assert.deepEqual(page.complaints, []);
});

test("a number that is typed slowly is kept, though the scene goes on", async () => {
  const page = await visit(open);
  const field = page.getByLabel("Latency, ms").first();
  assert.equal(await field.inputValue(), "500");
  await field.fill("");
  await field.pressSequentially("135", { delay: 150 });
  assert.equal(await field.inputValue(), "135");
  await field.press("Enter");
  await shows(said(page), "new configuration");
  await field.fill("0");
  await field.press("Tab");
  await eventually(async () => assert.equal(await field.inputValue(), "0"));
  assert.equal(await page.getByLabel("Calls", { exact: true }).getAttribute("placeholder"), "no limit");
  assert.deepEqual(page.complaints, []);
});

test("a page without a clipboard says so, and goes on", async () => {
  const page = await visit(open);
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }));
  await page.keyboard.press("5");
  await page.getByRole("button", { name: "Copy" }).click();
  await shows(page.locator(".refused"), "copy it yourself");
  await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async () => {} } }));
  await page.getByRole("button", { name: "Copy" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  await page.keyboard.press("l");
  await page.getByRole("dialog").getByRole("button", { name: "Copy" }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("a call is asked with its usual arguments, and the focus goes back", async () => {
  const page = await visit(open);
  await command(page, "pooled: call with arguments");
  const dialog = page.getByRole("dialog", { name: "Call" });
  const chosen = dialog.getByLabel("Operation");
  assert.equal(await chosen.evaluate((select) => select.selectedIndex), 0);
  await shows(dialog.locator("option").first(), "add");
  assert.match(await dialog.getByLabel("Arguments", { exact: true }).inputValue(), /^\d+, \d+$/);
  await page.keyboard.press("Escape");
  const help = page.getByRole("button", { name: "Help" });
  await help.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Help" }).waitFor();
  await page.keyboard.press("Escape");
  await eventually(async () => assert.ok(await help.evaluate((button) => button === document.activeElement)));
  assert.deepEqual(page.complaints, []);
});

test("it works from a folder, whatever the folder is called", async () => {
  const page = await open();
  const folder = new URL("/some/folder/", playground).href;
  await page.context().route(`${folder}**`, async (route) => {
    const path = route.request().url().slice(folder.length);
    await route.fulfill({ response: await route.fetch({ url: new URL(path, playground).href }) });
  });
  await page.goto(folder);
  await ready(page);
  await shows(page.locator(".caption"), "of 7");
  assert.deepEqual(page.complaints, []);
});

test("a panic is told with what to do", async () => {
  const page = await visit(open);
  // A browser that makes no more elements: nobody reckons with that.
  await page.evaluate(() => {
    const refuse = () => { throw new Error("no more"); };
    Document.prototype.createElement = Document.prototype.createElementNS = Node.prototype.cloneNode = refuse;
  });
  await page.keyboard.press("4");
  await shows(page.getByRole("alert").filter({ visible: true }), "Load it again");
  assert.ok(page.complaints.some((complaint) => complaint.includes("panicked")), page.complaints.join());
});
