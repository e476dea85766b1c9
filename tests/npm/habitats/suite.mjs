// The suite in a browser: in a page and in every kind of worker, over everything that connects there.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { serve } from 'sessionful/node';
import { names } from './ways.mjs';
import { hosts } from './services.mjs';

const table = readFileSync(new URL('../../fixtures/matrix.tsv', import.meta.url), 'utf8');
const wasm = readFileSync(new URL('../node_modules/sessionful/dist/wasm/sessionful_bg.wasm', import.meta.url));
const CSP = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:*";

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: ['page', 'client', 'worker', 'service-worker'].map((name) => `${name}.mjs`),
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

const NODE = 'WebSocket and fetch to the Node host';
const PAGE = [
  'in memory', 'MessagePort in the page', 'dedicated worker', 'shared worker',
  'sockets over ports and fetch to a service worker', NODE,
];
const WORKER = ['in memory', NODE];

/** The site of the pages, and Node hosts for them: fresh ones, because the table counts objects from zero. */
export async function habitat() {
  const server = site(await bundle()).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const origin = `http://127.0.0.1:${server.address().port}`;
  const hosting = [];
  return {
    origin,
    async nodeHost() {
      const { group, open } = hosts(table);
      await open();
      const served = await serve(group, { port: 0, origins: [origin] });
      hosting.push(served);
      return served;
    },
    end() {
      for (const served of hosting) served.abort();
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * Runs everything in a browser. `launch()` starts it; `visit(browser, address)` loads a page and returns
 * what calls one of its global functions: `(name, ...values) => Promise`.
 */
export function suite(browserName, { launch, visit, end }) {
  let browser, call, world;
  before(async () => {
    world = await habitat();
    browser = await launch();
    call = await visit(browser, world.origin);
  });
  after(async () => {
    if (browser !== undefined) await end(browser);
    world?.end();
  });
  for (const [habitat, run, ways] of [['page', 'run', PAGE], ['worker as a client', 'runInWorker', WORKER]]) {
    for (const way of ways) {
      const title = `${browserName}, ${habitat}, ${way}`;
      describe(title, () => {
        let given;
        before(async () => { given = { table, base: way === NODE ? (await world.nodeHost()).url : world.origin }; });
        for (const behaviour of names(table)) {
          test(`${behaviour} (${title})`, () => call(run, way, behaviour, given));
        }
      });
    }
  }
}
