import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { WebSocket } from 'ws';
import { HostError } from '../errors.js';
import type { NodeHostEvent, ServeOptions } from '../node/index.js';
import { serve, type NodeHost } from '../node/index.js';
import { readOrigins } from '../node/origins.js';
import { readRoutes, route } from '../node/paths.js';
import { Buckets, subscriber } from '../node/rates.js';
import { FakeIntake, JSON_TYPE, PROTOCOL } from './fake-intake.js';

const ended: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end();
});

interface Up { readonly host: FakeIntake; readonly served: NodeHost; readonly url: string; readonly events: NodeHostEvent[] }

async function up(options: ServeOptions = {}, host: FakeIntake = new FakeIntake()): Promise<Up> {
  const events: NodeHostEvent[] = [];
  const served = await serve(host, { log: (event) => events.push(event), ...options });
  ended.push(() => { served.abort(); return served.close().catch(() => {}); });
  return { host, served, url: served.url, events };
}

/** Waits for something that is told by no event. */
async function until(what: string, is: () => boolean, within = 3_000): Promise<void> {
  for (const end = Date.now() + within; !is();) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await sleep(5);
  }
}

function post(url: string, body: string | Uint8Array = '{"v":1}', headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body: body as BodyInit, headers: { 'content-type': JSON_TYPE, ...headers } });
}

/** A connection on which anything can be said; resolves with all that came until it was closed. */
function raw(served: NodeHost, text: string | Uint8Array, say?: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(served.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => { answer += chunk; });
    socket.on('error', (error: NodeJS.ErrnoException) => error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error));
    socket.on('close', () => resolve(answer));
    socket.write(text);
    say?.(socket);
  });
}

function head(path: string, more = '', method = 'POST'): string {
  return `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${JSON_TYPE}\r\n${more}`;
}

function status(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

/** `fetch` does not let tests set `Origin` and `Host`. */
function ask(served: NodeHost, method: string, path: string, headers: Record<string, string>, body = ''): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: served.port, host: '127.0.0.1', method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => { text += chunk; });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    request.on('error', reject).end(body);
  });
}

interface Dialled { readonly socket: WebSocket; readonly status: number; readonly closed: Promise<{ code: number; reason: string }> }

/** Resolves when the socket is open, or with the status with which it was refused. */
function dial(served: NodeHost, path: string, options: { protocols?: string[]; headers?: Record<string, string>; autoPong?: boolean } = {}): Promise<Dialled> {
  const socket = new WebSocket(`ws://127.0.0.1:${served.port}${path}`, options.protocols ?? [PROTOCOL], { headers: options.headers ?? {}, autoPong: options.autoPong ?? true });
  ended.push(() => socket.terminate());
  const closed = new Promise<{ code: number; reason: string }>((done) => {
    socket.on('close', (code, reason) => done({ code, reason: reason.toString() }));
  });
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_, response) => {
      resolve({ socket, closed, status: response.statusCode ?? 0 });
      response.destroy();
    });
    socket.on('open', () => resolve({ socket, closed, status: 101 }));
  });
}

