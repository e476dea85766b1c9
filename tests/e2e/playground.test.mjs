// The page and its worker: the first seconds, a lost worker, another folder.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";
import { eventually, lane, quiet, shows, total, visit } from "./visit.mjs";

const open = browser();

test("the first seconds show live calls without a click", async () => {
  const page = await visit(open);
  await eventually(async () => {
    assert.ok((await total(page, "calls")) >= 4);
    assert.ok((await total(page, "sessions")) >= 2);
    assert.ok((await page.locator(".row").count()) >= 8);
  }, 5000);
  await page.locator(".flight.out").first().waitFor({ state: "attached", timeout: 3000 });
  await page.locator(".flight.back").first().waitFor({ state: "attached", timeout: 3000 });
  await shows(page.locator(".live"), "Live in this browser");
  assert.equal(await page.title(), "sessionful");
  assert.deepEqual(page.complaints, []);
});

test("a lost worker is told with what to do, and pending calls end", async () => {
  const page = await quiet(open);
  const calculator = lane(page, "Calculator");
  await calculator.press("2 at once");
  await page.getByRole("button", { name: "Crash the worker" }).click();
  await shows(page.getByRole("alert").filter({ visible: true }), "start the worker again");
  await shows(calculator.result(), "Disconnected");
  await shows(page.locator(".live"), "Worker lost");
  await page.getByRole("button", { name: "Start the worker again" }).click();
  await shows(page.locator(".live"), "Live in this browser");
  await shows(calculator.locator(".proxy .phase"), "opened");
  await calculator.press("add");
  await shows(calculator.result(), "add(6, 7) → 13");
  assert.deepEqual(page.complaints, []);
});

test("a worker that ends by itself is noticed as well", async () => {
  const page = await quiet(open);
  await page.workers()[0].evaluate(() => close());
  await shows(page.getByRole("alert").filter({ visible: true }), "The worker with the services is gone");
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
  await shows(page.locator(".live"), "Live in this browser");
  assert.deepEqual(page.complaints, []);
});
