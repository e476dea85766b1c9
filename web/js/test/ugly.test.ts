// JavaScript as it should not be written. Nothing of it may panic, hang, or harm what other code does.

import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  EventFeed, Fault, FaultError, HostGroup, ServiceHost, ServiceProxy, bundled, custom, defineContract, isSessionfulError, network, oneWay, operation, port, runtimeStats,
  type HostOptions, type ProxyOptions, type SessionfulError, type Transport, type WorkerLike,
} from '../entry/node.js';
import { serve } from '../node/index.js';

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

const Plain = defineContract({
  name: 'Plain', session: 'notAllowed',
  operations: {
    echo: operation<(word: unknown) => unknown>({ parameters: 1 }), make: operation<() => unknown>({ parameters: 0 }),
  },
});

/** What throws whenever it is looked at. */
function untouchable(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const suspicious = (): object => new Proxy({}, { getPrototypeOf() { throw new Error('do not ask'); } });

test('throws and results that throw when they are looked at', async () => {
  const ways: ((word: unknown) => unknown)[] = [
    () => { throw untouchable(); }, () => { throw suspicious(); },
    () => Promise.reject(untouchable()), () => Promise.reject(suspicious()),
    () => untouchable(), () => suspicious(), async () => suspicious(),
  ];
  const { proxy, healthy } = await ends({ say: (way: number) => ways[way]?.(0) });
  for (const way of ways.keys()) {
    assert.equal(await code(proxy.call.say(way)), 'FAULT', String(way));
    await healthy();
    proxy.abort();
    await proxy.close();
    proxy.reset();
    await proxy.open();
  }
});

test('a contract that calls back, and nobody to call', async () => {
  const { host, healthy } = await ends({});
  assert.throws(() => new ServiceProxy(Talk, { address: '/talk', transport: host.transport } as never), { code: 'INVALID_OPTION' });
  await healthy();
});

test('what cannot be cloned, in single calls over a port', async () => {
  const host = new ServiceHost(Plain, { service: { echo: (word: unknown) => word, make: () => () => 'secret' }, instancing: 'single' });
  open.push(host);
  await host.open();
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  for (const transport of [port(port1), host.transport]) {
    const proxy = new ServiceProxy(Plain, { address: '/plain', transport, callTimeout: 2_000 });
    open.push(proxy);
    await proxy.open();
    assert.equal(await code(proxy.call.echo(() => 1)), 'ENCODING');
    const refused = await proxy.call.make().then(String, (error: unknown) => error) as Error;
    assert.equal((refused as { faultCode?: string }).faultCode, 'InternalServiceFault');
    assert.doesNotMatch(refused.message, /secret|byte 0/, 'what is inside stays inside (FLT-4)');
    assert.equal(await proxy.call.echo(5), 5);
  }
  port1.close();
});

test('wrong numbers of arguments are told to the caller, and the session goes on', async () => {
  const Strict = defineContract({ name: 'Strict', session: 'required', operations: { add: operation<(a: number, b: number) => number>({ parameters: 2 }) } });
  const host = new ServiceHost(Strict, { service: { add: (a: number, b: number) => a + b }, instancing: 'single' });
  const proxy = new ServiceProxy(Strict, { address: '/strict', transport: host.transport });
  open.push(proxy, host);
  await host.open();
  await proxy.open();
  // FLT-9: the caller's mistake is no failure of the service, and FLT-1 keeps the session.
  const refused = await (proxy.call.add as (a: number) => Promise<number>)(1).catch((error: unknown) => error);
  assert.equal((refused as { code: string }).code, 'DESERIALIZATION_FAILED');
  assert.match(String(refused), /takes 2 arguments, not 1/);
  assert.equal(await proxy.call.add(1, 2), 3);
});

test('a signal that was aborted before', async () => {
  const { proxy, healthy } = await ends({});
  for (const signal of [AbortSignal.abort(), AbortSignal.abort('why'), AbortSignal.abort(new Error('mine'))]) {
    assert.equal(await proxy.with({ signal }).hail().catch((error: unknown) => error), signal.reason);
  }
  assert.equal(proxy.pendingCalls, 0);
  await healthy();
});

test('ends that are ended while they open', async () => {
  const { host, proxy: opened } = await ends({});
  const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, callbacks: { ask: (word: unknown) => word } });
  const opening = code(proxy.open());
  proxy.abort();
  assert.equal(await opening, 'ABORTED');
  assert.equal(proxy.state, 'created', 'PROXY-2');
  assert.equal(await opened.call.hail(), 'hailed');

  const options = { service: { echo: (word: unknown) => word, make() {} }, instancing: 'single' } as const;
  const hurried = new ServiceHost(Plain, options);
  const hosting = code(hurried.open());
  hurried.abort();
  assert.match(String(await hosting), /^HOST_/);
  assert.equal(hurried.state, 'closed');

  const never = new ServiceHost(Plain, options);
  await never.close();
  assert.equal(never.state, 'closed');
  assert.equal(await code(never.open()), 'HOST_INVALID_STATE', 'CO-8');
});

