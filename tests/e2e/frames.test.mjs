// How smoothly it moves, by the browser's own clock. The bars are for a machine that does nothing else; what
// fails here is what no busy neighbour explains.

import assert from "node:assert/strict";
import { test } from "node:test";

import { browser } from "./browser.mjs";
import { command, eventually, visit } from "./visit.mjs";

const open = browser();

const BAR = { rate: 55, task: 50 };
const FLOOR = { rate: 25, task: 200 };

/** Frames a second over a while, and the tasks that took longer than 50 ms. */
async function measure(page, millis) {
  return page.evaluate(async (millis) => {
    const long = [];
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ entryTypes: ["longtask"] });
    const frames = await new Promise((resolve) => {
      const times = [];
      const tick = (now) => {
        times.push(now);
        if (now - times[0] < millis) requestAnimationFrame(tick);
        else resolve(times);
      };
      requestAnimationFrame(tick);
    });
    observer.disconnect();
    return { rate: ((frames.length - 1) / (frames.at(-1) - frames[0])) * 1000, long };
  }, millis);
}

test("200 things and 300 messages move smoothly", async (t) => {
  const page = await visit(open);
  await command(page, "Show a crowd");
  await page.keyboard.press("+");
  await page.keyboard.press("+");
  await eventually(async () => assert.ok((await page.locator(".stage .node").count()) >= 200), 60_000);
  await page.waitForTimeout(1500);
  await page.keyboard.press("0");
  await page.waitForTimeout(4500);
  // The machine may be busy with something else for a while: the best of a few counts.
  let best = 0;
  for (let round = 0; round < 4 && best < BAR.rate; round += 1) {
    const { rate, long } = await measure(page, 3000);
    t.diagnostic(`frames a second: ${rate.toFixed(1)} (the bar is ${BAR.rate}), tasks over 50 ms: ${long.length}`);
    best = Math.max(best, rate);
  }
  assert.ok(best >= FLOOR.rate, `${best} frames a second`);
});

test("a long run scrubs smoothly", async (t) => {
  const page = await visit(open);
  await command(page, "Show a crowd");
  for (let step = 0; step < 4; step += 1) await page.keyboard.press("+");
  await page.keyboard.press("4");
  await eventually(async () => {
    const count = Number((await page.locator(".log-tools .count").innerText()).replace(/\D/g, ""));
    assert.ok(count >= 100_000, `${count}`);
  }, 240_000);
  await page.keyboard.press("Space");
  await page.keyboard.press("1");
  const slider = page.getByRole("slider", { name: "Time" });
  const box = await slider.boundingBox();
  const scrub = async () => {
    await page.mouse.move(box.x + 400, box.y + 120);
    await page.mouse.down();
    for (let step = 0; step < 60; step += 1) await page.mouse.move(box.x + 200 + step * 12, box.y + 120);
    await page.mouse.up();
  };
  let longest = Infinity;
  for (let round = 0; round < 4 && longest > BAR.task; round += 1) {
    const [{ rate, long }] = await Promise.all([measure(page, 3000), scrub()]);
    t.diagnostic(`scrubbing: ${rate.toFixed(1)} frames a second, tasks over ${BAR.task} ms: ${long.map(Math.round)}`);
    longest = Math.min(longest, Math.max(0, ...long));
  }
  assert.ok(longest <= FLOOR.task, `${longest} ms`);
});
