// JavaScript as it should not be written. Nothing of it may panic, hang, or harm what other code does.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import {
  ServiceHost, ServiceProxy, custom, defineContract, isSessionfulError, oneWay, operation, port, runtimeStats,
  type HostOptions, type ProxyOptions,
} from '../entry/node.js';

const Talk = defineContract({
  name: 'Talk', session: 'required',
  operations: { say: operation<(word: unknown) => unknown>(), hail: operation<() => unknown>(), tell: oneWay<(word: unknown) => void>() },
  callback: { operations: { ask: operation<(word: unknown) => unknown>() } },
});

const tick = (millis = 0): Promise<void> => new Promise((wake) => { setTimeout(wake, millis); });
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then((value) => value, (error: unknown) => isSessionfulError(error) ? error.code : `not ours: ${String(error)}`);

// Deadlines of the runtime alone keep no program running.
const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

const open: { abort(): void }[] = [];
afterEach(async () => {
  for (const end of open.splice(0)) end.abort();
  await tick(20);
  assert.equal(runtimeStats().heldValues, 0, 'no value is left behind');
});

interface Ends { host: ServiceHost; proxy: ServiceProxy<typeof Talk>; healthy: () => Promise<void> }

async function ends(service: object, options: Partial<HostOptions> = {}, given: Partial<ProxyOptions<typeof Talk>> = {}): Promise<Ends> {
  const host = new ServiceHost(Talk, {
    service: { say: (word: unknown) => word, hail: () => 'hailed', tell() {}, ...service } as never,
    instancing: 'single', concurrency: 'multiple', ...options as object,
  });
  await host.open();
  const make = async (): Promise<ServiceProxy<typeof Talk>> => {
    const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, callbacks: { ask: (word: unknown) => word }, ...given } as never) as ServiceProxy<typeof Talk>;
    open.push(proxy);
    await proxy.open();
    return proxy;
  };
  const proxy = await make();
  open.push(host);
  const healthy = async (): Promise<void> => {
    assert.equal(await (await make()).call.hail(), 'hailed', 'others go on');
  };
  return { host: host as never, proxy, healthy };
}

/** Every method of both ends, at once. */
function meddle({ host, proxy }: Pick<Ends, 'host' | 'proxy'>): void {
  const quiet = (work: () => unknown): void => {
    try {
      Promise.resolve(work()).catch(() => undefined);
    } catch (error) {
      assert.ok(isSessionfulError(error), String(error));
    }
  };
  for (const end of [proxy, host]) {
    for (const work of [() => end.state, () => end.snapshot(), () => end.leaks(), () => end.open()]) quiet(work);
  }
  quiet(() => proxy.pendingCalls);
  quiet(() => proxy.abandon(3));
  quiet(() => proxy.reset());
  quiet(() => proxy.call.tell('meddling'));
  quiet(() => proxy.call.say('meddling'));
}

test('every method from within an operation', async () => {
  let found: Ends | undefined;
  const made = found = await ends({ say(word: unknown) { if (found && word === 'go') meddle(found); return word; } });
  assert.equal(await made.proxy.call.say('go'), 'go');
  await made.healthy();
});

test('every method from within a callback, an authorizer and error handlers', async () => {
  let found: Ends | undefined;
  let times = 0; // what meddling calls is let in by the authorizer as well
  const meddling = (): void => { if (found && (times += 1) < 20) meddle(found); };
  const made = found = await ends(
    {
      hail: (context: { callback: { ask(word: unknown): Promise<unknown> } }) => context.callback.ask('x'),
      say(word: unknown) { if (word === 'defect') throw new Error('defect'); return word; },
    },
    { errors: { provideFault() { meddling(); return undefined; }, handleError() { meddling(); return true; } }, authorize: () => { meddling(); return true; } },
    { callbacks: { ask: (word: unknown) => { meddling(); return word; } } as never },
  );
  assert.equal(await made.proxy.call.hail(), 'x');
  assert.equal(await code(made.proxy.call.say('defect')), 'FAULT');
});

test('an operation that ends both ends', async () => {
  let found: Ends | undefined;
  found = await ends({ say() { found?.proxy.abort(); found?.host.abort(); return 'too late'; } });
  assert.equal(await code(found.proxy.call.say(1)), 'ABORTED');
  assert.equal(found.host.state, 'closed');
});

