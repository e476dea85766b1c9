// Folders as web sites, and pages of them in Chromium.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, normalize } from 'node:path';
import { chromium } from 'playwright-core';

const TYPES = { html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm' };

/** Serves a folder under a content security policy. */
export async function site(folder, policy) {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(new URL(request.url, 'http://site').pathname));
    const found = path.startsWith(folder) && existsSync(path) && statSync(path).isFile();
    const type = TYPES[path.split('.').pop()] ?? 'application/octet-stream';
    response.writeHead(found ? 200 : 404, { 'content-type': type, 'content-security-policy': policy });
    response.end(found ? readFileSync(path) : undefined);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, end: () => { server.closeAllConnections(); server.close(); } };
}

/** A browser as the other tests have it. */
export function launch() {
  return chromium.launch({ executablePath: process.env.CHROME, args: (process.env.CHROME_FLAGS ?? '--no-sandbox').split(' ') });
}

/** What a page reports, and the addresses of the binaries that it loaded. */
export function visit(browser, address) {
  const binaries = new Set();
  return open(browser, address, async (page) => {
    await page.waitForFunction(() => globalThis.outcome !== undefined, undefined, { timeout: 20_000 });
    const { value, error } = await page.evaluate(() => globalThis.outcome);
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return { value, binaries: [...binaries] };
  }, (page) => page.on('response', (response) => { if (/\.wasm\b/.test(response.url())) binaries.add(response.url()); }));
}

/** The first lines that a page writes to its console. */
export function printed(browser, address, count) {
  const lines = [];
  return open(browser, address, async (page) => {
    if (lines.length < count) await page.waitForEvent('console', { predicate: () => lines.length >= count, timeout: 20_000 });
    return lines;
  }, (page) => page.on('console', (message) => { if (message.type() === 'log') lines.push(message.text()); }));
}

/** Opens a page and closes it again; an error tells what the page complained of. */
async function open(browser, address, use, prepare) {
  const page = await browser.newPage();
  const trouble = [];
  page.on('pageerror', (error) => trouble.push(String(error)));
  page.on('console', (message) => { if (message.type() === 'error') trouble.push(message.text()); });
  prepare(page);
  try {
    await page.goto(address);
    return await use(page);
  } catch (cause) {
    throw new Error(`${cause.message}\n${trouble.join('\n')}`, { cause });
  } finally {
    await page.close();
  }
}
