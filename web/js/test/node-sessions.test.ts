// The host of Node: who is let in, and sessions.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { HostError } from '../errors.js';
import { serve, type NodeHost } from '../node/index.js';
import { readOrigins } from '../node/origins.js';
import { FakeIntake, JSON_TYPE, PROTOCOL } from './fake-intake.js';
import { ask, dial, head, raw, status, until, up } from './node-kit.js';

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