test('options of calls that cannot be meant', async () => {
  const { proxy } = await ends({});
  const wrong: unknown[] = [
    null, 5, { timeout: -1 }, { timeout: Number.NaN }, { timeout: '5' }, { timeout: null }, { timout: 1 }, { group: 0 }, { group: 1.5 },
    { group: 2 ** 32 }, { signal: {} }, { headers: new Map([['a', 'b']]) }, { headers: new Headers({ a: 'b' }) }, { headers: 'a: b' }, { headers: { a: 1 } },
  ];
  for (const options of wrong) {
    assert.throws(() => proxy.with(options as never), { code: 'INVALID_OPTION', name: 'OptionError' }, JSON.stringify(options));
  }
  assert.equal(await proxy.with({ timeout: Infinity, group: 1, headers: { a: 'b' } }).hail(), 'hailed');
  for (const options of [{ callTimeout: -1 }, { calltimeout: 1 }, { rules: 'WCF' }, { transport: {} }]) {
    assert.throws(() => new ServiceProxy(Plain, { address: '/plain', ...options } as never), { code: 'INVALID_OPTION' }, JSON.stringify(options));
  }
});

test('options of hosts that cannot be meant', () => {
  const service = { echo: (word: unknown) => word, make() {} };
  const wrong: [option: string, options: unknown][] = [
    ['service', undefined], ['service', {}], ['service', { service: 5 }], ['service', { service: null }], ['service', { service: { echo() {} } }],
    ['endpoints', { service, endpoints: '/x' }], ['endpoints', { service, endpoints: [null] }], ['endpoints', { service, endpoints: [{}] }],
    ['endpoints', { service, endpoints: [{ address: '/a' }, { address: '/b' }, { address: '/a' }] }], ['binding', { service, endpoints: [{ address: '/a', binding: null }] }],
    ['authorize', { service, authorize: true }], ['errors', { service, errors: 5 }], ['provideFault', { service, errors: { provideFault: 5 } }],
    ['errors.provide', { service, errors: { provide() {} } }], ['released', { service, released: 5 }], ['events', { service, events: {} }], ['throttles', { service, throttles: 5 }],
  ];
  for (const [option, options] of wrong) {
    assert.throws(() => new ServiceHost(Plain, options as never), { code: 'INVALID_OPTION', message: new RegExp(`^option ${option} `) }, option);
  }
  for (const contract of [undefined, {}, Plain.operations]) {
    assert.throws(() => new ServiceHost(contract as never, { service } as never), { code: 'CONTRACT_SHAPE', message: /defineContract/ });
    assert.throws(() => new ServiceProxy(contract as never, { address: '/' } as never), { code: 'CONTRACT_SHAPE' });
  }
  for (const options of [undefined, {}, { address: null }, { address: '' }, { address: '/', binding: null }, { address: '/', events: {} }, { address: '/', callback: 5 }]) {
    assert.throws(() => new ServiceProxy(Plain, options as never), { code: 'INVALID_OPTION' }, JSON.stringify(options));
  }
  assert.throws(() => new ServiceProxy(Talk, { address: '/', callbacks: { ask: 5 } } as never), { code: 'INVALID_OPTION', message: /no method ask/ });
  const host = new ServiceHost(Plain, { service });
  for (const hosts of [undefined, host, [1], [host, host]]) assert.throws(() => new HostGroup(hosts as never), { code: 'INVALID_OPTION' });
});

test('a class as compilers write it for old engines', async () => {
  function Old(this: { words: unknown[] }): void { this.words = []; }
  Old.prototype.echo = function echo(this: { words: unknown[] }, word: unknown): unknown { this.words.push(word); return this.words.length; };
  Old.prototype.make = (): void => undefined;
  const host = new ServiceHost(Plain, { service: Old as never, instancing: 'perCall' });
  const proxy = new ServiceProxy(Plain, { address: '/plain', transport: host.transport });
  open.push(proxy, host);
  await host.open();
  await proxy.open();
  assert.deepEqual([await proxy.call.echo('a'), await proxy.call.echo('b')], [1, 1], 'an object for each call (INST-3)');
});

