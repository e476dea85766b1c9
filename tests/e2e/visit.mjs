// The playground, as the tests see it.

import assert from "node:assert/strict";

import { playground } from "./browser.mjs";

/** How long the slowest thing on the page may take, in milliseconds. */
const PATIENCE = 15_000;

/** Opens the playground and waits until it is drawn. */
export async function visit(open, address = playground) {
  const page = await open();
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(address);
  await ready(page);
  return page;
}

/** Reaches for the page, and waits until all of it is there. */
export async function ready(page) {
  await page.locator("html[data-ready]").waitFor({ state: "attached", timeout: PATIENCE });
  await page.keyboard.press("Shift");
  await page.locator("html[data-whole]").waitFor({ state: "attached", timeout: PATIENCE });
}

/** Runs a scenario, by keyboard alone. */
export async function scenario(page, words) {
  await page.keyboard.press("Escape");
  await choose(page, "s", "Scenarios", words);
}

/** Does what the palette finds first, by keyboard alone; `first` happens right before. */
export async function command(page, words, first) {
  await choose(page, "Control+k", "Commands", words, first);
}

/** Types into a list of things to do, and takes the first of them once it can be done. */
async function choose(page, key, name, words, first = async () => {}) {
  await page.keyboard.press(key);
  const dialog = page.getByRole("dialog", { name });
  await dialog.locator("input:focus").waitFor();
  await page.keyboard.type(words);
  // What can be done follows what happens: the proxy may be about to open.
  await dialog.locator("[role=option][aria-selected=true]:not([aria-disabled])").waitFor();
  await first();
  await page.keyboard.press("Enter");
  await dialog.waitFor({ state: "detached" });
}

/** Stops at the very beginning: from there every step is the visitor's, however slow the machine is. */
export async function beginning(page) {
  await page.getByRole("slider", { name: "Time" }).focus();
  await page.keyboard.press("Home");
  await eventually(async () => assert.equal(await time(page), 0));
}

/** Goes from message to message (or by another key) until a check holds. */
export async function until(page, check, key = "n") {
  for (let step = 0; step < 200; step += 1) {
    if (await check()) return;
    await page.keyboard.press(key);
  }
  assert.fail(`not after 200 times "${key}": ${check}`);
}

/** Whether a node of the stage is there. */
export const has = (page, words) => async () => (await node(page, words).count()) > 0;

/** The moment that is shown, in seconds. */
export async function time(page) {
  return Number(await page.locator(".time span").innerText());
}

/** What is said to those who do not see. */
export const said = (page) => page.locator("p[role=status].unseen");

/** A node of the stage, by the words that a screen reader says. */
export const node = (page, words) => page.locator(`.stage .node[aria-label*="${words}"]`);

/** Waits until an element shows a text. */
export async function shows(locator, text) {
  await eventually(async () => {
    const shown = (await locator.innerText()).replace(/\s+/g, " ");
    assert.ok(shown.includes(text), `"${shown}" does not show "${text}"`);
  });
}

/** Waits until a check holds. */
export async function eventually(check, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
