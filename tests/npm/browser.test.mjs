// The suite in Chromium: in a page and in every kind of worker, over everything that connects there.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { serve } from 'sessionful/node';
import { names } from './habitats/ways.mjs';
import { hosts } from './habitats/services.mjs';

const table = readFileSync(new URL('../fixtures/matrix.tsv', import.meta.url), 'utf8');
const wasm = readFileSync(new URL('./node_modules/sessionful/dist/wasm/sessionful_bg.wasm', import.meta.url));
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*";

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: ['page', 'client', 'worker', 'service-worker'].map((name) => `habitats/${name}.mjs`),
    bundle: true, format: 'esm', write: false, outdir: 'out', conditions: ['browser'], loader: { '.tsv': 'text', '.wasm': 'file' },
    absWorkingDir: import.meta.dirname, logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, contents }) => [`/${path.split('/').pop()}`, contents]));
}

function site(files) {
  return createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site');
    const found = pathname.endsWith('.wasm') ? wasm
      : pathname === '/' ? '<!doctype html><title>habitats</title><script type="module" src="/page.js"></script>'
      : files.get(pathname);
    const type = pathname.endsWith('.wasm') ? 'application/wasm' : pathname === '/' ? 'text/html' : 'text/javascript';
    response.writeHead(found === undefined ? 404 : 200, { 'content-type': type, 'content-security-policy': CSP });
    response.end(found);
  });
}

let browser, page, server, origin, ends = [];
/** A fresh Node host each time: the table counts objects from zero. */
async function nodeHost() {
  const { group, open } = hosts(table);
  await open();
  const served = await serve(group, { port: 0, origins: [origin] });
  ends.push(() => served.abort());
  return served.url;
}

before(async () => {
  server = site(await bundle()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROME, args: (process.env.CHROME_FLAGS ?? '--no-sandbox').split(' ') });
  page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`in the page: ${error}`));
  await page.goto(origin);
  await page.waitForFunction(() => 'run' in globalThis);
});
after(async () => {
  await browser?.close();
  for (const end of ends) end();
  server?.close();
});

const WAYS = [
  'in memory', 'MessagePort in the page', 'dedicated worker', 'shared worker',
  'sockets over ports and fetch to a service worker', 'WebSocket and fetch to the Node host',
];
for (const way of WAYS) {
  describe(`page, ${way}`, () => {
    let given;
    before(async () => { given = { table, base: way.includes('Node') ? await nodeHost() : origin }; });
    for (const behaviour of names(table)) {
      test(`${behaviour} (page, ${way})`, () =>
        page.evaluate(([w, b, g]) => globalThis.run(w, b, g), [way, behaviour, given]));
    }
  });
}
for (const way of ['in memory', 'WebSocket and fetch to the Node host']) {
  describe(`worker as a client, ${way}`, () => {
    let given;
    before(async () => { given = { table, base: await nodeHost() }; });
    for (const behaviour of names(table)) {
      test(`${behaviour} (worker as a client, ${way})`, () =>
        page.evaluate(([w, b, g]) => globalThis.runInWorker(w, b, g), [way, behaviour, given]));
    }
  });
}