describe('a request', () => {
  test('gets to the host and back, as a text', async () => {
    const { host, url, events } = await up();
    const response = await post(`${url}/both?token=secret`, '{"v":1,"ü":"ß"}', { 'X-Trace': 'a' });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '{"v":1,"ü":"ß"}');
    assert.equal(response.headers.get('x-echo'), 'yes');
    assert.equal(response.headers.get('content-type'), JSON_TYPE);
    assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const [request] = host.requests;
    assert.equal(request?.address, '/both');
    assert.equal(request?.contentType, JSON_TYPE);
    assert.equal(request?.headers.get('x-trace'), 'a');
    await until('the log', () => events.some((event) => event.type === 'request' && event.status === 200 && event.received === 17));
    assert.ok(!JSON.stringify(events).includes('secret'));
  });

  test('gets there as bytes, if its type is of bytes', async () => {
    const { host, url } = await up();
    const type = 'application/vnd.sessionful.v1+octet-stream';
    const response = await post(`${url}/calls`, new Uint8Array([0, 255, 1]), { 'content-type': type });
    assert.deepEqual(new Uint8Array(await response.arrayBuffer()), new Uint8Array([0, 255, 1]));
    assert.ok(host.requests[0]?.body instanceof Uint8Array);
  });

  test('an answer without a body', async () => {
    const { host, url } = await up();
    host.answer = () => ({ status: 202, contentType: '', headers: [], body: null });
    const response = await post(`${url}/calls`);
    assert.equal(response.status, 202);
    assert.equal(response.headers.get('content-type'), null);
  });

  test('paths are what they are', async () => {
    const { served, host } = await up();
    for (const [path, expected] of [
      ['/nowhere', 404], ['/both/', 404], ['//both', 404], ['/BOTH', 404], ['/./both', 404], ['/x/../both', 404],
      ['/b%6fth', 404], ['/both%2f', 404], ['/both%00', 404], ['/%', 400], ['/both%zz', 400], ['/%ff', 400], ['both', 400],
      ['http://127.0.0.1/both', 400], ['*', 400], ['/constructor', 404], ['/__proto__', 404], ['/gr%C3%B6%C3%9Fe', 200],
      ['/both?x=%', 200], ['/both?', 200],
    ] as const) {
      const answer = await raw(served, `${head(path, 'Content-Length: 2\r\nConnection: close\r\n')}\r\n{}`);
      assert.equal(status(answer), expected, `${path}: ${answer.slice(0, 80)}`);
    }
    assert.equal(host.requests.length, 3);
  });

  test('other methods', async () => {
    const { served, url, host } = await up();
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) {
      const answer = await ask(served, method, '/calls', { 'content-type': JSON_TYPE });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers['allow'], 'POST, OPTIONS');
    }
    const wrongKind = await post(`${url}/sessions`);
    assert.equal(wrongKind.status, 426);
    assert.equal(wrongKind.headers.get('upgrade'), 'websocket');
    assert.equal(host.requests.length, 0);
  });

  test('other types and encodings', async () => {
    const { url, served, host } = await up();
    for (const type of ['text/html', 'application/x-www-form-urlencoded', 'multipart/form-data', `${JSON_TYPE}; charset=utf-16`, 'x']) {
      assert.equal((await post(`${url}/calls`, '{}', { 'content-type': type })).status, 415, type);
    }
    assert.equal((await ask(served, 'POST', '/calls', {}, '{}')).status, 415, 'no type at all');
    assert.equal((await post(`${url}/calls`, '{}', { 'content-encoding': 'gzip' })).status, 415);
    assert.equal((await post(`${url}/calls`, new Uint8Array([0x22, 0xff, 0x22]))).status, 400, 'not UTF-8');
    assert.equal(host.requests.length, 0);
    assert.equal((await post(`${url}/calls`, '{}', { 'content-type': 'text/plain;charset=UTF-8' })).status, 200);
    assert.equal(host.requests[0]?.contentType, 'text/plain');
  });

  test('a body that is too long, said beforehand or not', async () => {
    const { url, served, host } = await up({ maxBytes: 1_000 });
    assert.equal((await post(`${url}/calls`, 'x'.repeat(1_000))).status, 200);
    const said = await post(`${url}/calls`, 'x'.repeat(1_001));
    assert.equal(said.status, 413);
    assert.match(await said.text(), /more than 1000 bytes/);
    const chunk = `100\r\n${'x'.repeat(256)}\r\n`;
    const unsaid = await raw(served, `${head('/calls', 'Transfer-Encoding: chunked\r\n')}\r\n${chunk.repeat(4)}`);
    assert.equal(status(unsaid), 413);
    assert.match(unsaid, /connection: close/i);
    assert.equal(host.requests.length, 1);
  });

  test('a long body is refused so that its sender can read why', async () => {
    const { url } = await up({ maxBytes: 1_000 });
    for (let round = 0; round < 20; round += 1) assert.equal((await post(`${url}/calls`, 'x'.repeat(500_000))).status, 413);
  });

  test('one who sends first and reads later can read why as well', async () => {
    const { served } = await up({ maxBytes: 1_000 });
    const answer = await raw(served, `${head('/calls', 'Content-Length: 300000\r\n')}\r\n`, (socket) => {
      socket.pause();
      const parts = [1, 2, 3].map((n) => setTimeout(() => socket.write('x'.repeat(100_000)), 40 * n));
      parts.push(setTimeout(() => socket.resume(), 200));
      socket.on('close', () => parts.forEach(clearTimeout));
    });
    assert.equal(status(answer), 413);
  });

  test('a flood behind a refusal is cut', async () => {
    const { served } = await up({ maxBytes: 1_000 });
    let sent = 0;
    await raw(served, `${head('/calls', 'Transfer-Encoding: chunked\r\n')}\r\n`, (socket) => {
      const chunk = Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`);
      const more = (): void => {
        while (!socket.destroyed && socket.write(chunk)) sent += chunk.length;
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    });
    assert.ok(sent < 16_000_000, `${sent} bytes were taken`);
  });

  test('one who asks before it sends is answered first', async () => {
    const { served, host } = await up();
    const big = await raw(served, `${head('/calls', 'Expect: 100-continue\r\nContent-Length: 1000000\r\n')}\r\n`);
    assert.equal(status(big), 413);
    assert.ok(!big.includes('100 Continue'));
    let told = '';
    const small = await raw(served, `${head('/calls', 'Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n')}\r\n`, (socket) => {
      socket.once('data', (text) => { told = String(text); socket.write('{}'); });
    });
    assert.match(told, /^HTTP\/1\.1 100 /);
    assert.match(small, /HTTP\/1\.1 200 /);
    assert.equal(host.requests.length, 1);
  });

  test('a host that fails', async () => {
    const { host, url, events } = await up();
    host.answer = () => Promise.reject(new Error('the password is hunter2'));
    const response = await post(`${url}/calls`);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), 'the host has failed\n');
    assert.ok(events.some((event) => event.type === 'failed' && event.error === 'Error'));
    assert.ok(!JSON.stringify(events).includes('hunter2'));
    for (const answer of [
      { status: 99, contentType: 'x', headers: [], body: null },
      { status: 200, contentType: 'x', headers: [['x', 'a\r\nSet-Cookie: b']], body: '' },
      { status: 200, contentType: 'x', headers: [['bad name', 'a']], body: '' },
    ] as const) {
      host.answer = () => answer;
      const bad = await post(`${url}/calls`);
      assert.equal(bad.status, 500);
      assert.equal(bad.headers.get('set-cookie'), null);
    }
  });

  test('what concerns the connection is not the host\'s to say', async () => {
    const { host, served } = await up();
    host.answer = () => ({
      status: 200, contentType: 'text/plain', body: 'whole',
      headers: [['Connection', 'upgrade'], ['Content-Length', '2'], ['Transfer-Encoding', 'chunked'], ['Set-Cookie', 'a'], ['Set-Cookie', 'b']],
    });
    const answer = await ask(served, 'POST', '/calls', { 'content-type': JSON_TYPE }, '{}');
    assert.equal(answer.body, 'whole');
    assert.deepEqual(answer.headers['set-cookie'], ['a', 'b']);
    assert.equal(answer.headers['content-length'], '5');
    assert.notEqual(answer.headers['connection'], 'upgrade');
    assert.equal(answer.headers['transfer-encoding'], undefined);
  });

  test('a client that goes away is told to the host', async () => {
    const { host, url, events, served } = await up();
    let heard: AbortSignal | undefined;
    host.answer = ({ signal }) => new Promise(() => { heard = signal; });
    const giveUp = new AbortController();
    const lost = fetch(`${url}/calls`, { method: 'POST', body: '{}', headers: { 'content-type': JSON_TYPE }, signal: giveUp.signal });
    await until('the request', () => heard !== undefined);
    assert.equal(heard?.aborted, false);
    giveUp.abort();
    await assert.rejects(lost);
    await until('the signal', () => heard?.aborted === true);
    await until('the count', () => served.stats.requests === 0);
    assert.ok(events.some((event) => event.type === 'gone'));
  });

  test('a client that goes away with several requests on one connection', async () => {
    const { host, served } = await up();
    const heard: AbortSignal[] = [];
    host.answer = ({ signal }) => { heard.push(signal); return new Promise(() => {}); };
    const one = `${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`;
    await raw(served, one.repeat(5), (socket) => {
      void until('the requests', () => heard.length === 5).then(() => socket.destroy());
    });
    // Found by abuse: an answer that waits for its turn is not told that the connection is closed.
    await until('the count', () => served.stats.requests === 0);
    assert.ok(heard.every((signal) => signal.aborted));
  });

  test('an answer that waits for its turn is not taken for one that is not picked up', async () => {
    const { host, served } = await up({ responseTimeout: 50 });
    host.answer = async ({ body, contentType }) => {
      await sleep(body === '0' ? 400 : 0);
      return { status: 200, contentType, headers: [], body };
    };
    const all = [0, 1].map((n) => `${head('/calls', `Content-Length: 1\r\n${n === 1 ? 'Connection: close\r\n' : ''}`)}\r\n${n}`);
    assert.equal((await raw(served, all.join(''))).match(/HTTP\/1\.1 200/g)?.length, 2);
  });

  test('a client that goes away in the middle of its body', async () => {
    const { host, served } = await up();
    await raw(served, `${head('/calls', 'Content-Length: 10\r\n')}\r\n{}`, (socket) => setTimeout(() => socket.destroy(), 30));
    await until('the count', () => served.stats.requests === 0);
    assert.equal(host.requests.length, 0);
  });
});

describe('slow clients', () => {
  test('a head that does not come', async () => {
    const { served, events } = await up({ headersTimeout: 100 });
    const answer = await raw(served, 'POST /calls HTTP/1.1\r\nHost: 127.0.0.1\r\n', (socket) => {
      const drip = setInterval(() => socket.write('x-a: b\r\n'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    assert.equal(status(answer), 408);
    assert.ok(events.some((event) => event.type === 'refused' && event.reason === 'timeout'));
  });

  test('a connection that says nothing', async () => {
    const { served } = await up({ headersTimeout: 100 });
    const started = Date.now();
    await raw(served, '');
    assert.ok(Date.now() - started < 3_000);
  });

  test('a body that does not come', async () => {
    const { served, host } = await up({ headersTimeout: 100, bodyTimeout: 200 });
    const answer = await raw(served, `${head('/calls', 'Content-Length: 1000\r\n')}\r\n`, (socket) => {
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    assert.equal(status(answer), 408);
    assert.equal(host.requests.length, 0);
    await until('the count', () => served.stats.requests === 0);
  });

  test('an answer that is not picked up', async () => {
    const { served, host } = await up({ responseTimeout: 100 });
    host.answer = () => ({ status: 200, contentType: 'text/plain', headers: [], body: new Uint8Array(50_000_000) });
    const socket = connect(served.port, '127.0.0.1');
    ended.push(() => socket.destroy());
    socket.on('error', () => {}).pause();
    socket.write(`${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`);
    await until('the request', () => host.requests.length === 1);
    await until('the cut', () => served.stats.requests === 0 && served.stats.connections === 0);
  });

  test('an operation that takes its time is no slow client', async () => {
    const { url, host } = await up({ headersTimeout: 50, bodyTimeout: 50, responseTimeout: 50 });
    host.answer = async ({ body, contentType }) => {
      await sleep(400);
      return { status: 200, contentType, headers: [], body };
    };
    assert.equal((await post(`${url}/calls`)).status, 200);
  });
});

describe('what is no HTTP', () => {
  test('garbage', async () => {
    const { served } = await up();
    for (const garbage of [
      '\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', 'POST /calls HTTP/9.9\r\n\r\n', `${head('/calls', 'Content-Length: -1\r\n')}\r\n`,
      `${head('/calls', 'Content-Length: 2\r\nContent-Length: 3\r\n')}\r\n{}`,
      `${head('/calls', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n')}\r\n{}`,
      `${head('/calls', 'Transfer-Encoding: chunked\r\n')}\r\nzz\r\n`, `${head('/calls', 'A B: c\r\n')}\r\n`,
      'POST /calls HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
    ]) assert.equal(status(await raw(served, garbage)), 400, JSON.stringify(garbage));
    assert.equal(status(await raw(served, `${head('/calls', `X: ${'y'.repeat(20_000)}\r\n`)}\r\n`)), 431);
  });

  test('garbage behind a good request, which is answered all the same', async () => {
    const { served, host } = await up();
    const one = `${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`;
    const answer = await raw(served, `${one}${one}\0garbage\r\n\r\n`);
    assert.equal(status(answer), 200);
    assert.ok(host.requests.length >= 1);
    await until('the count', () => served.stats.connections === 0);
  });

  test('requests in one go are answered in order', async () => {
    const { served, host } = await up();
    host.answer = async ({ body, contentType }) => {
      await sleep(body === '0' ? 50 : 0);
      return { status: 200, contentType, headers: [], body };
    };
    const all = [0, 1, 2].map((n) => `${head('/calls', `Content-Length: 1\r\n${n === 2 ? 'Connection: close\r\n' : ''}`)}\r\n${n}`);
    const answer = await raw(served, all.join(''));
    assert.deepEqual([...answer.matchAll(/\r\n\r\n(\d)/g)].map(([, n]) => n), ['0', '1', '2']);
  });

  test('another protocol to upgrade to', async () => {
    const { served } = await up();
    const answer = await raw(served, head('/both', 'Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n'));
    assert.equal(status(answer), 400);
  });
});

describe('origins', () => {
  const own = (served: NodeHost): Record<string, string> => ({ host: `localhost:${served.port}`, 'content-type': JSON_TYPE });

  test('the own origin and no origin are let in, others are not', async () => {
    const { served, host } = await up();
    for (const [origin, expected] of [
      [undefined, 200], [`http://localhost:${served.port}`, 200], [`https://localhost:${served.port}`, 200],
      ['http://localhost', 403], [`http://localhost:${served.port + 1}`, 403], [`http://127.0.0.1:${served.port}`, 403],
      ['https://evil.example', 403], ['null', 403], ['', 403], [`http://localhost:${served.port}.evil.example`, 403],
      [`http://localhost:${served.port}@evil.example`, 403], ['file://', 403],
    ] as const) {
      const headers = { ...own(served), ...(origin === undefined ? {} : { origin }) };
      const answer = await ask(served, 'POST', '/calls', headers, '{}');
      assert.equal(answer.status, expected, `a request from ${origin}`);
      if (expected === 403) assert.equal(answer.headers['access-control-allow-origin'], undefined);
      const dialled = await dial(served, '/both', { headers: { host: `localhost:${served.port}`, ...(origin === undefined ? {} : { origin }) } });
      assert.equal(dialled.status, expected === 200 ? 101 : 403, `a session from ${origin}`);
    }
    assert.equal(host.requests.length, 3);
  });

  test('a list', async () => {
    const { served } = await up({ origins: ['https://app.example'], credentials: true });
    const good = await ask(served, 'POST', '/calls', { ...own(served), origin: 'https://app.example' }, '{}');
    assert.equal(good.status, 200);
    assert.equal(good.headers['access-control-allow-origin'], 'https://app.example');
    assert.equal(good.headers['access-control-allow-credentials'], 'true');
    assert.equal(good.headers['access-control-expose-headers'], 'retry-after');
    assert.equal(good.headers['vary'], 'Origin');
    assert.equal((await ask(served, 'POST', '/calls', { ...own(served), origin: 'https://app.example.evil.example' }, '{}')).status, 403);
    assert.equal((await dial(served, '/both', { headers: { origin: 'https://app.example' } })).status, 101);
  });

  test('all, when asked for', async () => {
    const { served } = await up({ origins: '*' });
    const answer = await ask(served, 'POST', '/calls', { ...own(served), origin: 'https://evil.example' }, '{}');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], '*');
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
  });

  test('a function, also one that fails', async () => {
    const { served, events } = await up({ origins: (origin) => {
      if (origin === 'https://bad.example') throw new Error('oops');
      return origin === 'https://app.example';
    } });
    assert.equal((await ask(served, 'POST', '/calls', { ...own(served), origin: 'https://app.example' }, '{}')).status, 200);
    assert.equal((await ask(served, 'POST', '/calls', { ...own(served), origin: 'https://other.example' }, '{}')).status, 403);
    await assert.rejects(ask(served, 'POST', '/calls', { ...own(served), origin: 'https://bad.example' }, '{}'));
    assert.ok(events.some((event) => event.type === 'failed'));
  });

  test('what is no policy', async () => {
    for (const origins of [['*'], ['https://app.example/'], ['app.example'], ['https://APP.example']]) {
      await assert.rejects(serve(new FakeIntake(), { origins }), HostError, JSON.stringify(origins));
    }
    await assert.rejects(serve(new FakeIntake(), { origins: '*', credentials: true }), HostError);
  });

  test('preflight', async () => {
    const { served, host } = await up({ origins: ['https://app.example'], allowHeaders: ['x-key'] });
    const asking = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-key' };
    const good = await ask(served, 'OPTIONS', '/calls', { ...own(served), ...asking, origin: 'https://app.example' });
    assert.equal(good.status, 204);
    assert.equal(good.headers['access-control-allow-origin'], 'https://app.example');
    assert.equal(good.headers['access-control-allow-methods'], 'POST');
    assert.equal(good.headers['access-control-allow-headers'], 'content-type, x-key');
    assert.equal(good.headers['access-control-max-age'], '7200');
    assert.match(String(good.headers['vary']), /Origin/);
    const bad = await ask(served, 'OPTIONS', '/calls', { ...own(served), ...asking, origin: 'https://evil.example' });
    assert.equal(bad.status, 403);
    assert.equal(bad.headers['access-control-allow-origin'], undefined);
    assert.equal((await ask(served, 'OPTIONS', '/nowhere', { ...own(served), ...asking, origin: 'https://app.example' })).status, 404);
    assert.equal(host.requests.length, 0);
  });

  test('an https page of the same host, behind whoever decrypts; not the reverse', () => {
    const check = readOrigins([]);
    assert.ok(check({ origin: 'https://a.example', host: 'a.example', encrypted: false }));
    assert.ok(check({ origin: 'https://a.example', host: 'a.example', encrypted: true }));
    assert.ok(check({ origin: 'http://a.example', host: 'a.example', encrypted: false }));
    assert.ok(!check({ origin: 'http://a.example', host: 'a.example', encrypted: true }));
    assert.ok(!check({ origin: 'https://a.example', host: undefined, encrypted: true }));
    assert.ok(!check({ origin: 'https://a.example', host: 'a.example:8443', encrypted: true }));
  });

  test('a strange name that was made to mean this machine', async () => {
    const { served, events } = await up();
    const headers = { host: `evil.example:${served.port}`, 'content-type': JSON_TYPE, origin: `http://evil.example:${served.port}` };
    assert.equal((await ask(served, 'POST', '/calls', headers, '{}')).status, 421);
    assert.equal((await dial(served, '/both', { headers: { host: 'evil.example' } })).status, 421);
    assert.ok(events.some((event) => event.type === 'refused' && event.reason === 'name'));
    const named = await up({ names: ['app.example'] });
    assert.equal((await ask(named.served, 'POST', '/calls', { ...headers, host: 'APP.example:80', origin: 'http://app.example' }, '{}')).status, 200);
    assert.equal((await ask(named.served, 'POST', '/calls', headers, '{}')).status, 421);
  });
});

