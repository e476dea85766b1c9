// Sessions: a running result, an end, a cut, a call back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { eventually, lane, quiet, renew, shows } from "./visit.mjs";

const open = browser();

// SESS-12
test("a session keeps a running result, and equals ends session and proxy", async () => {
  const page = await quiet(open);
  const session = lane(page, "Session calculator");
  const steps = [["clear", "clear() → 0"], ["addTo", "addTo(5) → 5"], ["multiplyBy", "multiplyBy(5) → 25"]];
  await renew(session);
  for (const [name, result] of steps) {
    await session.press(name);
    await shows(session.result(), result);
  }
  assert.equal(await session.locator(".contexts .context").count(), 1);
  await session.press("equals");
  await shows(session.result(), "equals() → 25");
  await shows(session.locator(".proxy .phase"), "closed");
  await eventually(async () => assert.equal(await session.locator(".contexts .context").count(), 0));
  await session.press("clear");
  await shows(session.result(), "Press Reset, then Open");
  await session.press("Reset");
  await session.press("Open");
  await shows(session.locator(".proxy .phase"), "opened");
  await session.press("clear");
  await shows(session.result(), "clear() → 0");
  assert.deepEqual(page.complaints, []);
});

// SESS-10
test("a session that does not begin with an initiating operation is refused", async () => {
  const page = await quiet(open);
  const session = lane(page, "Session calculator");
  await renew(session);
  await session.press("addTo");
  await eventually(async () => {
    assert.match(await session.result().innerText(), /NonInitiating|ActionNotSupported/);
  });
  assert.deepEqual(page.complaints, []);
});

// PROXY-5, PROXY-8
test("a cut session channel faults the proxy, and close, reset, open repair it", async () => {
  const page = await quiet(open);
  const session = lane(page, "Session calculator");
  await renew(session);
  await session.press("clear");
  await shows(session.result(), "clear() → 0");
  await session.press("Cut wire");
  await shows(session.locator(".proxy .phase"), "faulted");
  await eventually(async () => assert.equal(await session.locator(".sessions .slot").count(), 0));
  await session.press("clear");
  await shows(session.result(), "Faulted");
  await shows(session.result(), "Press Close, Reset, then Open.");
  await page.getByLabel("problems").check();
  await shows(page.locator(".rows"), "faulted");
  await renew(session);
  await session.press("clear");
  await shows(session.result(), "clear() → 0");
  assert.deepEqual(page.complaints, []);
});

// CONC-2: the second call of a session waits at the gate, or at the pump before it.
test("two calls at once in one session run one after the other", async () => {
  const page = await quiet(open);
  const session = lane(page, "Session calculator");
  await renew(session);
  await session.press("clear");
  await shows(session.result(), "clear() → 0");
  await session.press("2 at once");
  await eventually(async () => assert.equal(await session.channels(".call").count(), 2));
  await shows(session.result(), "addTo(5) → 10");
  assert.deepEqual(page.complaints, []);
});

// OP-5
test("a greeting is answered by a call back, with the name of the service object", async () => {
  const page = await quiet(open);
  const hello = lane(page, "Duplex hello");
  await hello.type("greeting", "Servus");
  await hello.press("hello");
  await shows(hello.result(), "reply, called back → Servus to you too, says obj1");
  assert.deepEqual(page.complaints, []);
});