/** Has the collector run until nothing is left of what it may take, or it is plain that it does not. */
async function remains(things: readonly WeakRef<object>[]): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const left = (): number => things.filter((thing) => thing.deref() !== undefined).length;
  for (let round = 0; round < 20 && left() > 0; round += 1) {
    await tick(10);
    collect();
  }
  return left();
}

test('hosts that have ended are collected', async () => {
  // Of the class know the host, and what the runtime holds of it.
  const turn = async (abort: boolean): Promise<WeakRef<object>> => {
    const service = class { async echo(word: unknown) { return word; } make: () => unknown = () => tick(5); };
    const host = new ServiceHost(Plain, { service });
    const proxy = new ServiceProxy(Plain, { address: '/plain', transport: host.transport });
    await host.open();
    await proxy.open();
    assert.equal(await proxy.call.echo(7), 7);
    const busy = abort ? code(proxy.call.make()) : undefined;
    if (abort) host.abort();
    else await host.close();
    assert.equal(await busy, abort ? 'DISCONNECTED' : undefined);
    return new WeakRef(service);
  };
  const services = [];
  for (let round = 0; round < 20; round += 1) services.push(await turn(round % 2 === 0));
  assert.equal(await remains(services), 0);
});

test('proxies that nobody closes are collected, and their sessions end', async () => {
  const Lone = defineContract({ name: 'Lone', session: 'required', operations: { echo: operation<(word: unknown) => unknown>() } });
  const host = new ServiceHost(Lone, { service: class { echo(word: unknown) { return word; } } });
  await host.open();
  const served = await serve(host, { port: 0 });
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  open.push(host, { abort: () => { port1.close(); void served.close(); } });
  const sessions = (): number => Object.keys((host.snapshot() as { channels: object }).channels).length;
  const events = new EventFeed();
  const turn = async (transport: Transport): Promise<WeakRef<object>> => {
    const proxy = new ServiceProxy(Lone, { address: '/lone', transport, events });
    await proxy.open();
    assert.equal(await proxy.call.echo('x'), 'x');
    return new WeakRef(proxy);
  };
  const proxies = [];
  for (const transport of [host.transport, port(port1), network({ base: served.url })]) {
    for (let round = 0; round < 5; round += 1) proxies.push(await turn(transport));
  }
  assert.equal(sessions(), proxies.length);
  assert.equal(await remains(proxies), 0);
  for (let round = 0; round < 50 && sessions() > 0; round += 1) await tick(10);
  assert.equal(sessions(), 0, 'a proxy that is gone is closed');
});

test('who can be called back lives until it is closed', async () => {
  const callers: { ask(word: unknown): Promise<unknown> }[] = [];
  const { host } = await ends({ hail(context: { callback: (typeof callers)[0] }) { callers.push(context.callback!); } });
  for (const rules of ['wws', 'wcf'] as const) {
    const callbacks = { ask: (word: unknown) => `${String(word)}!` };
    const listen = async (): Promise<WeakRef<object>> => {
      const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, callbacks, rules });
      if (rules === 'wws') await proxy.open();
      await proxy.call.hail();
      return new WeakRef(proxy);
    };
    await remains([await listen()]);
    await tick(20);
    assert.equal(await callers.pop()?.ask('there'), 'there!', rules);
  }
  // Once it is over, so is its life.
  const abort = async (): Promise<WeakRef<object>> => {
    const callbacks = { ask: (word: unknown) => word };
    const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, callbacks });
    await proxy.open();
    proxy.abort();
    return new WeakRef(callbacks);
  };
  assert.equal(await remains([await abort()]), 0);
});

