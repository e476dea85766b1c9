// How it looks and who can use it: both themes, three widths, keyboard only, less motion.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";
import { eventually, lane, shows, visit } from "./visit.mjs";

const open = browser();
const folder = new URL("../shots/", import.meta.url);

for (const [width, height] of [[1440, 900], [1024, 768], [390, 844]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`nothing is cut off at ${width} pixels, ${colorScheme}`, async () => {
      const page = await open();
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.goto(playground);
      await page.locator(".live.ready").waitFor();
      await page.waitForTimeout(3600);
      await mkdir(folder, { recursive: true });
      const path = (name) => new URL(`${width}-${colorScheme}${name}.png`, folder).pathname;
      await page.screenshot({ path: path("") });
      if (width < 1000) await page.screenshot({ path: path("-all"), fullPage: true });
      const over = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      assert.equal(over, 0, "the page scrolls sideways");
      assert.deepEqual(page.complaints, []);
    });
  }
}

test("trouble is shown in words", async () => {
  const page = await visit(open);
  await page.setViewportSize({ width: 1440, height: 900 });
  const session = lane(page, "Session calculator");
  await session.press("Cut wire");
  await shows(session.locator(".proxy .phase"), "faulted");
  await session.press("clear");
  await lane(page, "Calculator").type("b", "0");
  await lane(page, "Calculator").press("divide");
  await page.waitForTimeout(700);
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: new URL("trouble.png", folder).pathname });
  await page.getByRole("button", { name: "Crash the worker" }).click();
  await page.getByRole("button", { name: "Start the worker again" }).waitFor();
  await page.waitForTimeout(200);
  await page.screenshot({ path: new URL("lost.png", folder).pathname });
  assert.deepEqual(page.complaints, []);
});

test("everything can be done with the keyboard", async () => {
  const page = await visit(open);
  await page.keyboard.press("Tab");
  await shows(page.locator(":focus"), "Skip to the journal");
  await page.keyboard.press("Tab");
  await shows(page.locator(":focus"), "Pause");
  await page.keyboard.press("Enter");
  await shows(page.locator(":focus"), "Play");
  const wanted = ["Crash the worker", "a", "b", "add", "divide", "2 at once", "Open", "Cut wire", "equals", "greeting", "hello"];
  const reached = new Set();
  for (let step = 0; step < 70; step += 1) {
    await page.keyboard.press("Tab");
    reached.add(await page.evaluate(() => {
      const here = document.activeElement;
      return here.getAttribute("aria-label") ?? here.innerText?.trim();
    }));
  }
  assert.deepEqual(wanted.filter((name) => !reached.has(name)), []);
  const calculator = lane(page, "Calculator");
  await calculator.getByLabel("a", { exact: true }).focus();
  await page.keyboard.press("Control+A");
  await page.keyboard.type("30");
  await page.keyboard.press("Enter");
  await shows(calculator.result(), "add(30, 7) → 37");
  await shows(page.getByRole("status"), "add(30, 7): 37");
  assert.deepEqual(page.complaints, []);
});

test("space pauses, except where it is typed or pressed", async () => {
  const page = await visit(open);
  await page.keyboard.press("Space");
  await shows(page.getByRole("status"), "Demonstration paused");
  await lane(page, "Duplex hello").getByLabel("greeting").focus();
  await page.keyboard.press("Space");
  await page.waitForTimeout(200);
  await shows(page.getByRole("status"), "Demonstration paused");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await shows(page.getByRole("status"), "Demonstration running");
});

test("colours follow the system until the visitor chooses, and the choice is kept", async () => {
  const page = await visit(open);
  await page.emulateMedia({ colorScheme: "dark" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.getByRole("button", { name: "Colours" }).click();
  const light = await paper();
  assert.notEqual(light, dark);
  await page.reload();
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  assert.equal(await paper(), light);
});

test("with less motion nothing moves, and messages are still seen", async () => {
  const page = await open();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(playground);
  await page.locator(".live.ready").waitFor();
  await page.locator(".flight").first().waitFor({ state: "attached" });
  await eventually(async () => {
    const moving = await page.evaluate(() => document.getAnimations().length);
    assert.equal(moving, 0);
  });
});