test('handlers that throw', async () => {
  const angry = (): never => { throw new Error('angry'); };
  const { proxy, healthy } = await ends({ say: angry }, { errors: { provideFault: angry, handleError: angry } as never });
  const uncaught: unknown[] = [];
  const { queueMicrotask: real } = globalThis;
  globalThis.queueMicrotask = (work) => real(() => { try { work(); } catch (error) { uncaught.push(error); } });
  assert.equal(await code(proxy.call.say(1)), 'FAULT');
  proxy.abort(); // the operation ends with its session (FLT-5)
  await tick(10);
  globalThis.queueMicrotask = real;
  assert.match(String(uncaught[0]), /angry/, 'shown as uncaught, harmless to the runtime');
  await healthy();
});

test('throws that cannot be shown', async () => {
  const odd = [Object.create(null), undefined, Symbol('x'), { get message() { throw new Error('angry'); } }, Object.assign(new Error(), { name: { toString() { throw new Error('angry'); } } })];
  for (const thrown of odd) {
    const { proxy, healthy } = await ends({ say() { throw thrown; } });
    assert.equal(await code(proxy.call.say(1)), 'FAULT');
    await healthy();
  }
});

test('an authorizer that throws refuses', async () => {
  const { proxy } = await ends({}, { authorize: () => { throw new Error('angry'); } });
  assert.match(String(await code(proxy.call.say(1))), /ACCESS_DENIED|FAULT/);
});

test('thenables that misbehave', async () => {
  const { proxy, healthy } = await ends({
    say: (word: unknown) => ({
      then(resolve: (value: unknown) => void, reject: (error: unknown) => void) {
        if (word === 'throws') throw new Error('in then');
        resolve('first');
        resolve('second');
        reject(new Error('third'));
        if (word === 'later') throw new Error('after all');
      },
    }),
  });
  assert.equal(await proxy.call.say('twice'), 'first');
  assert.equal(await code(proxy.call.say('later')), 'first');
  assert.equal(await code(proxy.call.say('throws')), 'FAULT');
  await healthy();
});

test('results and arguments that cannot travel', async () => {
  const trap = new Proxy({}, { ownKeys() { throw new Error('trapped'); }, get() { throw new Error('trapped'); } });
  const { proxy, healthy } = await ends({ say: (word: unknown) => word === 'function' ? () => 1 : word });
  assert.equal(await code(proxy.call.say(() => 1)), 'ENCODING');
  assert.equal(await code(proxy.call.say(Symbol('x'))), 'ENCODING');
  assert.equal(await code(proxy.call.say(trap)), 'ENCODING');
  assert.equal(await code(proxy.call.say('function')), 'FAULT');
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const back = await (await ends({})).proxy.call.say(circle) as typeof circle;
  assert.equal(back.self, back, 'a structured clone keeps circles');
  await healthy();
});

test('arguments that have no text form', async () => {
  const sent: string[] = [];
  const socket = Object.assign(new EventTarget(), { readyState: 1, binaryType: '', send(text: string) { sent.push(text); }, close() {} });
  const proxy = new ServiceProxy(Talk, { address: '/', transport: custom({ connect: () => socket }), callbacks: { ask: (word) => word } });
  open.push(proxy);
  const opened = proxy.open();
  await tick();
  socket.dispatchEvent(Object.assign(new Event('message'), { data: `=${'0'.repeat(32)}` }));
  await opened;
  const circle: { self?: unknown } = {};
  circle.self = circle;
  for (const odd of [circle, 1n, { toJSON() { throw new Error('angry'); } }]) {
    assert.equal(await code(proxy.call.say(odd)), 'ENCODING');
  }
  assert.deepEqual(sent, [], 'nothing was sent');
});

test('a socket that breaks every promise', async () => {
  const moods = [
    { readyState: 3 },
    { send() { throw new Error('angry'); } },
    { addEventListener: undefined },
    { close() { throw new Error('angry'); }, readyState: 3 },
  ];
  for (const mood of moods) {
    const socket = Object.assign(new EventTarget(), { readyState: 1, binaryType: '', send() {}, close() {} }, mood);
    const proxy = new ServiceProxy(Talk, { address: '/', openTimeout: 30, transport: custom({ connect: () => socket as never }), callbacks: { ask: (word) => word } });
    open.push(proxy);
    const end = await code(proxy.open());
    assert.ok(typeof end === 'string' && !end.startsWith('not ours'), `${JSON.stringify(Object.keys(mood))}: ${String(end)}`);
  }
});

