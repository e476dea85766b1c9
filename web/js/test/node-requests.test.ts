// The host of Node and requests: good ones, slow ones, and what is no HTTP.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { JSON_TYPE } from './fake-intake.js';
import { ask, ended, head, post, raw, status, until, up } from './node-kit.js';

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
    const { served, host, events } = await up({ responseTimeout: 100, rate: null });
    host.answer = () => ({ status: 200, contentType: 'text/plain', headers: [], body: new Uint8Array(50_000_000) });
    const socket = connect(served.port, '127.0.0.1');
    ended.push(() => socket.destroy());
    socket.on('error', () => {}).pause();
    socket.write(`${head('/calls', 'Content-Length: 2\r\n')}\r\n{}`);
    await until('the request', () => host.requests.length === 1);
    await until('the cut', () => served.stats.requests === 0 && served.stats.connections === 0);
    const [, ...told] = events;
    assert.deepEqual(told.map(({ type, ...rest }) => [type, 'peer' in rest && rest.peer]), [['gone', '127.0.0.1']]);
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