test('what the other end would refuse is not sent', async () => {
  const Session = defineContract({ name: 'Session', session: 'required', operations: { echo: operation<(word: unknown) => unknown>({ parameters: 1 }), make: operation<() => unknown>() } });
  let deep: unknown = 1;
  for (let level = 0; level < 100; level += 1) deep = [deep];
  const poisoned: unknown = JSON.parse('{"__proto__":{"a":1}}');
  const hosts = new HostGroup([Session, Plain].map((contract) =>
    new ServiceHost(contract as typeof Plain, { service: { echo: (word: unknown) => word, make: () => deep }, instancing: 'single' })));
  await hosts.open();
  const served = await serve(hosts, { port: 0 });
  for (const [contract, address] of [[Session, '/session'], [Plain, '/plain']] as const) {
    const proxy = new ServiceProxy(contract as typeof Plain, { address, transport: network({ base: served.url }) });
    await proxy.open();
    for (const value of [deep, poisoned]) assert.equal(await code(proxy.call.echo(value)), 'ENCODING', address);
    assert.equal(await code(proxy.call.make()), 'FAULT', 'a result is as little sent');
    if (address === '/plain') assert.equal(await proxy.call.echo('__proto__'), '__proto__', 'a text is no key');
    proxy.abort();
  }
  await served.close();
});

test('one-way calls that cannot travel fail alone, either way', async () => {
  const callback = { operations: { hear: oneWay<(word: unknown) => void>() } };
  const operations = { tell: oneWay<(word: unknown) => void>(), heard: operation<() => unknown[]>(), shout: operation<() => unknown>() };
  const Session = defineContract({ name: 'Session', session: 'required', operations, callback });
  const Single = defineContract({ name: 'Single', session: 'notAllowed', operations });
  const heard: unknown[] = [];
  const odd = { uncloneable() {}, unwritable: 1n };
  const service = {
    tell(word: unknown) { heard.push(word); },
    heard: () => heard.splice(0),
    shout: (context: { callback: { hear(word: unknown): Promise<void> } }) => code(context.callback.hear(odd)),
  };
  const hosts = [Session, Single].map((contract) =>
    new ServiceHost(contract as unknown as typeof Plain, { service: service as never, instancing: 'single', concurrency: 'multiple' }));
  const group = new HostGroup(hosts);
  await group.open();
  const served = await serve(group, { port: 0 });
  const { port1, port2 } = new MessageChannel();
  group.acceptPort(port2);
  open.push({ abort: () => { port1.close(); group.abort(); void served.close(); } });
  for (const host of hosts) {
    const contract = host === hosts[0] ? Session : Single as unknown as typeof Session;
    const address = `/${contract.name.toLowerCase()}`;
    for (const transport of [host.transport, port(port1), network({ base: served.url })]) {
      const proxy = new ServiceProxy(contract, { address, transport, ...contract === Session ? { callbacks: { hear() {} } } : {} } as never) as ServiceProxy<typeof Session>;
      open.push(proxy);
      await proxy.open();
      assert.equal(await code(proxy.call.tell(odd)), 'ENCODING', address);
      assert.equal(await code(proxy.call.tell(1)), undefined, address);
      if (contract === Session) assert.equal(await proxy.call.shout(), 'ENCODING');
      assert.deepEqual(await proxy.call.heard(), [1], address);
      assert.equal(proxy.state, 'opened', 'OP-2: nothing else fails with them');
    }
  }
});

interface PlainService { echo(word: unknown): unknown; make?(): unknown }

/** A service for single calls behind a socket of its own, and proxies to it. */
async function overNetwork({ echo, make = () => 0 }: PlainService) {
  const host = new ServiceHost(Plain, { service: { echo, make }, instancing: 'single' });
  await host.open();
  const served = await serve(host, { port: 0 });
  open.push(host, { abort: () => void served.close() });
  const reach = async (own: { fetch?: typeof fetch } = {}): Promise<ServiceProxy<typeof Plain>> => {
    const proxy = new ServiceProxy(Plain, { address: '/plain', transport: network({ base: served.url, ...own }) });
    open.push(proxy);
    await proxy.open();
    return proxy;
  };
  return { url: served.url, reach };
}

test('what only looks like bytes is not taken for them', async () => {
  const proxy = await (await overNetwork({ echo: (word) => word, make: () => ({ $bytes: 'AA==' }) })).reach();
  for (const value of [{ $bytes: 'AA==', of: 'mine' }, { $bytes: 5 }, { $bytes: '?', $type: 'mine' }, { in: { $bytes: null } }]) {
    assert.deepEqual(await proxy.call.echo(value), value);
  }
  assert.deepEqual(await proxy.call.echo(Uint8Array.of(0)), Uint8Array.of(0));
  for (const value of [{ $bytes: 'AA==' }, { in: [{ $bytes: 'AA==' }] }]) {
    assert.equal(await code(proxy.call.echo(value)), 'ENCODING', 'it would arrive as bytes');
  }
  assert.equal(await code(proxy.call.make()), 'FAULT', 'a result is as little sent');
});

