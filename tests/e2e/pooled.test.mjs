// The stateless calculator: a pooled channel for each call.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { eventually, lane, quiet, renew, shows } from "./visit.mjs";

const open = browser();

// PROXY-12, PROXY-13
test("two calls at once make two pooled channels, and the next call reuses one", async () => {
  const page = await quiet(open);
  const calculator = lane(page, "Calculator");
  await renew(calculator);
  assert.equal(await calculator.channels().count(), 0);
  await calculator.press("2 at once");
  await eventually(async () => assert.equal(await calculator.channels(".leased").count(), 2));
  await eventually(async () => assert.equal(await calculator.channels(".idle").count(), 2));
  await calculator.type("a", "8");
  await calculator.press("multiply");
  await eventually(async () => assert.equal(await calculator.channels(".leased").count(), 1));
  await shows(calculator.result(), "multiply(8, 7) → 56");
  assert.equal(await calculator.channels().count(), 2);
  await page.getByRole("searchbox").fill("leased reused");
  await shows(page.locator(".row").first(), "reused");
  assert.deepEqual(page.complaints, []);
});

// PROXY-14
test("a cut pooled channel costs one call and one channel, and the proxy stays open", async () => {
  const page = await quiet(open);
  const calculator = lane(page, "Calculator");
  await renew(calculator);
  await calculator.press("2 at once");
  await eventually(async () => assert.equal(await calculator.channels(".idle").count(), 2));
  await calculator.press("Cut wire");
  await calculator.press("add");
  await shows(calculator.result(), "Disconnected");
  await shows(calculator.result(), "Call again");
  await eventually(async () => assert.equal(await calculator.channels().count(), 1));
  assert.match(await calculator.phase(), /opened/);
  await calculator.press("add");
  await shows(calculator.result(), "add(6, 7) → 13");
  assert.equal(await calculator.channels().count(), 1);
  assert.deepEqual(page.complaints, []);
});

// FLT-1
test("a fault that the service means leaves the proxy alone", async () => {
  const page = await quiet(open);
  const calculator = lane(page, "Calculator");
  await calculator.type("b", "0");
  await calculator.press("divide");
  await shows(calculator.result(), "Fault");
  await shows(calculator.result(), "6 cannot be divided by zero");
  assert.match(await calculator.phase(), /opened/);
  await calculator.type("b", "x");
  assert.ok(await calculator.getByRole("button", { name: "add", exact: true }).isDisabled());
  assert.deepEqual(page.complaints, []);
});

// CALL-5, CALL-7
test("abandoned calls end at once and the proxy goes on", async () => {
  const page = await quiet(open);
  const calculator = lane(page, "Calculator");
  await calculator.press("2 at once");
  await eventually(async () => assert.equal(await calculator.channels(".call").count(), 2));
  await calculator.press("Abandon");
  await shows(calculator.locator(".results"), "Abandoned");
  await calculator.press("add");
  await shows(calculator.result(), "add(6, 7) → 13");
  assert.match(await calculator.phase(), /opened/);
  assert.deepEqual(page.complaints, []);
});
