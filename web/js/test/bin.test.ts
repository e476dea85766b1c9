import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { plain } from '../bin/print.js';
import { JSON_TYPE, PROTOCOL } from './fake-intake.js';

const COMMAND = fileURLToPath(new URL('../bin/sessionful.js', import.meta.url));
const FAKE = new URL('./fake-intake.js', import.meta.url).href;
const CONTRACT = new URL('../contract.js', import.meta.url).href;
const OPERATION = new URL('../operation.js', import.meta.url).href;

const MODULES: Readonly<Record<string, string>> = {
  'host.mjs': `import { FakeIntake } from '${FAKE}'; export default new FakeIntake();`,
  'factory.mjs': `import { FakeIntake } from '${FAKE}'; export default async () => new FakeIntake();`,
  'stuck.mjs': `import { FakeIntake } from '${FAKE}'; const host = new FakeIntake(); host.ending = () => new Promise(() => {}); export default host;`,
  'pair.mjs': `import { defineContract } from '${CONTRACT}'; import { operation } from '${OPERATION}';
    export default { contract: defineContract({ name: 'X', operations: { seven: operation() } }), service: class { seven() { return 7; } } };`,
  'named.mjs': 'export const host = {}; export const other = 1;',
  'nothing.mjs': '',
  'number.mjs': 'export default 7;',
  'object.mjs': 'export default { addresses: [] };',
  'class.mjs': 'export default class Sums {}',
  'broken.mjs': 'export default {',
  'throws.mjs': "throw new Error('no database');",
  'factory-throws.mjs': "export default () => { throw new Error('no database'); };",
  'host.foo': 'export default 7;',
};

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sessionful-bin-'));
  await Promise.all(Object.entries(MODULES).map(([name, text]) => writeFile(join(folder, name), text)));
});
after(() => rm(folder, { recursive: true }));

interface Running {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
}

function start(...args: string[]): Running {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { out += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { err += text; });
  const ended = new Promise<{ code: number | null; signal: string | null }>((done) => child.on('close', (code, signal) => done({ code, signal })));
  return { child, out: () => out, err: () => err, ended };
}

async function until<T>(what: string, find: () => T | undefined | null | false): Promise<T> {
  for (const end = Date.now() + 10_000; ;) {
    const found = find();
    if (found !== undefined && found !== null && found !== false) return found;
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await sleep(10);
  }
}

async function serving(...args: string[]): Promise<Running & { readonly url: string }> {
  const running = start('serve', ...args);
  const url = await until(`a host, but: ${running.err()}`, () => /http:\/\/[\w.]+:\d+/.exec(running.out())?.[0]);
  return { ...running, url };
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done) => server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    server.close(() => done(port));
  }));
}

