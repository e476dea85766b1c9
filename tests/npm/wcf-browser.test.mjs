// WCF's wires from a page in Chromium to our host in Node, at another origin: with preflights, and a
// WebSocket that can send no headers of its own.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { hosts } from './habitats/wcf-hosts.mjs';
import { CALLS, HTTP, SESSIONS, SOCKETS } from './habitats/wcf-behaviours.mjs';
import { launch, site } from './site.mjs';

let folder, served, up, browser, page;
const binaries = new Set();
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sessionful-wcf-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'habitats/wcf-page.mjs')], bundle: true, format: 'esm', target: 'es2022', platform: 'browser',
    conditions: ['browser'], outfile: join(folder, 'js/page.js'), logLevel: 'error',
  });
  // The entries look for their binaries relative to themselves.
  cpSync(join(import.meta.dirname, 'node_modules/sessionful/dist/wasm'), join(folder, 'wasm'), { recursive: true, filter: (path) => !/\.(js|ts)$/.test(path) });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>WCF</title><script type="module" src="./js/page.js"></script>\n');
  served = await site(folder, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src *");
  up = await hosts([served.origin]);
  browser = await launch();
  page = await browser.newPage();
  page.on('pageerror', (error) => console.log(`in the page: ${error}`));
  page.on('response', (response) => { if (/\.wasm\b/.test(response.url())) binaries.add(response.url().split('/').pop()); });
  await page.goto(`${served.origin}/index.html`);
  await page.waitForFunction(() => 'run' in globalThis);
});
after(async () => {
  await browser?.close();
  up?.end();
  served?.end();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

for (const [wires, behaviours] of [[SOCKETS, SESSIONS], [HTTP, CALLS]]) {
  for (const wire of wires) {
    describe(`from a page over ${wire}`, () => {
      for (const name of Object.keys(behaviours)) {
        test(`${name} (Chromium, ${wire})`, () => page.evaluate(([url, ...of]) => globalThis.run(url, ...of), [up.url, wire, name]));
      }
    });
  }
}

test('a page that only calls loads the runtime and SOAP, and not WSDL', () => {
  assert.deepEqual([...binaries].sort(), ['sessionful_bg.wasm', 'wcf_bg.wasm']);
});
