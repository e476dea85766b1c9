// How it looks and who can use it: every view in both themes at three sizes, axe, less motion.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import { browser, playground } from "./browser.mjs";
import { eventually, ready, scenario, shows, visit } from "./visit.mjs";

const open = browser();
const folder = new URL("../shots/", import.meta.url);
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const VIEWS = ["stage", "table", "matrix", "log", "code"];

/** What axe finds serious or worse. */
async function findings(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  const bad = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  return bad.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => `${node.target} ${node.failureSummary}`).join(" | ")}`);
}

async function sideways(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** What sticks out of the rows of buttons, or lies over its neighbour there. */
async function crowded(page) {
  return page.locator(".bar, .views, .transport").evaluateAll((rows) => rows.flatMap((row) => {
    const within = [...row.querySelectorAll("*:not(svg *)")].filter((each) => each.offsetParent && !each.matches(".unseen, .skip"));
    const over = ([one, other]) => other && other.getBoundingClientRect().left < one.getBoundingClientRect().right - 0.5;
    const beside = within.filter((each) => each.parentElement === row).map((each, place, all) => [each, all[place + 1]]);
    const out = within.filter((each) => each.getBoundingClientRect().right > row.getBoundingClientRect().right + 0.5);
    return [...out, ...beside.filter(over).map(([one]) => one)].map((each) => `${row.className}: ${each.className} ${each.textContent}`);
  }));
}

for (const colorScheme of ["light", "dark"]) {
  for (const [width, height] of [[1440, 900], [1024, 768], [820, 1180], [390, 844]]) {
    test(`every view is whole and open to all at ${width} pixels, ${colorScheme}`, async () => {
      const page = await open();
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.goto(playground);
      await ready(page);
      await mkdir(folder, { recursive: true });
      const shoot = (name) => page.screenshot({ path: new URL(`${width}-${colorScheme}-${name}.png`, folder).pathname });
      await page.waitForTimeout(2600);
      for (const [place, view] of VIEWS.entries()) {
        await page.keyboard.press(String(place + 1));
        await page.locator(`[role=tabpanel][aria-label=${view} i]`).waitFor();
        await page.waitForTimeout(view === "matrix" ? 2600 : 300);
        await shoot(view);
        assert.equal(await sideways(page), 0, `${view} scrolls sideways`);
        assert.deepEqual(await crowded(page), [], view);
        assert.deepEqual(await findings(page), [], view);
      }
      for (const [key, name] of [["?", "help"], ["s", "scenarios"], ["l", "share"], ["Control+k", "palette"]]) {
        await page.keyboard.press(key);
        await page.getByRole("dialog").waitFor();
        await shoot(name);
        assert.deepEqual(await findings(page), [], name);
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      await page.keyboard.press("1");
      await scenario(page, "broken session");
      await page.waitForTimeout(5600);
      if (width < 760) {
        for (const [place, name] of ["stage", "timeline", "inspect", "configure"].entries()) {
          await page.locator(".tabs button").nth(place).click();
          await page.waitForTimeout(200);
          await shoot(`tab-${name}`);
          assert.deepEqual(await findings(page), [], name);
          assert.equal(await sideways(page), 0, `${name} scrolls sideways`);
        }
      } else {
        await page.locator(".node.faulted").first().click();
        await shoot("fault");
        assert.deepEqual(await findings(page), [], "fault");
      }
      assert.deepEqual(page.complaints, []);
    });
  }
}

test("the table says what the stage shows", async () => {
  const page = await visit(open);
  await page.waitForTimeout(2500);
  await page.keyboard.press("Space");
  const labels = await page.locator(".stage .node").evaluateAll((nodes) => nodes.map((node) => node.getAttribute("aria-label")));
  await page.keyboard.press("2");
  const rows = await page.locator(".table-view tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  const things = rows.filter(([kind]) => kind !== "message");
  const words = things.map(([kind, name, phase, doing]) => [`${kind} ${name}`, phase, doing].filter(Boolean).join(", "));
  assert.deepEqual(words.sort(), labels.sort());
});

test("the focus is seen wherever it goes, and arrows walk over the stage", async () => {
  const page = await visit(open);
  await page.waitForTimeout(1500);
  await page.keyboard.press("Space");
  const reached = new Set();
  for (let step = 0; step < 60; step += 1) {
    await page.keyboard.press("Tab");
    const [name, seen] = await page.evaluate(() => {
      const here = document.activeElement;
      const style = getComputedStyle(here);
      const box = here.querySelector?.(":scope > .box");
      const seen = style.outlineStyle !== "none" || (box && getComputedStyle(box).strokeWidth === "2px");
      return [here.getAttribute("aria-label") ?? here.innerText?.trim() ?? "", seen];
    });
    assert.ok(seen, `the focus on "${name}" is not seen`);
    reached.add(name.split("\n")[0]);
  }
  for (const wanted of ["Help", "Share", "Find a command Ctrl K"]) assert.ok(reached.has(wanted), `${wanted} in ${[...reached]}`);
  const here = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  await page.locator('.stage .node[aria-label^="proxy pooled"]').focus();
  await shows(page.locator(".right header"), "pooled");
  await page.keyboard.press("ArrowRight");
  await eventually(async () => assert.match(await here(), /^pooled channel ch/));
  await shows(page.locator(".right header"), "channel");
  await page.keyboard.press("ArrowLeft");
  await eventually(async () => assert.match(await here(), /^proxy pooled/));
});

test("colours follow the system until the visitor chooses, and the choice is kept", async () => {
  const page = await visit(open);
  await page.emulateMedia({ colorScheme: "dark" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await paper();
  await page.keyboard.press("t");
  await eventually(async () => assert.notEqual(await paper(), dark));
  const light = await paper();
  await page.reload();
  await ready(page);
  assert.equal(await paper(), light);
});

test("with less motion nothing is animated, and messages are still seen", async () => {
  const page = await open();
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(playground);
  await ready(page);
  await page.waitForTimeout(600);
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await page.keyboard.press("Space");
  const drawn = () => page.locator(".flights").evaluate((canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some((value, place) => place % 4 === 3 && value > 0);
  });
  // At any one moment nothing may be under way: steps go from message to message.
  for (let step = 0; step < 10 && !(await drawn()); step += 1) {
    await page.keyboard.press("n");
    await page.waitForTimeout(100);
  }
  assert.ok(await drawn(), "a message is drawn");
});