test('a way that throws, rejects or answers with nonsense', async () => {
  const ways = [() => { throw new Error('angry'); }, () => Promise.reject(new Error('angry')), () => undefined, () => 7, () => ({})];
  for (const connect of ways) {
    const proxy = new ServiceProxy(Talk, { address: '/', openTimeout: 30, transport: custom({ connect: connect as never }), callbacks: { ask: (word) => word } });
    open.push(proxy);
    const end = await code(proxy.open());
    assert.ok(typeof end === 'string' && !end.startsWith('not ours'), `${connect}: ${String(end)}`);
  }
});

test('requests that are answered with nonsense', async () => {
  const Once = defineContract({ name: 'Once', session: 'notAllowed', operations: { ask: operation<() => unknown>() } });
  const odd = [
    () => undefined, () => null, () => 7, () => { throw Object.create(null); }, () => ({}), () => ({ status: 'ok', text: () => '' }),
    () => ({ status: 200, text() { throw new Error('angry'); } }), () => ({ status: 200, text: () => 7 }),
    () => ({ status: 200, headers: { get() { throw new Error('angry'); } }, text: () => '{}' }),
    () => ({ get status() { throw new Error('angry'); } }), () => new Response('{"v":1,"action":"x"}'), () => Response.error(),
  ];
  for (const fetch of odd) {
    const proxy = new ServiceProxy(Once, { address: '/', callTimeout: 200, transport: custom({ fetch: fetch as never }) });
    open.push(proxy);
    await proxy.open();
    const end = await code(proxy.call.ask());
    assert.ok(typeof end === 'string' && /^[A-Z_]+$/.test(end), `${fetch}: ${String(end)}`);
    assert.equal(proxy.state, 'opened');
  }
});

test('a port that is closed under way, and one that was never open', async () => {
  const { host } = await ends({ say: () => new Promise(() => {}) });
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  const proxy = new ServiceProxy(Talk, { address: '/talk', transport: port(port1), callTimeout: 100, callbacks: { ask: (word) => word } });
  open.push(proxy);
  await proxy.open();
  const call = code(proxy.call.say(1));
  port1.close();
  port2.close();
  assert.match(String(await call), /TIMED_OUT|DISCONNECTED/);
  const dead = new MessageChannel();
  dead.port1.close();
  const other = new ServiceProxy(Talk, { address: '/talk', transport: port(dead.port1), openTimeout: 50, callbacks: { ask: (word) => word } });
  open.push(other);
  assert.match(String(await code(other.open())), /TIMED_OUT|DISCONNECTED/);
});

test('everything twice, and in the wrong order', async () => {
  const { host, proxy } = await ends({});
  const opens = await Promise.all([code(proxy.open()), code(proxy.open()), code(host.open())]);
  assert.deepEqual(opens, ['INVALID_STATE', 'INVALID_STATE', 'HOST_INVALID_STATE']);
  const closes = await Promise.all([code(proxy.close()), code(proxy.close())]);
  assert.deepEqual(closes[0], undefined);
  proxy.abort();
  proxy.abort();
  assert.equal(await code(proxy.call.say(1)), 'INVALID_STATE');
  await Promise.all([code(host.close()), code(host.close())]);
  host.abort();
  host.abort();
  assert.deepEqual([proxy.state, host.state], ['closed', 'closed']);
});

test('a context that is used when its operation is over', async () => {
  let kept: { operation: string; callback: { ask(word: unknown): Promise<unknown> }; closeSession(): void; state: object } | undefined;
  const { proxy, healthy } = await ends({ hail(context: typeof kept) { kept = context; return 'hailed'; } });
  await proxy.call.hail();
  for (const look of [() => kept?.operation, () => kept?.closeSession(), () => kept?.state]) {
    assert.throws(look, (error: unknown) => isSessionfulError(error) && error.code === 'DISPOSED', 'CTX-4');
  }
  await healthy();
});
