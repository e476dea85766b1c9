// What the page loads before something moves, that the rest comes when somebody reaches for it, and that nothing has
// to be loaded the next time.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { browser, playground } from "./browser.mjs";
import { eventually, node, ready, said, shows, time } from "./visit.mjs";

const open = browser();

/** What everything until the first moving scene may weigh, in bytes after gzip. */
const BAR = 350_000;

/** Opens the playground and holds back the rest of the program; `let go` lets it come, or not. */
async function begin() {
  const page = await open();
  let letGo;
  const held = new Promise((resolve) => (letGo = resolve));
  await page.route("**/split_rest.wasm", async (route) => ((await held) ? route.continue() : route.abort()));
  const loaded = [];
  page.on("requestfinished", (request) => loaded.push(request));
  await page.goto(playground);
  await page.locator("html[data-ready]").waitFor({ state: "attached" });
  return { page, loaded, letGo };
}

/** Something is on the stage, and time goes by. */
async function moves(page) {
  const before = await time(page);
  await eventually(async () => assert.ok((await time(page)) > before));
  await node(page, "pooled channel").first().waitFor();
}

async function weigh(requests) {
  const weighed = requests.map(async (request) => {
    const response = await request.response();
    return [new URL(request.url()).pathname, gzipSync(await response.body(), { level: 9 }).length];
  });
  return new Map(await Promise.all(weighed));
}

const sum = (weights) => [...weights.values()].reduce((sum, weight) => sum + weight, 0);

test("the first scene moves after a small load, and the rest follows", async (t) => {
  const { page, loaded, letGo } = await begin();
  await moves(page);
  await page.waitForTimeout(1_000);
  const first = await weigh(loaded); // whoever only watches loads nothing else
  t.diagnostic(`until something moves: ${sum(first)} bytes of ${BAR}`);
  letGo(true);
  await ready(page);
  t.diagnostic(`with the rest: ${sum(await weigh(loaded))} bytes`);
  assert.ok([...first.keys()].some((path) => path.endsWith("app_bg.wasm")), [...first.keys()].join());
  assert.ok(sum(first) <= BAR, JSON.stringify(Object.fromEntries(first)));
  assert.deepEqual(page.complaints, []);
});

test("what is done before the rest is there is done once it is", async () => {
  const { page, letGo } = await begin();
  await moves(page);
  await page.keyboard.press("Space");
  await page.keyboard.press("4");
  await shows(page.locator(".notices [role=status]"), "Loading the rest");
  letGo(true);
  await shows(said(page), "Paused");
  await page.getByRole("table", { name: "Records" }).waitFor();
  const stopped = await time(page);
  await page.waitForTimeout(200);
  assert.equal(await time(page), stopped, "the space bar was heard");
  assert.deepEqual(page.complaints, []);
});

test("a rest that cannot be loaded is told, and tried again", async () => {
  const { page, letGo } = await begin();
  letGo(false);
  await page.mouse.move(200, 200);
  await shows(page.locator(".notices [role=alert]"), "could not be loaded");
  await moves(page);
  await page.unroute("**/split_rest.wasm");
  await page.keyboard.press("5");
  await ready(page);
  await page.getByRole("tab", { name: "Code", selected: true }).waitFor();
  assert.equal(await page.locator(".notices [role=alert]").count(), 0);
});

test("it opens without a network once it was open with one, if only to be watched", async () => {
  const page = await open();
  await page.goto(playground);
  await moves(page);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.context().setOffline(true);
  await page.reload();
  await ready(page);
  await moves(page);
  await page.keyboard.press("4");
  await page.getByRole("table", { name: "Records" }).waitFor();
  assert.deepEqual(page.complaints, []);
});

test("it loads from a server that does not know what wasm is", async () => {
  const page = await open();
  await page.route("**/*.wasm", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-type": "application/octet-stream" } });
  });
  await page.goto(playground);
  await ready(page);
  await moves(page);
});
