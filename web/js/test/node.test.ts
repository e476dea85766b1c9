// The host of Node: its limits, its end, and how it is served.

import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { HostError } from '../errors.js';
import type { ServeOptions } from '../node/index.js';
import { serve } from '../node/index.js';
import { readRoutes, route } from '../node/paths.js';
import { Buckets, subscriber } from '../node/rates.js';
import { FakeIntake, JSON_TYPE } from './fake-intake.js';
import { ask, dial, ended, head, post, raw, until, up } from './node-kit.js';

describe('limits', () => {
  test('a rate, for requests and sessions, by address of the host', async () => {
    const { served, url, events } = await up({ rate: { perSecond: 0.5, burst: 2 } });
    assert.equal((await post(`${url}/both`)).status, 200);
    assert.equal((await dial(served, '/both')).status, 101);
    const refused = await post(`${url}/both`);
    assert.equal(refused.status, 429);
    assert.match(refused.headers.get('retry-after') ?? '', /^[12]$/);
    const later = await dial(served, '/both');
    assert.equal(later.status, 101, 'a page can read only a close code');
    assert.deepEqual(await later.closed, { code: 1013, reason: 'too many requests: try later' });
    assert.equal((await post(`${url}/calls`)).status, 200, 'another address');
    assert.equal(events.filter((event) => event.type === 'refused' && event.reason === 'rate').length, 2);
    await sleep(2_100);
    assert.equal((await post(`${url}/both`)).status, 200, 'it comes back');
  });

  test('a page can read that it is too fast', async () => {
    const { served } = await up({ rate: { perSecond: 0.1, burst: 1 }, origins: ['https://app.example'] });
    const headers = { 'content-type': JSON_TYPE, origin: 'https://app.example' };
    await ask(served, 'POST', '/calls', headers, '{}');
    const refused = await ask(served, 'POST', '/calls', headers, '{}');
    assert.equal(refused.status, 429);
    assert.equal(refused.headers['access-control-allow-origin'], 'https://app.example');
  });

  test('who is calling can be told by a proxy', async () => {
    const { served } = await up({ rate: { perSecond: 0.1, burst: 1 }, callerOf: (request) => String(request.headers['x-from']) });
    const from = async (who: string): Promise<number> =>
      (await ask(served, 'POST', '/calls', { 'content-type': JSON_TYPE, 'x-from': who }, '{}')).status;
    assert.deepEqual([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2')], [200, 429, 200]);
  });

  test('connections', async () => {
    const { served, url } = await up({ maxConnections: 2 });
    await dial(served, '/both');
    await dial(served, '/both');
    const refused = await post(`${url}/both`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('retry-after'), '1');
    assert.equal((await (await dial(served, '/both')).closed).code, 1013);
  });

  test('connections beyond all measure are cut', async () => {
    const { served, events } = await up({ maxConnections: 1 });
    const all = Array.from({ length: 80 }, () => connect(served.port, '127.0.0.1').on('error', () => {}));
    ended.push(() => all.forEach((socket) => socket.destroy()));
    await until('some are dropped', () => events.some((event) => event.type === 'dropped'));
    assert.ok(served.stats.connections <= 65);
  });

  test('requests at once', async () => {
    const { url, host } = await up({ maxRequests: 1 });
    let answer: () => void = () => {};
    host.answer = ({ contentType, body }) => new Promise((done) => { answer = () => done({ status: 200, contentType, headers: [], body }); });
    const first = post(`${url}/calls`);
    await until('the request', () => host.requests.length === 1);
    const second = await post(`${url}/calls`);
    assert.equal(second.status, 503);
    assert.equal(second.headers.get('retry-after'), '1');
    answer();
    assert.equal((await first).status, 200);
  });

  test('who does not pick up answers keeps nobody out', async () => {
    const { served, url, host } = await up({ maxRequests: 5 });
    host.answer = () => ({ status: 200, contentType: 'text/plain', headers: [], body: 'x'.repeat(1_000_000) });
    const lazy = connect(served.port, '127.0.0.1').on('error', () => {});
    ended.push(() => lazy.destroy());
    lazy.pause();
    lazy.write(`${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`.repeat(20));
    await until('some are answered', () => host.requests.length >= 5);
    await sleep(50);
    assert.equal((await post(`${url}/calls`)).status, 200);
  });

  test('token buckets', () => {
    const buckets = new Buckets({ perSecond: 10, burst: 2 }, 3);
    assert.deepEqual([0, 0, 0, 50, 100].map((at) => buckets.take('a', at)), [0, 0, 100, 50, 0]);
    assert.equal(buckets.take('b', 100), 0, 'each has its own');
    for (const key of ['c', 'd', 'e', 'f']) buckets.take(key, 100);
    assert.equal(buckets.size, 3, 'no more are remembered');
    buckets.sweep(10_000);
    assert.equal(buckets.size, 0, 'those who rest are forgotten');
  });

  test('subscribers', () => {
    for (const [address, who] of [
      ['192.0.2.1', '192.0.2.1'], ['::ffff:192.0.2.1', '192.0.2.1'], ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
      ['2001:0db8:1:2::1', '2001:db8:1:2'], ['2001:db8::1', '2001:db8:0:0'], ['::1', '0:0:0:0'], ['fe80::1%eth0', 'fe80:0:0:0'],
    ] as const) assert.equal(subscriber(address), who);
    assert.equal(subscriber(undefined), '?');
  });
});

describe('the end', () => {
  test('in good order: what runs is answered, sessions end, nothing new comes', async () => {
    const { served, url, host, events } = await up();
    const session = await dial(served, '/both');
    let answer: () => void = () => {};
    host.answer = ({ contentType, body }) => new Promise((done) => { answer = () => done({ status: 200, contentType, headers: [], body }); });
    const running = post(`${url}/calls`);
    await until('the request', () => host.requests.length === 1);
    const agent = new Agent({ keepAlive: true });
    ended.push(() => agent.destroy());
    let over = false;
    const closing = served.close().then(() => { over = true; });
    assert.equal(served.close(), served.close(), 'a second call waits for the first');
    assert.equal((await session.closed).code, 1001);
    await sleep(100);
    assert.equal(over, false, 'a request is still running');
    await assert.rejects(post(`${url}/calls`), 'nothing new');
    answer();
    const response = await running;
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('connection'), 'close');
    await closing;
    assert.equal(host.aborted, false);
    assert.deepEqual(events.slice(-1), [{ type: 'closed', cut: 0 }]);
    assert.deepEqual(served.stats, { connections: 0, sessions: 0, requests: 0 });
  });

  test('what does not end in time is cut', async () => {
    const { served, url, host, events } = await up({ drainTimeout: 200 });
    host.ending = () => new Promise(() => {});
    host.answer = () => new Promise(() => {});
    const session = await dial(served, '/both');
    const running = post(`${url}/calls`);
    await until('the request', () => host.requests.length === 1);
    const started = Date.now();
    await Promise.all([served.close(), assert.rejects(running)]);
    assert.ok(Date.now() - started >= 190 && Date.now() - started < 2_000);
    assert.equal((await session.closed).code, 1006);
    assert.equal(host.aborted, true);
    assert.deepEqual(events.slice(-1), [{ type: 'closed', cut: 2 }]);
  });

  test('a request on a connection from before is told to go elsewhere', async () => {
    const { served, host } = await up();
    host.ending = () => sleep(300);
    await dial(served, '/both');
    const answer = raw(served, `${head('/calls', 'Content-Length: 9\r\n')}\r\n`, (socket) => {
      setTimeout(() => void served.close(), 50);
      setTimeout(() => socket.write(`{"v":"1"}${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`), 100);
    });
    const statuses = [...(await answer).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
    assert.equal(statuses[0], '200');
    assert.ok(statuses[1] === undefined || statuses[1] === '503', String(statuses));
    assert.equal(host.requests.length, 1);
  });

  test('at once, also while it is ending in good order', async () => {
    const { served, host } = await up();
    host.ending = () => new Promise(() => {});
    await dial(served, '/both');
    const closing = served.close();
    served.abort();
    served.abort();
    await closing;
    assert.equal(host.aborted, true);
    const other = await up();
    const session = await dial(other.served, '/both');
    other.served.abort();
    await session.closed;
    await other.served.close();
    assert.equal(other.host.closed, false, 'it was not asked to close in good order');
  });

  test('nothing is told after the end, and nothing is left', async () => {
    const { served, host, events } = await up();
    host.answer = () => new Promise(() => {});
    const { closed } = await dial(served, '/both');
    const answer = post(`${served.url}/calls`).then(() => 'answered', () => 'cut');
    await until('the request', () => host.requests.length === 1);
    await served.close(0);
    assert.deepEqual(served.stats, { connections: 0, sessions: 0, requests: 0 });
    assert.equal(await answer, 'cut');
    await closed;
    assert.deepEqual(events.slice(-3).map(({ type }) => type).sort(), ['closed', 'gone', 'session-closed']);
    assert.equal(events.at(-1)?.type, 'closed');
  });

  test('a host that fails to close is closed nevertheless, and its error told', async () => {
    const { served, host } = await up();
    host.ending = () => Promise.reject(new Error('clients stayed'));
    const session = await dial(served, '/both');
    await assert.rejects(served.close(50), { message: 'clients stayed' });
    await session.closed;
    await assert.rejects(post(`${served.url}/calls`));
  });

  test('a time that cannot be is refused, and for ever is no time at all', async () => {
    const { served, url, host } = await up();
    for (const within of [NaN, -1, '5']) await assert.rejects(served.close(within as number), HostError);
    host.answer = async ({ contentType, body }) => { await sleep(100); return { status: 200, contentType, headers: [], body }; };
    for (const [within, one] of [[Infinity, served], [2 ** 31, (await up({}, host)).served]] as const) {
      const running = post(`${one === served ? url : one.url}/calls`);
      const before = host.requests.length;
      await until('the request', () => host.requests.length > before);
      await Promise.all([one.close(within), running.then((response) => assert.equal(response.status, 200))]);
    }
  });

  test('await using', async () => {
    const served = await serve(new FakeIntake());
    await served[Symbol.asyncDispose]();
    await assert.rejects(post(`${served.url}/calls`));
  });
});

describe('serving', () => {
  test('what cannot be served is refused, and nothing is left listening', async () => {
    const taken = await up();
    const port = taken.served.port;
    await assert.rejects(serve(new FakeIntake(), { port }), (error) => {
      assert.ok(error instanceof HostError);
      assert.equal(error.code, 'LISTEN_ADDRESS');
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}: EADDRINUSE`));
      return true;
    });
    for (const options of [{ port: -1 }, { port: 1.5 }, { maxBytes: 0 }, { headerTimeout: 1 }, { rate: { perSecond: 0 } }, { allowHeaders: ['a b'] },
      null, 5, { rate: 5 }, { allowHeaders: 'x' }, { origins: 5 }, { origins: [5] }, { names: 'x' }, { log: 5 }, { hostname: 5 }, { hostname: null },
      { server: {} }, { credentials: 1 }, { callerOf: 'x' }, { contentTypes: {} }, { compression: 'yes' }]) {
      await assert.rejects(serve(new FakeIntake(), options as ServeOptions), HostError, JSON.stringify(options));
    }
    for (const host of [undefined, null, {}, { addresses: [], protocols: [] }]) {
      await assert.rejects(serve(host as never), HostError);
    }
    await assert.rejects(serve(Object.assign(new FakeIntake(), { addresses: [] })), /no endpoint/);
    for (const address of ['/a b', '/a?b', '/a#b', '/a%20b', '/a/../b', '/a//b', '/.', '/a\\b', '/a\n', '/\ud800']) {
      await assert.rejects(serve(Object.assign(new FakeIntake(), { addresses: [{ address, sessionful: false, sessionless: true }] })), HostError, address);
    }
  });

  test('addresses are paths, with or without a slash, or URLs', () => {
    const routes = readRoutes([
      { address: 'a', sessionful: true, sessionless: true },
      { address: '/b/c', sessionful: true, sessionless: true },
      { address: 'wss://example.org:1/d', sessionful: true, sessionless: true },
      { address: 'https://example.org', sessionful: true, sessionless: true },
    ]);
    assert.deepEqual([...routes.keys()], ['/a', '/b/c', '/d', '/']);
    assert.equal(route(routes, '/d?x')?.valueOf(), routes.get('/d'));
    assert.throws(() => readRoutes([
      { address: 'a', sessionful: true, sessionless: true }, { address: '/a', sessionful: true, sessionless: true },
    ]), /two endpoints/);
  });

  test('without ws: requests only, and a word on what is missing', async () => {
    // A copy from where ws cannot be found.
    const bare = await mkdtemp(join(tmpdir(), 'sessionful-'));
    ended.push(() => rm(bare, { recursive: true }));
    const compiled = fileURLToPath(new URL('..', import.meta.url));
    await cp(join(compiled, 'node'), join(bare, 'node'), { recursive: true });
    for (const name of ['causes.js', 'crowd.js', 'errors.js', 'options.js']) await cp(join(compiled, name), join(bare, name));
    await writeFile(join(bare, 'package.json'), '{"type":"module"}');
    const { serve: serveBare } = await import(pathToFileURL(join(bare, 'node', 'index.js')).href) as { serve: typeof serve };
    await assert.rejects(serveBare(new FakeIntake()), { code: 'LISTEN_MODULE', next: 'npm install ws' });
    const calls = Object.assign(new FakeIntake(), { addresses: [{ address: '/calls', sessionful: false, sessionless: true }] });
    const served = await serveBare(calls);
    ended.push(() => served.close());
    assert.equal((await post(`${served.url}/calls`)).status, 200);
    assert.equal((await dial(served, '/calls')).status, 400);
  });

  test('two hosts on one server, and one answer for what is nobody’s', async () => {
    const server = createServer();
    const other = new FakeIntake();
    other.addresses = [{ address: '/other', sessionful: false, sessionless: true }];
    const { url } = await up({ server });
    await up({ server }, other);
    ended.push(() => { server.closeAllConnections(); server.close(); });
    const statusOf = async (path: string): Promise<number> =>
      (await fetch(`${url}${path}`, { method: 'POST', body: '1', headers: { 'content-type': JSON_TYPE } })).status;
    assert.deepEqual([await statusOf('/calls'), await statusOf('/other'), await statusOf('/nothing')], [200, 200, 404]);
  });

  test('on a server of its user, who keeps the other paths', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/page') setTimeout(() => response.end('a page'), 20);
    });
    server.on('upgrade', (request, socket) => {
      if (request.url === '/other') setTimeout(() => socket.end('HTTP/1.1 418 I am a teapot\r\nConnection: close\r\n\r\n'), 20);
    });
    ended.push(() => { server.closeAllConnections(); server.close(); });
    await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
    const { served, url } = await up({ server });
    assert.equal(url, `http://localhost:${served.port}`);
    assert.equal(await (await fetch(`${url}/page`)).text(), 'a page');
    assert.equal((await post(`${url}/calls`)).status, 200);
    assert.equal((await dial(served, '/both')).status, 101);
    assert.equal((await dial(served, '/other')).status, 418);
    await served.close();
    assert.equal(server.listening, true);
    assert.equal(await (await fetch(`${url}/page`)).text(), 'a page');
  });

  test('a log that fails does no harm', async () => {
    const { url } = await up({ log: () => { throw new Error('disk full'); } });
    assert.equal((await post(`${url}/calls`)).status, 200);
  });
});
