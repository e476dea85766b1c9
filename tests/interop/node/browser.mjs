// Our client in headless Chromium: `CHROME=... node browser.mjs WS_BASE HTTP_BASE FOLDER_OF_DESCRIPTIONS`.
// Mono's services know nothing of CORS, so the page's own server passes requests on to them, as the
// guide advises for services that cannot be changed.
import { readFile } from 'node:fs/promises';
import { createServer, request as requestOf } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [sockets, http, folder] = process.argv.slice(2);
const here = fileURLToPath(new URL('.', import.meta.url));
const FOLDERS = { '/web/': join(here, '../../../web'), '/cases/': here, '/wsdl/': folder };
const TYPES = { '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.wsdl': 'text/xml' };
const PAGE = `<!doctype html><meta charset="utf-8"><title>interop</title>
<script type="importmap">{ "imports": {
  "sessionful": "/web/dist/entry/web.js", "sessionful/wcf": "/web/dist/entry/wcf.js" } }</script>
<script type="module">
  import { importWsdl } from 'sessionful/wcf';
  import { run } from '/cases/cases.mjs';
  const descriptions = {};
  for (const sample of ['percall', 'single', 'types', 'persession', 'duplex']) {
    const get = async (address) => (await fetch(address)).text();
    descriptions[sample] = (await importWsdl('/wsdl/host-' + sample + '.wsdl', get)).description;
  }
  const [sockets, http] = ${JSON.stringify([sockets, http])};
  await run({
    sockets, http, descriptions, tell: (line) => console.log(line),
    // The envelope says where the service is; the request goes by way of this page's server.
    fetch: (address, init) => fetch(address.replace(http, '/mono'), init),
  });
  console.log('done');
</script>`;

async function file(path) {
  const [prefix, root] = Object.entries(FOLDERS).find(([known]) => path.startsWith(known)) ?? [];
  if (root === undefined) return undefined;
  const relative = normalize(`/${path.slice(prefix.length)}`);
  return readFile(join(root, relative)).catch(() => undefined);
}

/** Hands a request to Mono and its answer back. */
function pass(request, response) {
  const target = new URL(http + request.url.slice('/mono'.length));
  const headers = { ...request.headers, host: target.host };
  const onward = requestOf(target, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.writeHead(502).end());
  request.pipe(onward);
}

const server = createServer(async (request, response) => {
  if (request.url === '/') return response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
  if (request.url.startsWith('/mono/')) return pass(request, response);
  const found = await file(request.url);
  if (found === undefined) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': TYPES[extname(request.url)] ?? 'application/octet-stream' }).end(found);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: (process.env.CHROME_FLAGS ?? '').split(' ') });
const page = await browser.newPage();
const done = new Promise((resolve) => {
  page.on('pageerror', (error) => resolve(`failed page: ${error}`));
  page.on('console', (message) => {
    const text = message.text();
    if (text === 'done') resolve('');
    else if (/^(ok|failed) /.test(text)) console.log(text);
  });
});
await page.goto(`http://localhost:${server.address().port}/`);
const last = await Promise.race([done, new Promise((resolve) => setTimeout(() => resolve('failed page: it did not end in 120 s'), 120_000))]);
if (last !== '') console.log(last);
await browser.close();
process.exit();
