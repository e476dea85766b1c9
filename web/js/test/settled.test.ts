// Values are as they were when they were given: what is done to them after that, in the same turn or by a later
// operation, reaches nobody.

import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { ServiceHost, ServiceProxy, defineContract, network, oneWay, operation, port, type OperationContext, type Transport } from '../entry/node.js';
import { serve } from '../node/index.js';

const operations = {
  put: operation<(bytes: Uint8Array) => Uint8Array>(),
  push: operation<(word: string) => string[]>(),
  note: operation<(entry: { n: number }) => { n: number }>(),
};
const Book = defineContract({ name: 'Book', session: 'required', operations: {
  ...operations,
  both: operation<(first: Uint8Array, second: Uint8Array) => Uint8Array>(),
  tell: oneWay<(entry: { n: number }) => void>(),
} });
const Card = defineContract({ name: 'Card', session: 'notAllowed', operations });

const Duplex = defineContract({
  name: 'Duplex', session: 'required', operations: { go: operation<() => string>() },
  callback: { operations: { hear: operation<(bytes: Uint8Array, entry: { n: number }) => string>() } },
});

const told: number[] = [];
const LARGE = 16_000;

class BookService {
  readonly #words: string[] = [];
  readonly #entry = { n: 0 };
  readonly #bytes = new Uint8Array(LARGE).fill(3);
  put(bytes: Uint8Array): Uint8Array { return bytes; }
  both(first: Uint8Array, second: Uint8Array): Uint8Array {
    assert.notEqual(first, second);
    this.#bytes[0] = (this.#bytes[0] ?? 0) % 3 + 1;
    return this.#bytes;
  }
  push(word: string): string[] { this.#words.push(word); return this.#words; }
  note({ n }: { n: number }): { n: number } { this.#entry.n = n; return this.#entry; }
  tell({ n }: { n: number }): void { told.push(n); }
}

/** Asks three times with the same bytes and object. */
class DuplexService {
  async go(context: OperationContext<typeof Duplex>): Promise<string> {
    const bytes = new Uint8Array(1);
    const entry = { n: 0 };
    const answers: Promise<string>[] = [];
    for (let n = 1; n <= 3; n += 1) {
      bytes[0] = n;
      entry.n = n;
      answers.push(context.callback.hear(bytes, entry));
    }
    return (await Promise.all(answers)).join();
  }
}

const duplex = new ServiceHost(Duplex, { service: DuplexService, concurrency: 'multiple' });
await duplex.open();
const servedDuplex = await serve(duplex as never, { port: 0 });
after(() => servedDuplex.close());

const hosts = [new ServiceHost(Book, { service: BookService }), new ServiceHost(Card, { service: BookService, instancing: 'single' })] as const;
await Promise.all(hosts.map((host) => host.open()));
const served = await Promise.all(hosts.map((host) => serve(host as never, { port: 0 })));

after(async () => {
  await Promise.all(served.map((one) => one.close()));
  await Promise.all(hosts.map((host) => host.close()));
});

function portTo(host: typeof hosts[number]): Transport {
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  after(() => port1.close());
  return port(port1);
}

type Way = (at: 0 | 1) => Transport;
const inMemory: Way = (at) => hosts[at].transport;
const overPort: Way = (at) => portTo(hosts[at]);
const overNetwork: Way = (at) => network({ base: served[at]?.url ?? '' });

test('INST-13: values are as they were when given, in memory', () => valuesStay(inMemory));
test('INST-13: values are as they were when given, over a port', () => valuesStay(overPort));
test('INST-13: values are as they were when given, over the network', () => valuesStay(overNetwork));

async function valuesStay(way: Way): Promise<void> {
  const book = new ServiceProxy(Book, { address: '/book', transport: way(0) });
  await book.open();
  const card = new ServiceProxy(Card, { address: '/card', transport: way(1) });
  await card.open();
  for (const { call } of [book, card]) {
    const bytes = new Uint8Array(1);
    const entry = { n: 0 };
    const calls: Promise<{ n: number }>[] = [];
    const puts: Promise<Uint8Array>[] = [];
    for (let n = 1; n <= 3; n += 1) {
      bytes[0] = n;
      entry.n = n;
      puts.push(call.put(bytes));
      calls.push(call.note(entry));
    }
    assert.deepEqual((await Promise.all(puts)).map(([first]) => first), [1, 2, 3]);
    assert.deepEqual((await Promise.all(calls)).map(({ n }) => n), [1, 2, 3]);
  }
  // Large ones move along with their messages: as copies.
  const large = new Uint8Array(LARGE).fill(7);
  const back = await Promise.all([large, large.subarray(1), large].map((second) => book.call.both(large, second)));
  assert.deepEqual(back.map((bytes) => [bytes.length, bytes[0], bytes.at(-1)]), [[LARGE, 1, 3], [LARGE, 2, 3], [LARGE, 3, 3]]);
  assert.deepEqual([large.length, large[0]], [LARGE, 7]);
  const pushed = await Promise.all(['a', 'b', 'c'].map((word) => book.call.push(word)));
  assert.deepEqual(pushed, [['a'], ['a', 'b'], ['a', 'b', 'c']]);
  const entry = { n: 7 };
  const telling = book.call.tell(entry);
  entry.n = 8;
  await telling;
  await book.call.push('d');
  assert.equal(told.pop(), 7);
  await book.close();
  await card.close();
}

test('INST-13: what is given for a callback stays as it was', async () => {
  const { port1, port2 } = new MessageChannel();
  duplex.acceptPort(port2);
  after(() => port1.close());
  for (const transport of [duplex.transport, port(port1), network({ base: servedDuplex.url })]) {
    const hear = (bytes: Uint8Array, entry: { n: number }): string => `${bytes[0]}${entry.n}`;
    const proxy = new ServiceProxy(Duplex, { address: '/duplex', transport, callbacks: { hear }, callback: { concurrency: 'multiple' } });
    await proxy.open();
    assert.equal(await proxy.call.go(), '11,22,33');
    await proxy.close();
  }
});

test('what cannot travel is refused when it is given, and nothing else suffers', async () => {
  for (const way of [inMemory, overPort, overNetwork]) {
    const book = new ServiceProxy(Book, { address: '/book', transport: way(0) });
    await book.open();
    const circle: Record<string, unknown> = {};
    circle['self'] = () => circle;
    const hidden = JSON.parse('{"__proto__": 1, "n": 2n}'.replace('2n', '2')) as { n: number };
    const big = { n: 1n as never };
    const outcomes = await Promise.allSettled([book.call.note(circle as never), book.call.push('x'), book.call.note(big), book.call.note(hidden)]);
    assert.equal(outcomes[1]?.status, 'fulfilled');
    if (way === overNetwork) {
      for (const at of [2, 3]) assert.equal((outcomes[at] as PromiseRejectedResult).reason.code, 'ENCODING');
    } else {
      assert.equal((outcomes[0] as PromiseRejectedResult).reason.code, 'ENCODING');
    }
    await book.close();
  }
});

test('PROXY-3: a socket that nobody waits for any more is closed, and harms nobody', async () => {
  const uncaught: unknown[] = [];
  process.on('uncaughtException', (error) => uncaught.push(error));
  const silent = createServer(() => undefined).listen(0);
  const { port: number } = silent.address() as { port: number };
  const open = { ...network({ base: `http://127.0.0.1:${number}` }) };
  const slow = new ServiceProxy(Book, { address: '/book', transport: open, openTimeout: 30 });
  await assert.rejects(slow.open(), { code: 'TIMED_OUT' });
  const given = new ServiceProxy(Book, { address: '/book', transport: network({ base: served[0]?.url ?? '' }) });
  const opening = given.open().catch((error: { code: string }) => error.code);
  given.abort();
  assert.match(String(await opening), /ABORTED|STATE/);
  let closed = 0;
  const late = new ServiceProxy(Book, {
    address: '/book', openTimeout: 10,
    transport: network({
      connect: () => new Promise((resolve) => {
        const socket = Object.assign(new EventTarget(), { readyState: 0, binaryType: '', send() {}, close() { closed += 1; } });
        setTimeout(() => resolve(socket), 40);
      }),
    }),
  });
  await assert.rejects(late.open(), { code: 'TIMED_OUT' });
  await new Promise((wake) => { setTimeout(wake, 150); });
  assert.equal(closed, 1);
  assert.equal(served[0]?.stats.sessions, 0);
  assert.deepEqual(uncaught, []);
  silent.close();
  (silent as unknown as { closeAllConnections?(): void }).closeAllConnections?.();
  silent.unref();
});

test('addresses and options of the network that cannot be meant', async () => {
  for (const options of [{ maxRequests: 0 }, { maxRequests: 2.5 }, { maxRequests: Number.NaN }, { batch: 1 }, { keepAlive: true }, { fetch: 5 }, { maxrequests: 3 }, null]) {
    assert.throws(() => network(options as never), { code: 'INVALID_OPTION' }, JSON.stringify(options));
  }
  network({ maxRequests: Infinity });
  for (const address of ['htps://127.0.0.1/card', 'ftp://127.0.0.1/card', 'data:text/plain,', 'http://me:secret@127.0.0.1/card']) {
    const card = new ServiceProxy(Card, { address, transport: network() });
    await card.open();
    await assert.rejects(card.call.push('a'), { code: 'TRANSPORT_ADDRESS' }, address);
    await card.close();
  }
});

test('HOST-4: what became of a call that a host cut off nobody knows', async () => {
  const host = new ServiceHost(Card, { service: { put: (bytes: Uint8Array) => bytes, push: () => new Promise<string[]>(() => undefined), note: (entry: { n: number }) => entry }, instancing: 'single' });
  await host.open();
  const own = await serve(host, { port: 0 });
  const card = new ServiceProxy(Card, { address: '/card', transport: network({ base: own.url }) });
  await card.open();
  const call = card.call.push('a').then(() => 'done', (error: { code: string }) => error.code);
  await new Promise((wake) => { setTimeout(wake, 50); });
  host.abort();
  assert.equal(await call, 'TRANSPORT_STATUS');
  await card.close();
  own.abort();
});
