// How requests leave a Node program.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { send } from '../node/sender.js';

const servers: Server[] = [];
after(() => servers.forEach((server) => { server.closeAllConnections(); server.close(); }));

/** A server, and the address that it listens at. */
async function serving(listener: RequestListener, host = '127.0.0.1'): Promise<[Server, string]> {
  const server = createServer(listener).listen(0, host);
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return [server, `http://${host.includes(':') ? `[${host}]` : host}:${port}/a?b=c`];
}

const { Stop } = await import(new URL('../../src/courier.js', import.meta.url).href) as {
  Stop: new (most: number) => Parameters<typeof send>[2] & { stop(): void };
};

const sending = (address: string, init: Parameters<typeof send>[1], stop = new Stop(1_000)) => send(new URL(address), init, stop);

const post = (body: string | Uint8Array<ArrayBuffer>, more: object = {}) => ({ method: 'POST', body, headers: { 'x-a': 'b' }, ...more });

test('a request arrives as it was given, and its answer as it was sent', async () => {
  const [, address] = await serving(async (request, response) => {
    const chunks = await request.toArray() as Buffer[];
    const { method, url, headers } = request;
    response.writeHead(418, { 'Content-Type': 'text/plain' });
    response.end(JSON.stringify([method, url, headers['x-a'], headers['content-length'], Buffer.concat(chunks).toString()]));
  });
  for (const body of ['grüße', new TextEncoder().encode('grüße')]) {
    const answer = await sending(address, post(body));
    assert.deepEqual([answer.status, answer.headers?.get('Content-Type'), answer.headers?.get('x-none')], [418, 'text/plain', null]);
    assert.deepEqual(JSON.parse(await answer.text()), ['POST', '/a?b=c', 'b', '7', 'grüße']);
  }
  const bytes = new Uint8Array(await (await sending(address, post('x'))).arrayBuffer());
  assert.equal(bytes[0], '['.charCodeAt(0));
});

test('connections are kept, and one that leads elsewhere is not followed', async () => {
  const [server, address] = await serving((request, response) => {
    request.resume();
    response.writeHead(302, { location: '/elsewhere' }).end();
  });
  let connections = 0;
  server.on('connection', () => { connections += 1; });
  for (let call = 0; call < 5; call += 1) assert.equal((await sending(address, post('x'))).status, 302);
  assert.equal(connections, 1);
});

test('whoever gives up closes the connection', async () => {
  const [server, address] = await serving((request) => void request.resume());
  const stop = new Stop(1_000);
  const sent = sending(address, post('x'), stop);
  const [request] = await once(server, 'request');
  const closed = once(request, 'close');
  stop.stop();
  await assert.rejects(sent, { code: 'ECONNRESET' });
  await closed;
  await assert.rejects(sending(address, post('x'), stop), /given up/);
});

test('an answer that breaks off has a status and no text', async () => {
  const [, address] = await serving((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
  });
  const answer = await sending(address, post('x'));
  assert.equal(answer.status, 200);
  await assert.rejects(answer.text(), { code: 'ECONNRESET' });
});

test('an answer that is too long is left where that is seen', async () => {
  const [server, address] = await serving((request, response) => {
    request.resume();
    response.write(new Uint8Array(800), () => setTimeout(() => response.write(new Uint8Array(800)), 20)); // and no end
  });
  server.once('connection', (socket) => socket.on('error', () => {}));
  const left = once(server, 'connection').then(([socket]) => once(socket, 'close'));
  const answer = await sending(address, post('x'));
  assert.ok((await answer.arrayBuffer()).byteLength > 1_000);
  await left;
});

test('who cannot be reached is told by name', async () => {
  const [server, address] = await serving(() => {});
  server.close();
  await once(server, 'close');
  await assert.rejects(sending(address, post('x')), { code: 'ECONNREFUSED' });
});

test('a server that changes the protocol has not answered', { timeout: 3_000 }, async () => {
  const [server, address] = await serving(() => {});
  server.on('upgrade', () => {});
  server.on('connection', (socket) => socket.on('error', () => {}).write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'));
  await assert.rejects(async () => sending(address, post('x')));
});

test('what is neither http nor https is not sent in clear text', async () => {
  const [server, address] = await serving((_, response) => void response.end());
  let requests = 0;
  server.on('request', () => { requests += 1; });
  await assert.rejects(async () => sending(address.replace('http', 'ftp'), post('x')), { code: 'TRANSPORT_ADDRESS' });
  assert.equal(requests, 0);
});