test('bytes inside of values arrive as bytes, and what is no base64 is refused', async () => {
  const { url, reach } = await overNetwork({ echo: (word) => word });
  const proxy = await reach();
  const inside = { list: [[new Uint8Array([1, 2])]], none: new Uint8Array(0), when: null };
  assert.deepEqual(await proxy.call.echo(inside), inside);
  assert.deepEqual(await proxy.call.echo({ of: Buffer.from('\u0000\u00ff', 'latin1') }), { of: Uint8Array.of(0, 255) }, 'those of Node spell themselves');
  const me = { toJSON: () => 'me', all: [] as unknown[], bytes: Uint8Array.of(1) };
  me.all.push(me);
  assert.equal(await proxy.call.echo(me), 'me', 'what spells itself may go in circles');
  const circle: Record<string, unknown> = { bytes: Uint8Array.of(1) };
  assert.equal(await code(proxy.call.echo({ circle: Object.assign(circle, { circle }) })), 'ENCODING', 'nothing else may');

  const post = (body: string): Promise<Response> => fetch(`${url}/plain`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: `{"v":1,"action":"Plain/echo","id":1,"body":[${body}]}`,
  });
  const hidden = await (await post('{"in":{"\\u0024bytes":"AAE="}}')).json() as { body: unknown };
  assert.deepEqual(hidden.body, { in: { $bytes: 'AAE=' } }, 'an escape hides nothing');
  for (const bad of ['{"$bytes":"?"}', '[{"in":{"$bytes":"AAE=="}}]']) assert.equal((await post(bad)).status, 400, bad);
});

test('FLT-2: bytes in the detail of a fault arrive as bytes', async () => {
  const { reach } = await overNetwork({ echo: (detail) => { throw new Fault('Odd', 'that is odd', { kind: 'Odd', detail }); } });
  const faultOf = async (proxy: ServiceProxy<typeof Plain>, detail: unknown): Promise<unknown[]> => {
    const error = await proxy.call.echo(detail).catch((caught: unknown) => caught);
    return error instanceof FaultError ? [error.faultCode, error.detail] : [(error as SessionfulError).code];
  };
  const bytes = Uint8Array.of(0, 255);
  const proxy = await reach();
  for (const detail of [bytes, { deep: { list: [[bytes]] } }, 7]) {
    assert.deepEqual(await faultOf(proxy, detail), ['Odd', detail]);
  }

  const changed = (from: string, to: string): Promise<ServiceProxy<typeof Plain>> => reach({
    fetch: async (address, init) => {
      const answer = await fetch(address, init);
      return new Response((await answer.text()).replace(from, to), answer);
    },
  });
  assert.deepEqual(await faultOf(await changed('$bytes', '\\u0024bytes'), bytes), ['Odd', bytes], 'an escape hides nothing');
  assert.deepEqual(await faultOf(await changed('AP8=', '?'), bytes), ['PROTOCOL'], 'no base64');
});

test('FLT-4: a fault whose detail would be taken for bytes is a defect of the service', async () => {
  const proxy = await (await overNetwork({ echo: () => { throw new Fault('Odd', 'that is odd', { kind: 'Odd', detail: { $bytes: 'AA==' } }); } })).reach();
  const error = await proxy.call.echo(0).catch((caught: unknown) => caught);
  assert.ok(error instanceof FaultError);
  assert.deepEqual([error.faultCode, error.fromRuntime, error.detail], ['InternalServiceFault', true, undefined]);
});

test('a worker that fails, before it is asked for anything or after', async () => {
  const ways: [name: string, make: (worker: WorkerLike) => Transport][] = [['port', port], ['bundled', (worker) => bundled(worker, { base: 'http://localhost' })]];
  for (const [name, make] of ways) {
    for (const early of [true, false]) {
      const worker = Object.assign(new EventTarget(), {
        postMessage(_: unknown, [far]: MessagePort[]) { open.push({ abort: () => far?.close() }); },
      });
      const transport = make(worker);
      const proxy = new ServiceProxy(Talk, { address: '/talk', transport, callbacks: { ask: (word: unknown) => word } });
      open.push(proxy);
      if (early) worker.dispatchEvent(new Event('error'));
      const opening = code(proxy.open());
      await tick();
      if (!early) worker.dispatchEvent(new Event('error'));
      assert.match(String(await opening), /^(DISCONNECTED|TRANSPORT_UNREACHABLE)$/, `${name}, ${early ? 'early' : 'late'}`);
    }
  }
});
