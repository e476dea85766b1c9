// Sessions over a port whose two ends are in one thread: what is said takes a shortcut.

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { ServiceHost, ServiceProxy, defineContract, oneWay, operation, port, type OperationContext } from '../entry/node.js';

const Talk = defineContract({
  name: 'Talk', session: 'required',
  operations: {
    echo: operation<(value: unknown) => unknown>(), note: oneWay<(n: number) => void>(), noted: operation<() => number[]>(),
    tellMe: oneWay<(count: number) => void>(), spoil: operation<() => unknown>(), wait: operation<() => void>(),
  },
  callback: { operations: { told: oneWay<(n: number) => void>() } },
});

class Talker {
  readonly #notes: number[] = [];
  static kept: unknown;
  echo(value: unknown): unknown { return Talker.kept = value; }
  note(n: number): void { this.#notes.push(n); }
  noted(): number[] { return this.#notes; }
  async tellMe(count: number, context: OperationContext<typeof Talk>): Promise<void> {
    for (let n = 0; n < count; n += 1) await context.callback.told(n);
  }
  static isGone = false;
  wait(context: OperationContext<typeof Talk>): Promise<void> {
    return new Promise((_, stop) => { context.signal.addEventListener('abort', () => { Talker.isGone = true; stop(new Error('gone')); }); });
  }
  spoil(): unknown { return { later: () => 1 }; }
}

let host: ServiceHost<typeof Talk>;
let proxy: ServiceProxy<typeof Talk>;
const told: number[] = [];
const ports: MessagePort[] = [];
const sleep = (millis: number): Promise<void> => new Promise((wake) => { setTimeout(wake, millis); });

const { postMessage } = MessagePort.prototype;
let posted = 0;

before(async () => {
  MessagePort.prototype.postMessage = function count(this: MessagePort, ...given: unknown[]) {
    posted += 1;
    postMessage.apply(this, given as Parameters<typeof postMessage>);
  } as typeof postMessage;
  host = new ServiceHost(Talk, { service: Talker, instancing: 'perSession', concurrency: 'reentrant' });
  await host.open();
});
after(() => {
  MessagePort.prototype.postMessage = postMessage;
  proxy.abort();
  host.abort();
  for (const each of ports) each.close(); // they keep the program running
});

beforeEach(async () => {
  proxy?.abort();
  told.length = 0;
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  host.acceptPort(port2);
  proxy = new ServiceProxy(Talk, {
    address: '/talk', transport: port(port1), maxPendingCalls: 1_000, callbacks: { told: (n: number) => { told.push(n); } },
  });
  await proxy.open();
  await proxy.call.echo(0);
  posted = 0;
});

test('what both ends say does not go over the port', async () => {
  for (let n = 0; n < 20; n += 1) assert.equal(await proxy.call.echo(n), n);
  assert.equal(posted, 0);
});

test('every so often it does, and the event loop has its turn', async () => {
  let turns = 0;
  const timer = setInterval(() => { turns += 1; }, 0);
  const begun = performance.now();
  while (performance.now() - begun < 200) await proxy.call.echo(1);
  clearInterval(timer);
  assert.ok(turns >= 10, `${turns} turns in 200 ms`);
  assert.ok(posted > 0);
});

test('the order is kept, whichever way is taken', async () => {
  const all = Array.from({ length: 1_000 }, (_, n) => n);
  for (const n of all) {
    void proxy.call.note(n);
    if (n % 7 === 0) await null;
    if (n % 50 === 0) await sleep(0);
  }
  assert.deepEqual(await proxy.call.noted(), all);
  void proxy.call.tellMe(1_000);
  while (told.length < 1_000) await sleep(1);
  assert.deepEqual(told, all);
});

test('nothing is shared: values are copied as a port copies them', async () => {
  const given = { list: [1, { deep: new Map([[1, new Uint8Array([1, 2])]]) }], date: new Date(5), none: undefined };
  const answer = proxy.call.echo(given);
  await answer.then((value) => assert.deepEqual(value, given));
  assert.notEqual(Talker.kept, given);
  given.list.push(7);
  assert.equal(((Talker.kept as typeof given).list).length, 2);
  for (const simple of ['text', 1.5, -0, NaN, 2n ** 70n, true, null, undefined]) assert.ok(Object.is(await proxy.call.echo(simple), simple));
  const list = Object.assign([1, 2, 3], { more: 4 });
  assert.deepEqual(await proxy.call.echo(list), list);
});

test('what cannot be copied is told to whoever called', async () => {
  await assert.rejects(proxy.call.echo(() => 1), { code: 'ENCODING', message: /could not be cloned/ });
  assert.equal(await proxy.call.echo(1), 1);
  await assert.rejects(proxy.call.spoil(), /the reply cannot be sent/);
});

test('SESS-21: each end hears that the other is gone', async () => {
  const pending = proxy.call.wait().catch((error: { code?: string }) => error.code);
  await sleep(0);
  proxy.abort();
  assert.equal(await pending, 'ABORTED');
  await sleep(5);
  assert.equal(Talker.isGone, true);
});