function open(url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/both`, [PROTOCOL]);
  return new Promise((resolve, reject) => socket.on('open', () => resolve(socket)).on('error', reject));
}

describe('the command line', () => {
  test('the version', async () => {
    for (const option of ['--version', '-v']) {
      const running = start(option);
      assert.equal((await running.ended).code, 0);
      assert.match(running.out(), /^\d+\.\d+\.\d+\n$/);
    }
  });

  test('help', async () => {
    for (const args of [['--help'], ['serve', '-h'], []]) {
      const running = start(...args);
      assert.equal((await running.ended).code, 0);
      assert.match(running.out(), /Usage: sessionful serve <module>/);
      assert.equal(running.err(), '');
    }
  });

  test('what is wrong with it', async () => {
    for (const [args, says] of [
      [['srve', 'x.mjs'], /there is no command "srve", only serve/], [['serve'], /serve needs a module/],
      [['serve', 'a', 'b'], /one module, not 2/], [['serve', 'a', '--prt', '1'], /Unknown option '--prt'/],
      [['serve', 'a', '--port', 'x'], /--port "x" is no number/], [['serve', 'a', '--port'], /argument missing/],
      [['\u001b[31m'], /there is no command/],
    ] as const) {
      const running = start(...args);
      assert.equal((await running.ended).code, 2, args.join(' '));
      assert.match(running.err(), says);
      assert.match(running.err(), /Try: sessionful --help/);
      assert.ok(!running.err().includes('\u001b'));
    }
  });

  test('what is wrong with the module', async () => {
    for (const [module, says] of [
      ['missing.mjs', /missing\.mjs cannot be served: there is no such file\n {2}give the path of a file/],
      ['.', /it is no file/],
      ['named.mjs', /it has no default export \(only host, other\)\n {2}write export default host/],
      ['nothing.mjs', /it has no default export\n/],
      ['number.mjs', /its default export is a number\n {2}export a ServiceHost, \{ contract, service \} or a function/],
      ['object.mjs', /its default export is an object with addresses/],
      ['class.mjs', /its default export is class Sums\n {2}export \{ contract, service \} with it as service/],
      ['broken.mjs', /it is no module: Unexpected end of input\n {2}correct it; node --check broken\.mjs shows where\n$/],
      ['throws.mjs', /it fails while it is loaded: no database[^]*throws\.mjs:1:7/],
      ['factory-throws.mjs', /the function that it exports fails: no database/],
      ['host.foo', /does not run such files\n {2}compile it/],
    ] as const) {
      const running = start('serve', module, '--port', '0');
      assert.equal((await running.ended).code, 1, module);
      assert.match(running.err(), says);
    }
  });

  test('an option that the host refuses, and a port that is taken', async () => {
    const refused = start('serve', 'host.mjs', '--port', '0', '--origin', 'app.example');
    assert.equal((await refused.ended).code, 1);
    assert.match(refused.err(), /"app\.example", which is not an origin/);
    const first = await serving('host.mjs', '--port', '0');
    const second = start('serve', 'host.mjs', '--port', new URL(first.url).port);
    assert.equal((await second.ended).code, 1);
    assert.match(second.err(), /cannot listen on 127\.0\.0\.1:\d+: EADDRINUSE\n {2}free the port/);
    first.child.kill('SIGINT');
    assert.equal((await first.ended).code, 0);
  });
});

describe('serving', () => {
  test('says where, and what happens', async () => {
    const running = await serving('factory.mjs', '--port', '0', '--origin', 'https://app.example');
    await until('the endpoints', () => /\/both +sessions and requests\n/.test(running.out()) && /\/calls +requests\n/.test(running.out()));
    const headers = { 'content-type': JSON_TYPE };
    assert.equal((await fetch(`${running.url}/calls?token=secret`, { method: 'POST', body: '{}', headers })).status, 200);
    assert.equal((await fetch(`${running.url}/nowhere/secret`, { method: 'POST', body: '{}', headers })).status, 404);
    const socket = await open(running.url);
    socket.close();
    await until('the lines', () => /\/both {2}session 1 closed \(1005\)/.test(running.out()));
    assert.match(running.out(), /\/calls {2}200 {2}[\d.]+ ms {2}2 B → 2 B {2}127\.0\.0\.1\n/);
    assert.match(running.out(), /\(no endpoint\) {2}404 {2}refused: path/);
    assert.ok(!running.out().includes('secret'));
    running.child.kill('SIGTERM');
    assert.equal((await running.ended).code, 0);
    assert.match(running.out(), /closing: 0 sessions and 0 requests are left/);
    assert.match(running.out(), /closed\n$/);
    assert.equal(running.err(), '');
  });

  test('a contract and a service', async () => {
    const running = await serving('pair.mjs', '--port', '0');
    await until('the endpoint', () => /\/x +requests\n/.test(running.out()));
    const body = '{"v":1,"action":"X/seven","body":[]}';
    const response = await fetch(`${running.url}/x`, { method: 'POST', body, headers: { 'content-type': JSON_TYPE } });
    assert.equal(((await response.json()) as { body: unknown }).body, 7);
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 0);
  });

  test('one object a line', async () => {
    const running = await serving('host.mjs', '--port', '0', '--json');
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 0);
    const events = running.out().trimEnd().split('\n').map((line) => JSON.parse(line) as { type: string; time: string });
    assert.deepEqual(events.map((event) => event.type), ['step', 'listening', 'draining', 'closed']);
    assert.ok(events.every((event) => !Number.isNaN(Date.parse(event.time))));
    const failed = start('serve', 'missing.mjs', '--json');
    assert.equal((await failed.ended).code, 1);
    const last = JSON.parse(failed.out().trimEnd().split('\n').at(-1) ?? '') as { code: string };
    assert.equal(last.code, 'SERVE_MODULE');
  });

  test('nothing but errors', async () => {
    const port = await freePort();
    const running = start('serve', 'host.mjs', '--port', String(port), '--quiet');
    let answers = false;
    await until('the host', () => {
      void fetch(`http://127.0.0.1:${port}/`).then(() => { answers = true; }, () => {});
      return answers;
    });
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 0);
    assert.equal(running.out() + running.err(), '');
  });

  test('a second signal cuts off what the first one waits for', async () => {
    const running = await serving('stuck.mjs', '--port', '0');
    const socket = await open(running.url);
    const closed = new Promise<number>((done) => socket.on('close', done));
    running.child.kill('SIGINT');
    await until('the drain', () => /closing: 1 session and 0 requests are left/.test(running.out()));
    await sleep(100);
    assert.equal(running.child.exitCode, null);
    running.child.kill('SIGINT');
    assert.equal((await running.ended).code, 0);
    assert.equal(await closed, 1006);
    assert.match(running.out(), /SIGINT again: cutting off/);
    assert.match(running.out(), /closed; 1 were cut off/);
  });

  test('many lines are counted, not printed', async () => {
    const running = await serving('host.mjs', '--port', '0');
    const headers = { 'content-type': JSON_TYPE };
    for (let round = 0; round < 20; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => fetch(`${running.url}/calls`, { method: 'POST', body: '{}', headers })));
    }
    running.child.kill('SIGINT');
    await running.ended;
    assert.match(running.out(), /… and \d+ more/);
    assert.ok((running.out().match(/\/calls {2}200/g) ?? []).length < 200);
  });
});

test('a terminal is not driven by what comes from outside', () => {
  assert.equal(plain('a\u001b[31m\u0007\r\u009bb\nc'), 'a\ufffd[31m\ufffd\ufffd\ufffdb\nc');
});
