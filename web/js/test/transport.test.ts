// What a network does besides carrying messages, and what the caller learns of it.

import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { ServiceProxy, TransportError, custom, defineContract, network, operation, type SessionfulError } from '../entry/node.js';

const Once = defineContract({ name: 'Once', session: 'notAllowed', operations: { ask: operation<() => string>() } });
const Talk = defineContract({ name: 'Talk', session: 'required', operations: { ask: operation<() => string>() } });

const servers: { close(): unknown }[] = [];
after(() => servers.forEach((server) => server.close()));

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, () => {});
  });
  await new Promise<void>((ready) => { server.listen(0, '127.0.0.1', ready); });
  servers.push({ close: () => { sockets.clients.forEach((one) => one.terminate()); server.closeAllConnections(); server.close(); } });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const ANSWERS: Record<string, [status: number, type: string, text: string]> = {
  '/broken': [502, 'text/plain', 'bad gateway'],
  '/moved': [302, 'text/plain', ''],
  '/page': [200, 'text/html', '<html>'],
  '/garbled': [200, 'application/json', '{"v":1'],
  '/gone': [404, 'text/plain', ''],
  '/full': [503, 'text/plain', ''],
  '/secret': [401, 'text/plain', ''],
};

async function caught(work: Promise<unknown>): Promise<SessionfulError> {
  return work.then(() => assert.fail('nothing went wrong'), (error: SessionfulError) => error);
}

async function ask(base: string, address: string): Promise<SessionfulError> {
  const proxy = new ServiceProxy(Once, { address, transport: network({ base }) });
  await proxy.open();
  const error = await caught(proxy.call.ask());
  assert.equal(proxy.state, 'opened', 'PROXY-16: a pooled channel fails alone');
  await proxy.close();
  return error;
}

test('PROXY-16: what answers a request in place of the host', async () => {
  const base = await serve((request, response) => {
    const [status, type, text] = ANSWERS[request.url ?? ''] ?? [500, 'text/plain', ''];
    response.writeHead(status, { 'content-type': type, location: '/elsewhere' }).end(text);
  });
  const codes = await Promise.all(Object.keys(ANSWERS).map(async (path) => [path, (await ask(base, path)).code]));
  assert.deepEqual(Object.fromEntries(codes), {
    '/broken': 'TRANSPORT_STATUS', '/moved': 'TRANSPORT_REDIRECT', '/page': 'TRANSPORT_CONTENT_TYPE',
    '/garbled': 'PROTOCOL', '/gone': 'NOT_FOUND', '/full': 'TOO_BUSY', '/secret': 'ACCESS_DENIED',
  });
  const broken = await ask(base, '/broken');
  assert.ok(broken instanceof TransportError);
  assert.deepEqual([broken.status, broken.hresultName], [502, 'ENDPOINT_DISCONNECTED']);
});

test('an answer is read no further than a message may be long', { timeout: 20_000 }, async () => {
  const [maxFrame, piece] = [10_000, 'x'.repeat(5_000)];
  const written = { plain: 0, unfolded: 0 };
  const bomb = gzipSync(Buffer.alloc(20_000_000, 120)); // 20 kB, of a thousand times that
  const base = await serve(async (request, response) => {
    response.on('error', () => {});
    const compressed = request.url === '/bomb';
    response.writeHead(200, { 'content-type': 'application/json', ...(compressed ? { 'content-encoding': 'gzip' } : {}) });
    if (compressed) return void response.end(bomb);
    while (!response.destroyed) { // it never ends by itself
      written.plain += piece.length;
      if (!response.write(piece)) await setImmediate();
    }
  });
  const fetched = async (address: string, init: RequestInit): Promise<Response> => {
    const answer = await fetch(address, init);
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, out) => { written.unfolded += chunk.length; out.enqueue(chunk); },
    });
    return new Response(answer.body?.pipeThrough(counted), answer);
  };
  for (const [address, transport] of [
    ['/endless', network({ base })], ['/endless', network({ base, fetch: fetched })], ['/bomb', network({ base, fetch: fetched })],
  ] as const) {
    written.unfolded = 0;
    await using proxy = new ServiceProxy(Once, { address, transport, binding: { channel: 'sessionless', maxFrame } });
    await proxy.open();
    const error = await caught(proxy.call.ask());
    assert.equal(error.code, 'PROTOCOL');
    assert.match(error.message, /too large/);
    assert.ok(written.unfolded < 1_000_000, `${written.unfolded} bytes were read`);
  }
});

