// What is beyond a limit fails alone: the session, and whatever else it carries, goes on.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault, ServiceHost, ServiceProxy, custom, defineContract, network, operation, port, type OperationContext, type Transport } from '../entry/node.js';
import { serve } from '../node/index.js';

const Desk = defineContract({
  name: 'Desk', session: 'required',
  operations: {
    echo: operation<(text: string) => string>(),
    head: operation<(name: string, length: number, count: number) => string>(),
    fail: operation<(length: number) => void>(),
    ask: operation<() => string>(),
  },
  callback: { operations: { hear: operation<() => string>() } },
});

const unheard: { readonly code: string }[] = [];

class DeskService {
  echo(text: string): string { return text; }
  head(name: string, length: number, count: number, context: OperationContext<typeof Desk>): string {
    for (let n = 0; n < count; n += 1) context.addReplyHeader(name, 'x'.repeat(length));
    return name;
  }
  fail(length: number): void { throw new Fault('Long', 'é'.repeat(length)); }
  async ask(context: OperationContext<typeof Desk>): Promise<string> {
    return context.callback.hear().catch((error: { code: string }) => { unheard.push(error); throw error as never; });
  }
}

const callbacks = { hear: () => new Promise<string>(() => undefined) };
const ends: (() => unknown)[] = [];
after(async () => { for (const end of ends.reverse()) await end(); });

async function host(binding: object): Promise<{ readonly desk: ServiceHost; readonly url: string }> {
  const desk = new ServiceHost(Desk, { service: DeskService, concurrency: 'multiple', endpoints: [{ address: '/desk', binding }] });
  await desk.open();
  const served = await serve(desk as never, { port: 0 });
  ends.push(() => desk.close(), () => served.close());
  return { desk: desk as never, url: served.url };
}

async function proxy(transport: Transport, binding: object): Promise<ServiceProxy<typeof Desk>> {
  const made = new ServiceProxy(Desk, { address: '/desk', transport, binding, callbacks });
  await made.open();
  ends.push(() => { made.abort(); });
  return made;
}

const code = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: { code: string }) => error.code);

const near = { maxHeaders: 8 };
const { desk, url } = await host(near);
const { port1, port2 } = new MessageChannel();
desk.acceptPort(port2);
ends.push(() => port1.close());
const ways: Record<string, Transport> = { memory: desk.transport, port: port(port1), network: network({ base: url }) };

const many = (count: number, length: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, 'x'.repeat(length)]));

test('a call with headers that its host would not read fails alone', async () => {
  for (const [way, transport] of Object.entries(ways)) {
    const made = await proxy(transport, near);
    const calls = [{}, many(9, 1), many(1, 4_097), many(8, 4_096)].map((headers) => code(made.with({ headers }).echo('b')));
    assert.deepEqual(await Promise.all(calls), ['done', 'ENCODING', 'ENCODING', 'done'], way);
    assert.equal(await made.call.head('well', 4_096, 8), 'well', way);
    await made.close();
  }
});

test('FLT-8: whoever cannot be sent a reply for its headers is told so', async () => {
  for (const [way, transport] of Object.entries(ways)) {
    for (const [length, count] of [[4_097, 1], [1, 9]] as const) {
      const made = await proxy(transport, near);
      await assert.rejects(made.call.head('h', length, count), (fault: Error) => /the reply cannot be sent: .*header/.test(fault.message), way);
      assert.equal(made.state, 'faulted', way);
      made.abort();
    }
  }
});

test('of a long reason the beginning arrives', async () => {
  for (const [way, transport] of Object.entries(ways)) {
    const made = await proxy(transport, near);
    await assert.rejects(made.call.fail(5_000), (fault: Error) => fault.message.includes('é'.repeat(4_096)) && !fault.message.includes('é'.repeat(4_097)), way);
    await made.close();
  }
});

test('messages of one turn reach an end with another limit', async () => {
  const large = await host({ maxFrame: 1 << 20 });
  const small = await host({ maxFrame: 2_000 });
  const text = 'x'.repeat(1_000);
  for (const [to, binding] of [[large, {}], [large, { maxFrame: 2_000 }], [small, { maxFrame: 1 << 20 }], [small, { maxDepth: 2 ** 32 - 1 }]] as const) {
    const made = await proxy(network({ base: to.url }), binding);
    const answers = await Promise.all(Array.from({ length: 100 }, () => code(made.call.echo(text))));
    assert.deepEqual(answers, answers.map(() => 'done'), JSON.stringify(binding));
    await made.close();
  }
});

test('a message within the limit of characters is within that of bytes', async () => {
  const made = await proxy(network({ base: url }), near);
  const texts = [...Array.from({ length: 99 }, () => '語'.repeat(1_000)), '語'.repeat(65_000)];
  assert.deepEqual(await Promise.all(texts.map((text) => code(made.call.echo(text)))), texts.map(() => 'done'));
  await made.close();
});

test('SESS-21: a service hears that the session is gone from the callback that it awaits', async () => {
  const sockets: { terminate(): void }[] = [];
  const { WebSocket } = await import('ws');
  class Kept extends WebSocket { constructor(...given: ConstructorParameters<typeof WebSocket>) { super(...given); sockets.push(this); } }
  const made = await proxy(network({ base: url, WebSocket: Kept as never }), near);
  const asked = code(made.call.ask());
  await sleep(50);
  sockets[0]?.terminate();
  assert.notEqual(await asked, 'done');
  for (let tries = 0; unheard.length === 0 && tries < 100; tries += 1) await sleep(10);
  assert.equal(unheard[0]?.code, 'DISCONNECTED');
});

test('a closed session leaves no timer behind', async () => {
  const running = new Set<unknown>();
  const { setTimeout: begin, clearTimeout: stop } = globalThis;
  globalThis.setTimeout = ((then: () => void, millis: number, ...rest: unknown[]) => {
    const timer = begin(then, millis, ...rest);
    if (millis === 60_000) running.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = (timer) => { running.delete(timer); stop(timer); };
  try {
    const made = await proxy(network({ base: url, keepAlive: { idle: 60_000 } }), near);
    await made.call.echo('a');
    assert.equal(running.size, 1);
    await made.close();
    await sleep(50);
    assert.equal(running.size, 0);
  } finally {
    Object.assign(globalThis, { setTimeout: begin, clearTimeout: stop });
  }
});

test('a socket may tell something while it is told something', async () => {
  /** It closes within the `send` of the answer to its question. */
  class Sudden extends EventTarget {
    readyState = 0;
    protocol = 'sessionful.v1';
    constructor() {
      super();
      setTimeout(() => {
        this.readyState = 1;
        this.dispatchEvent(new Event('open'));
        this.dispatchEvent(Object.assign(new Event('message'), { data: `=${'0'.repeat(32)}` }));
        setTimeout(() => this.dispatchEvent(Object.assign(new Event('message'), { data: '?' })), 10);
      });
    }
    send(text: string): void {
      if (text !== '!') return;
      this.readyState = 3;
      this.dispatchEvent(Object.assign(new Event('close'), { code: 1006, reason: '' }));
    }
    close(): void { this.readyState = 3; }
  }
  const made = await proxy(custom({ connect: () => new Sudden() as never, fetch: undefined as never }), near);
  assert.equal(await code(made.call.echo('a')), 'DISCONNECTED');
  assert.equal(made.state, 'faulted');
  const well = await proxy(ways['network'] as Transport, near);
  assert.equal(await well.call.echo('b'), 'b', 'the runtime lives');
  await well.close();
});
