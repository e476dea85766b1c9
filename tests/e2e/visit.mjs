// The playground, as the tests see it.

import assert from "node:assert/strict";

import { playground } from "./browser.mjs";

/** How long the slowest thing on the page may take, in milliseconds. */
const PATIENCE = 15_000;

/** Opens the playground and waits until its worker is ready. */
export async function visit(open, address = playground) {
  const page = await open();
  await page.goto(address);
  await page.locator(".live.ready").waitFor({ timeout: PATIENCE });
  return page;
}

/** A page whose demonstration is paused and whose last call has ended. */
export async function quiet(open) {
  const page = await visit(open);
  for (const name of ["Calculator", "Session calculator", "Duplex hello"]) {
    await shows(lane(page, name).locator(".phase").first(), "opened");
  }
  await page.keyboard.press("Space");
  await page.locator(".live.still").waitFor();
  await eventually(async () => assert.equal(await page.locator(".call").count(), 0));
  // A one-way greeting is answered about a second later; until then its operation runs.
  for (const sessions of await page.locator(".sessions .made").all()) await shows(sessions, "0 running");
  return page;
}

/** One conversation, and what can be seen and done in it. */
export function lane(page, name) {
  const region = page.getByRole("region", { name, exact: true });
  return Object.assign(region, {
    press: (button) => region.getByRole("button", { name: button, exact: true }).click(),
    type: (field, text) => region.getByLabel(field, { exact: true }).fill(text),
    phase: () => region.locator(".proxy .phase").innerText(),
    channels: (kind = ".slot") => region.locator(`.channels ${kind}`),
    result: () => region.locator(".results li").first(),
  });
}

/** Closes a proxy, makes it new and opens it. */
export async function renew(region) {
  for (const [verb, phase] of [["Close", "closed"], ["Reset", "created"], ["Open", "opened"]]) {
    await region.press(verb);
    await shows(region.locator(".proxy .phase"), phase);
  }
}

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

/** A number of the bar at the top. */
export async function total(page, name) {
  const text = await page.locator(".totals div", { hasText: name }).locator("dd").innerText();
  return Number(text);
}
