// The host of Node on servers that are not its own, with others on them.

import assert from 'node:assert/strict';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocketServer } from 'ws';
import { FakeIntake } from './fake-intake.js';
import { dial, ended, head, post, raw, status, until, up } from './node-kit.js';

const WITHIN = { timeout: 5_000 };

function calls(path: string): FakeIntake {
  return Object.assign(new FakeIntake(), { addresses: [{ address: path, sessionful: false, sessionless: true }] });
}

/** A server of a user, which listens. */
async function users(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  ended.push(() => { server.closeAllConnections(); server.close(); });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

describe('the end on a server of its user', () => {
  test('a socket that another listener has upgraded is cut in time', WITHIN, async () => {
    const server = createServer();
    const others = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, first) => {
      if (request.url === '/chat') others.handleUpgrade(request, socket, first, () => {});
    });
    const { served } = await up({ server, drainTimeout: 200 });
    const chat = await dial(served, '/chat', { protocols: [] });
    assert.equal(chat.status, 101);
    await served.close();
    assert.equal((await chat.closed).code, 1006);
  });

  test('a peer that never says hello over TLS is cut in time', WITHIN, async () => {
    const { served } = await up({ server: createSecureServer(), drainTimeout: 200 });
    const silent = connect(served.port, '127.0.0.1').on('error', () => {});
    ended.push(() => silent.destroy());
    await until('the connection', () => served.stats.connections === 1);
    await served.close();
  });

  test('the last of several that leaves closes it', WITHIN, async () => {
    const server = createServer();
    const [one, two] = await Promise.all([up({ server }, calls('/one')), up({ server }, calls('/two'))]);
    await one.served.close();
    assert.equal(server.listening, true);
    assert.equal((await post(`${two.url}/two`)).status, 200);
    await two.served.close();
    assert.equal(server.listening, false);
    assert.equal(server.listenerCount('request'), 0);
  });

  test('several that leave together leave nothing', WITHIN, async () => {
    const server = createServer();
    const [one, two] = await Promise.all([up({ server }, calls('/one')), up({ server }, calls('/two'))]);
    await Promise.all([one.served.close(), two.served.close()]);
    assert.equal(server.listening, false);
  });
});

describe('other listeners', () => {
  test('one who asks before it sends is heard by them', WITHIN, async () => {
    const server = await users((request, response) => { request.resume().on('end', () => response.end('a page')); });
    const { served } = await up({ server });
    const ask = 'Expect: 100-continue\r\nConnection: close\r\nContent-Length: 2\r\n';
    const answer = await raw(served, `${head('/page', ask)}\r\n`, (socket) => {
      socket.once('data', () => socket.write('{}'));
      setTimeout(() => socket.destroy(), 1_000);
    });
    assert.equal(status(answer), 100);
    assert.match(answer, /a page/);
    assert.equal(status(await raw(served, `${head('/calls', ask)}\r\n`, (socket) => socket.once('data', () => socket.write('{}')))), 100);
  });

  test('one that answers everything does not get what is the host’s', WITHIN, async () => {
    const server = await users((_, response) => { response.writeHead(404).end('Cannot POST'); });
    const { served, url, host } = await up({ server });
    assert.equal((await post(`${url}/calls`)).status, 200);
    assert.equal((await post(`${url}/page`)).status, 404);
    await served.close();
    assert.equal((await post(`${url}/calls`)).status, 404, 'they are back');
    assert.equal(host.requests.length, 1);
  });

  test('what a later one has answered is not carried out', WITHIN, async () => {
    const server = await users(() => {});
    const { url, host, events } = await up({ server });
    server.on('request', (_, response) => { response.writeHead(404).end(); });
    assert.equal((await post(`${url}/calls`)).status, 404);
    await until('the log', () => events.some((event) => event.type === 'failed'));
    assert.equal(host.requests.length, 0);
  });

  test('offers of other protocols are theirs, where there are no sessions', WITHIN, async () => {
    const server = await users((_, response) => { response.end('a page'); });
    const { served } = await up({ server }, calls('/calls'));
    const answer = await raw(served, head('/page', 'Connection: Upgrade, close\r\nUpgrade: h2c\r\nContent-Length: 0\r\n\r\n'), (socket) => {
      setTimeout(() => socket.destroy(), 500);
    });
    assert.match(answer, /a page/);
  });
});

test('a session whose peer does not read is cut', WITHIN, async () => {
  const { served, host, events } = await up({ maxUnsent: 1_000_000 });
  let sent = 0;
  host.session = (socket) => {
    const more = setInterval(() => { if (socket.readyState === 1) { socket.send('x'.repeat(60_000)); sent += 60_000; } }, 1);
    ended.push(() => clearInterval(more));
    socket.addEventListener('close', () => clearInterval(more));
  };
  const lazy = await dial(served, '/both');
  lazy.socket.pause();
  await until('the cut', () => events.some((event) => event.type === 'session-cut' && event.reason === 'unread'));
  await until('the end', () => served.stats.sessions === 0);
  assert.ok(sent < 20_000_000, `${sent}`);
});

