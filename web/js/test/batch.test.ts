// Calls of one turn in one request.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Fault, ServiceHost, ServiceProxy, defineContract, network, oneWay, operation, type NetworkOptions } from '../entry/node.js';
import { serve, type NodeHost } from '../node/index.js';

const Once = defineContract({
  name: 'Once', session: 'notAllowed',
  operations: {
    double: operation<(n: number) => number>(), long: operation<(text: string) => number>(), slow: operation<(n: number) => number>(), fail: operation<() => void>(), tell: oneWay<(n: number) => void>(),
  },
});

const told: number[] = [];
let host: ServiceHost<typeof Once>;
let served: NodeHost;
const sleep = (millis: number): Promise<void> => new Promise((wake) => { setTimeout(wake, millis); });

before(async () => {
  host = new ServiceHost(Once, {
    service: {
      double: (n: number) => 2 * n, long: (text: string) => text.length, slow: async (n: number) => { await sleep(100); return n; },
      fail() { throw new Fault('No', 'no'); }, tell(n: number) { told.push(n); },
    },
    instancing: 'single', concurrency: 'multiple', throttles: { calls: 1_000 },
  });
  await host.open();
  served = await serve(host, { port: 0 });
});
after(() => served.abort());

/** A proxy, and the bodies of the requests that it makes. */
async function client(options: NetworkOptions = {}) {
  const bodies: string[] = [];
  const fetch = (address: string, init: RequestInit): Promise<Response> => {
    bodies.push(String(init.body));
    return globalThis.fetch(address, init);
  };
  const proxy = new ServiceProxy(Once, { address: '/once', maxPendingCalls: 1_000, transport: network({ base: served.url, batch: true, fetch, ...options }) });
  await proxy.open();
  return { proxy, bodies };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

test('PROXY-12: calls of one turn travel together, each over its own pooled channel', async () => {
  const { proxy, bodies } = await client();
  assert.deepEqual(await Promise.all(numbers(100).map((n) => proxy.call.double(n))), numbers(100).map((n) => 2 * n));
  assert.equal(bodies.length, 1);
  assert.equal(await proxy.call.double(21), 42);
  assert.match(bodies[1] ?? '', /^\{/, 'a lone call is no batch');
  await proxy.close();
  assert.deepEqual(proxy.leaks(), []);
});

test('more than a batch may have', async () => {
  const { proxy, bodies } = await client();
  assert.deepEqual(await Promise.all(numbers(300).map((n) => proxy.call.double(n))), numbers(300).map((n) => 2 * n));
  assert.deepEqual(bodies.map((body) => (JSON.parse(body) as unknown[]).length), [128, 128, 44]);
});

test('a long batch goes in pieces, so that the host is at work while the rest is being written', async () => {
  const { proxy, bodies } = await client();
  const lengths = [...numbers(100).map((n) => 1_000 + n), 50_000, 10];
  assert.deepEqual(await Promise.all(lengths.map((length) => proxy.call.long('x'.repeat(length)))), lengths);
  const pieces = bodies.map((body) => [body.length, (JSON.parse(body) as unknown[]).length ?? 1] as const);
  assert.deepEqual(pieces.reduce((sum, [, count]) => sum + count, 0), lengths.length);
  assert.ok(pieces.every(([length, count]) => length <= 32 * 1024 || count === 1), 'only what is longer alone is longer');
  assert.ok(pieces.slice(0, 3).every(([length]) => length > 30 * 1024), 'and they are full');
});

test('OP-2, FLT-1: one-way calls and faults among the others', async () => {
  const { proxy, bodies } = await client();
  const ends = await Promise.allSettled([proxy.call.double(1), proxy.call.fail(), proxy.call.tell(7), proxy.call.double(2)]);
  assert.deepEqual(ends.map((end) => end.status === 'fulfilled' ? end.value : (end.reason as { code: string }).code), [2, 'FAULT', undefined, 4]);
  assert.deepEqual([bodies.length, told], [1, [7]]);
});

test('however many messages there are, the host listens once for their client to go', async () => {
  const { proxy, bodies } = await client();
  await Promise.all(Array.from({ length: 20 }, (_, at) => proxy.call.double(at)));
  let listeners = 0;
  const { signal } = new AbortController();
  signal.addEventListener = () => { listeners += 1; };
  const answer = await host.request('/once', { body: bodies.at(-1) ?? '', contentType: 'application/json', headers: [], signal });
  assert.deepEqual([answer.status, (JSON.parse(String(answer.body)) as unknown[]).length, listeners], [200, 20, 1]);
});

test('CALL-5: one of a batch is given up, the others are not', async () => {
  const { proxy } = await client();
  const stop = new AbortController();
  const given = proxy.with({ signal: stop.signal }).slow(1).catch(() => 'given up');
  const kept = proxy.call.slow(2);
  setTimeout(() => stop.abort(), 20);
  assert.deepEqual(await Promise.all([given, kept]), ['given up', 2]);
});

test('nobody wants a batch any more: the request is aborted', async () => {
  let aborted = false;
  const { proxy } = await client({
    fetch: (_, { signal }) => new Promise((_, reject) => { signal?.addEventListener('abort', () => { aborted = true; reject(new Error('aborted')); }); }),
  });
  const calls = [proxy.call.double(1), proxy.call.double(2)].map((call) => call.catch((error: { code: string }) => error.code));
  await sleep(10);
  proxy.abort();
  assert.deepEqual(await Promise.all(calls), ['ABORTED', 'ABORTED']);
  await sleep(10);
  assert.ok(aborted);
});

test('what sends a request makes its caller give up', async () => {
  let stopped = false;
  const { proxy } = await client({
    fetch: (_, { signal }) => {
      proxy.abort();
      stopped = signal?.aborted === true;
      signal?.addEventListener('abort', () => { stopped = true; });
      return new Promise(() => undefined);
    },
  });
  assert.equal(await proxy.call.double(1).catch((error: { code: string }) => error.code), 'ABORTED');
  assert.ok(stopped);
  assert.deepEqual(proxy.leaks(), []);
});

test('something else answers a batch', async () => {
  for (const [answer, code] of [[() => new Response('no', { status: 502 }), 'TRANSPORT_STATUS'], [() => new Response('[{}]', { headers: { 'content-type': 'application/json' } }), 'PROTOCOL'], [() => { throw new Error('gone'); }, 'TRANSPORT_UNREACHABLE']] as const) {
    const { proxy } = await client({ fetch: async () => answer() });
    const ends = await Promise.all([proxy.call.double(1), proxy.call.double(2)].map((call) => call.then(() => 'ok', (error: { code: string }) => error.code)));
    assert.equal(ends[0], code);
    assert.notEqual(ends[1], 'ok');
  }
});

test('a host takes no batch without end', async () => {
  const post = async (body: string): Promise<number> =>
    (await fetch(`${served.url}/once`, { method: 'POST', body, headers: { 'content-type': 'application/json' } })).status;
  const message = '{"v":1,"action":"x","id":1,"body":[]}';
  const list = (...messages: string[]): string => `[${messages.join(',')}]`;
  assert.equal(await post(list(...Array<string>(128).fill(message))), 200);
  assert.equal(await post(list(...Array<string>(129).fill(message))), 413);
  const long = (length: number): string => `{"v":1,"action":"x","id":1,"body":["${'x'.repeat(length)}"]}`;
  assert.equal(await post(list(...Array<string>(100).fill(long(1_000)))), 200, 'each is short enough');
  assert.equal(await post(list(long(65_000), long(65_000))), 200);
  assert.equal(await post(list(long(70_000), long(70_000))), 413, 'they are not');
  assert.equal(await post(list(...Array<string>(128).fill(long(2_100)))), 413, 'together they are too long');
  for (const odd of ['[]', '[[]]', '[null]', '["x"]', list(message, '{"v":1}'), list(message, '[]'), `[${message}`, '[1,2]', list(message, '503')]) assert.equal(await post(odd), 400, odd);
});