test('answers whose body is a stream of another kind read themselves', async () => {
  const answer = { status: 404, body: Readable.from(['gone']), text: async () => 'gone', arrayBuffer: async () => new ArrayBuffer(4) };
  await using proxy = new ServiceProxy(Once, { address: '/', transport: custom({ fetch: () => answer }) });
  await proxy.open();
  assert.equal((await caught(proxy.call.ask())).code, 'NOT_FOUND');
});

test('PROXY-16: nobody answers a request', async () => {
  const error = await ask('http://127.0.0.1:9', '/nobody');
  assert.deepEqual([error.code, error instanceof TransportError], ['TRANSPORT_UNREACHABLE', true]);
  assert.match(error.next, /CORS/);
});

test('an address that is none', async () => {
  assert.equal((await ask('http://127.0.0.1:9', 'http://[')).message, 'http://[ is not an address');
});

test('PROXY-7, SESS-21: a session that does not come about', async () => {
  const base = await serve((_, response) => { response.writeHead(404).end(); });
  const open = async (address: string, at = base): Promise<string> => {
    const proxy = new ServiceProxy(Talk, { address, transport: network({ base: at }) });
    const error = await caught(proxy.open());
    assert.equal(proxy.state, 'created', 'PROXY-7: it can be opened again');
    return `${error.code} ${(error as TransportError).detail}`;
  };
  assert.match(await open('/silent'), /^TRANSPORT_UNREACHABLE .*subprotocol/);
  assert.match(await open('/refused'), /^ACCESS_DENIED/);
  assert.match(await open('/nobody', 'http://127.0.0.1:9'), /^TRANSPORT_UNREACHABLE .*ECONNREFUSED/);
});

/** A socket that one event happens to. */
function socketWith(event: string, fields: object) {
  const socket = Object.assign(new EventTarget(), { readyState: 0, binaryType: '', send() {}, close() {}, ...fields });
  setTimeout(() => socket.dispatchEvent(Object.assign(new Event(event), fields)));
  return socket;
}

test('PROXY-7: a socket that tells why there is no session', async () => {
  const open = async (event: string, fields: object): Promise<string> => {
    const transport = network({ connect: () => socketWith(event, fields) });
    const error = await caught(new ServiceProxy(Talk, { address: '/', transport }).open());
    return `${error.code}: ${error.message}`;
  };
  assert.equal(await open('close', { code: 4001, reason: 'not today' }), 'TRANSPORT_CLOSED: the socket was closed with code 4001 not today');
  assert.equal(await open('open', { protocol: '' }), 'TRANSPORT_SUBPROTOCOL: the host does not speak sessionful.v1');
});

/** A session over a socket that answers a sign of life, or not. */
async function alive(answer: (socket: EventTarget) => void) {
  const socket = Object.assign(new EventTarget(), { readyState: 1, binaryType: '', send: (text: string) => { if (text === '?') answer(socket); }, close() {} });
  const transport = network({ connect: () => socket, keepAlive: { idle: 30, answer: 30 } });
  const proxy = new ServiceProxy(Talk, { address: '/', transport });
  setTimeout(() => say(socket, `=${'0'.repeat(32)}`));
  await proxy.open();
  return proxy;
}

function say(socket: EventTarget, data: string): void {
  socket.dispatchEvent(Object.assign(new Event('message'), { data }));
}

test('SESS-21: a peer that gives no sign of life is given up', async () => {
  const proxy = await alive(() => {});
  await sleep(800);
  assert.equal(proxy.state, 'faulted');
});

test('SESS-21: who was frozen hears the signs of life that waited before it gives anybody up', async () => {
  let asked = 0;
  const proxy = await alive((socket) => {
    asked += 1;
    setTimeout(() => say(socket, '!'), 60); // after the time to answer
    const frozen = performance.now() + 100;
    while (performance.now() < frozen);
  });
  await sleep(1_500);
  assert.ok(asked > 1);
  assert.equal(proxy.state, 'opened');
  proxy.abort();
});
