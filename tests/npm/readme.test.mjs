// The examples of the package's README, as a newcomer copies them: each block is a file, each file compiles
// with the configuration that the README shows, and each program prints what its arrows say.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { launch, printed, site } from './site.mjs';
import { output, project } from './tarball.mjs';
import { compile } from './types.mjs';

const readme = readFileSync(new URL('../../web/README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({ language, text }));
const files = new Map(blocks.filter(({ language }) => language !== 'sh').map(({ language, text }) => [nameOf(language, text), text]));

/** Where each program is run; the others are parts of these. */
const IN_NODE = ['first', 'sessionless', 'errors', 'options', 'callbacks', 'watch'];
const ELSEWHERE = ['page', 'server', 'client', 'slim', 'vite.config'];
const PARTS = ['calculator', 'greeter', 'calculator.worker', 'services'];

function nameOf(language, text) {
  if (language === 'json') return 'tsconfig.json';
  const name = /^(?:\/\/|<!--) ([\w.]+)/.exec(text)?.[1];
  assert.ok(name !== undefined, `a block of ${language || 'no language'} says no file name:\n${text}`);
  return name;
}

/** What a program is to print. */
const arrows = (name) => files.get(`${name}.ts`).split('\n').flatMap((line) => line.split(' // → ')[1]?.split(' → ') ?? []);
const lines = (text) => text.trimEnd().split('\n');

let home, browser, complaints;
before(async () => {
  home = await project(['@types/node', 'vite', 'ws']);
  for (const [name, text] of files) writeFileSync(join(home.folder, name), text);
  complaints = compile([join(home.folder, 'tsconfig.json')]);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  home?.end();
});

test('every example is run or part of one', () => {
  const known = [...IN_NODE, ...ELSEWHERE, ...PARTS].map((name) => `${name}.ts`);
  assert.deepEqual([...files.keys()].filter((name) => name.endsWith('.ts')).sort(), known.sort());
  assert.equal(blocks.filter(({ language }) => language === 'ts').length, known.length, 'two blocks have one name');
});

test('every example compiles', () => assert.deepEqual(complaints, []));

describe('programs', () => {
  for (const name of IN_NODE) {
    test(`${name}.ts prints what it says`, async () => {
      assert.ok(arrows(name).length > 0);
      assert.deepEqual(lines(await output(process.execPath, [`out/${name}.js`], { cwd: home.folder })), arrows(name));
    });
  }
});

describe('pages', () => {
  test('index.html and its worker, by vite.config.ts', async () => {
    const server = await vite.createServer({
      root: home.folder, configFile: join(home.folder, 'vite.config.ts'), logLevel: 'error', server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
    });
    try {
      await server.listen();
      const { port } = server.httpServer.address();
      assert.deepEqual(await printed(browser, `http://127.0.0.1:${port}/`, 1), arrows('page'));
    } finally {
      await server.close();
    }
  });

  test('slim.ts, bundled by esbuild', async () => {
    const out = join(home.folder, 'slim');
    await esbuild.build({
      entryPoints: [join(home.folder, 'slim.ts')], bundle: true, format: 'esm', outdir: out, loader: { '.wasm': 'file' }, publicPath: '/', logLevel: 'error',
    });
    writeFileSync(join(out, 'index.html'), '<!doctype html><script type="module" src="slim.js"></script>');
    const served = await site(out, "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
    try {
      assert.deepEqual(await printed(browser, `${served.origin}/index.html`, 1), arrows('slim'));
    } finally {
      served.end();
    }
  });
});

describe('a host in Node', () => {
  const servers = {
    'sessionful serve': (port) => ['node_modules/sessionful/dist/bin/sessionful.js', 'serve', 'out/services.js', '--port', `${port}`],
    'server.ts': (port) => [onPort('server', port)],
  };
  for (const [name, command] of Object.entries(servers)) {
    test(`${name} serves client.ts`, async () => {
      const port = await freePort();
      const server = spawn(process.execPath, command(port), { cwd: home.folder, stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        await said(server, new RegExp(`http://127.0.0.1:${port}`));
        assert.deepEqual(lines(await output(process.execPath, [onPort('client', port)], { cwd: home.folder })), arrows('client'));
        server.kill('SIGTERM');
        assert.deepEqual(await once(server, 'exit'), [0, null]);
      } finally {
        server.kill('SIGKILL');
      }
    });
  }
});

/** The port of the README may be taken: the same program with another. */
function onPort(name, port) {
  const text = readFileSync(join(home.folder, `out/${name}.js`), 'utf8');
  assert.match(text, /8080/);
  writeFileSync(join(home.folder, `out/${name}-${port}.js`), text.replaceAll('8080', `${port}`));
  return `out/${name}-${port}.js`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function said(child, words) {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (data) => { if (words.test(text += data)) resolve(); });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}:\n${text}`)));
  });
}