describe('a session', () => {
  test('gets to the host and back', async () => {
    const { served, host, events } = await up();
    const { socket } = await dial(served, '/both', { protocols: ['unknown', PROTOCOL, 'sessionful.bin.v1'] });
    assert.equal(socket.protocol, 'sessionful.bin.v1', 'the host chooses');
    assert.equal(socket.extensions, '', 'nothing is compressed');
    const heard: (string | number[])[] = [];
    socket.on('message', (data: Buffer, binary) => heard.push(binary ? [...data] : data.toString()));
    socket.send('hello');
    socket.send(new Uint8Array([1, 2]));
    await until('two echoes', () => heard.length === 2);
    assert.deepEqual(heard, ['hello', [1, 2]]);
    const [theirs] = host.sockets;
    assert.equal(theirs?.binaryType, 'arraybuffer');
    assert.equal(served.stats.sessions, 1);
    socket.close(1000);
    await until('the close', () => served.stats.sessions === 0);
    assert.ok(events.some((event) => event.type === 'session-closed' && event.code === 1000));
  });

  test('refusals', async () => {
    const { served, host } = await up();
    assert.equal((await dial(served, '/nowhere')).status, 404);
    assert.equal((await dial(served, '/calls')).status, 404);
    assert.equal((await dial(served, '/%')).status, 400);
    assert.equal((await dial(served, '/both', { protocols: [] })).status, 400);
    assert.equal((await dial(served, '/both', { protocols: ['other'] })).status, 400);
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const upgrade = `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: ${PROTOCOL}\r\n`;
    for (const [more, method] of [
      [`${key}Sec-WebSocket-Version: 7\r\n`, 'GET'], ['Sec-WebSocket-Version: 13\r\n', 'GET'],
      ['Sec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n', 'GET'], [`${key}Sec-WebSocket-Version: 13\r\n`, 'POST'],
    ] as const) {
      assert.equal(status(await raw(served, `${head('/both', upgrade + more, method)}\r\n`)), 400, more);
    }
    assert.equal(host.sockets.size, 0);
  });

  test('a frame that is too long, in one or in many', async () => {
    const { served, events } = await up({ maxBytes: 1_000 });
    const one = await dial(served, '/both');
    one.socket.send('x'.repeat(1_001));
    assert.equal((await one.closed).code, 1009);
    const many = await dial(served, '/both');
    for (let part = 0; part < 11; part += 1) many.socket.send('x'.repeat(100), { fin: false });
    assert.equal((await many.closed).code, 1009);
    assert.equal(events.filter((event) => event.type === 'session-cut' && event.reason === 'too-large').length, 2);
  });

  test('frames that are none', async () => {
    const { served } = await up();
    const handshake = head('/both', `Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n`
      + `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: ${PROTOCOL}\r\n\r\n`, 'GET');
    for (const frame of [[0x81, 0x01, 0x41], [0xff, 0x80, 0, 0, 0, 0], [0x83, 0x80, 0, 0, 0, 0], [0x81, 0x81, 0, 0, 0, 0, 0xff]]) {
      const answer = await raw(served, handshake, (socket) => socket.once('data', () => socket.write(new Uint8Array(frame))));
      assert.equal(status(answer), 101);
      assert.match(answer.slice(answer.indexOf('\r\n\r\n') + 4), /^\x88/, 'a close frame');
    }
    await until('the count', () => served.stats.sessions === 0);
  });

  test('a host that fails', async () => {
    const { served, host } = await up();
    host.session = () => { throw new Error('no'); };
    assert.equal((await (await dial(served, '/both')).closed).code, 1011);
  });

  test('a peer that does not answer is cut, one that does is not', async () => {
    const { served, events } = await up({ pingInterval: 100 });
    const dead = await dial(served, '/both', { autoPong: false });
    const alive = await dial(served, '/both');
    assert.equal((await dead.closed).code, 1006);
    await sleep(300);
    assert.equal(alive.socket.readyState, WebSocket.OPEN);
    assert.ok(events.some((event) => event.type === 'session-cut' && event.reason === 'silent'));
  });

  test('200 at once', async () => {
    const { served, host } = await up();
    const all = await Promise.all(Array.from({ length: 200 }, () => dial(served, '/both')));
    assert.ok(all.every((one) => one.status === 101));
    assert.equal(served.stats.sessions, 200);
    const echoes = await Promise.all(all.map(({ socket }, n) => new Promise<boolean>((done) => {
      socket.once('message', (data) => done(String(data) === `hello ${n}`));
      socket.send(`hello ${n}`);
    })));
    assert.ok(echoes.every(Boolean));
    for (const { socket } of all) socket.close();
    await Promise.all(all.map((one) => one.closed));
    await until('all are gone', () => served.stats.sessions === 0 && served.stats.connections === 0 && host.sockets.size === 0);
  });
});

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

  test('a host that fails to close is closed nevertheless, and its error told', async () => {
    const { served, host } = await up();
    host.ending = () => Promise.reject(new Error('clients stayed'));
    const session = await dial(served, '/both');
    await assert.rejects(served.close(50), { message: 'clients stayed' });
    await session.closed;
    await assert.rejects(post(`${served.url}/calls`));
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
    for (const options of [{ port: -1 }, { port: 1.5 }, { maxBytes: 0 }, { headerTimeout: 1 }, { rate: { perSecond: 0 } }, { allowHeaders: ['a b'] }]) {
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
    for (const name of ['crowd.js', 'errors.js']) await cp(join(compiled, name), join(bare, name));
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
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { served, url } = await up({ server });
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
