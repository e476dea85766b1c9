// A page that the browser freezes, hides, leaves and comes back to: no call is left pending for ever.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { habitat } from './habitats/suite.mjs';
import { launch } from './site.mjs';

const sleep = (millis) => new Promise((wake) => setTimeout(wake, millis));

let world, browser;
before(async () => {
  world = await habitat();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  world?.end();
});

/** A page with an open session, and what steers its life. */
async function talking() {
  const served = await world.nodeHost();
  const page = await browser.newPage();
  await page.goto(world.origin);
  await page.waitForFunction(() => 'talk' in globalThis);
  await page.evaluate((base) => globalThis.talk(base), served.url);
  const devtools = await page.context().newCDPSession(page);
  const become = (state) => devtools.send('Page.setWebLifecycleState', { state });
  return { page, served, become };
}

const begin = (page, millis, timeout) => page.evaluate(([m, t]) => {
  globalThis.ending = globalThis.session.with({ timeout: t }).slow(m).then(
    (value) => `result ${value}`, (error) => `error ${error.code}`);
}, [millis, timeout]);
const end = (page) => page.evaluate(() => globalThis.ending);

test('a call goes on while its page is frozen', async () => {
  const { page, become } = await talking();
  await begin(page, 300, 10_000);
  await become('frozen');
  await sleep(1_000);
  await become('active');
  assert.equal(await end(page), 'result done');
  assert.equal(await page.evaluate(() => globalThis.session.state), 'opened', 'and so does the session');
});

test('CALL-8: a call that is late ends when its page wakes up', async () => {
  const { page, become } = await talking();
  await begin(page, 3_000, 200);
  await become('frozen');
  await sleep(600);
  await become('active');
  assert.equal(await end(page), 'error TIMED_OUT');
});

test('SESS-21: a host that goes while the page is frozen', async () => {
  const { page, served, become } = await talking();
  await begin(page, 3_000, 60_000);
  await become('frozen');
  served.abort();
  await sleep(300);
  await become('active');
  assert.equal(await end(page), 'error DISCONNECTED');
  assert.equal(await page.evaluate(() => globalThis.session.state), 'faulted');
});

test('SESS-21: the session of a page that is left ends at the host', async () => {
  const { page, served } = await talking();
  assert.equal(served.stats.sessions, 1);
  await page.goto('about:blank');
  for (let tries = 0; tries < 100 && served.stats.sessions > 0; tries += 1) await sleep(20);
  assert.equal(served.stats.sessions, 0);
});

test('a page that was left and is come back to is whole, whether the browser kept it or not', async () => {
  const { page, served } = await talking();
  await begin(page, 3_000, 60_000);
  await page.goto(`${world.origin}/client.js`);
  await page.goBack();
  // Kept: its call has ended with its connection. Not kept: it is loaded anew, and no call is there.
  const ended = await page.evaluate(() => globalThis.ending ?? 'loaded anew');
  assert.match(ended, /^(error DISCONNECTED|loaded anew)$/);
  await page.waitForFunction(() => 'talk' in globalThis);
  await page.evaluate((base) => globalThis.talk(base), served.url);
  await begin(page, 1, 5_000);
  assert.equal(await end(page), 'result done');
});
