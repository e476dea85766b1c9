// What still goes on when an end is closed, and what is left of ends that were.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ServiceHost, ServiceProxy, bundled, defineContract, init, isSessionfulError, operation, port, runtimeStats,
  type HostOptions, type ProxyOptions, type WorkerLike,
} from '../entry/node.js';
import { hostIn } from '../entry/worker.js';
import type { Scope } from '../host.js';

const Duplex = defineContract({
  name: 'Duplex', session: 'required',
  operations: { go: operation<() => string>() },
  callback: { operations: { step: operation<(n: number) => string>() } },
});

const tick = (millis = 0): Promise<void> => new Promise((wake) => { setTimeout(wake, millis); });
const code = (work: Promise<unknown>): Promise<unknown> =>
  work.then((value) => value, (error: unknown) => isSessionfulError(error) ? error.code : `not ours: ${String(error)}`);

const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

// Ports that are open keep Node running.
const given: MessagePort[] = [];
after(() => { for (const one of given) one.close(); });

const uncaught: unknown[] = [];
process.on('uncaughtException', (error) => uncaught.push(error));
process.on('unhandledRejection', (error) => uncaught.push(error));

async function host(options: Partial<HostOptions<typeof Duplex>> = {}): Promise<ServiceHost<typeof Duplex>> {
  const made = new ServiceHost(Duplex, {
    service: { go: async (context) => `${await context.callback.step(1)}!` }, concurrency: 'multiple', instancing: 'single', ...options,
  });
  await made.open();
  return made;
}

function proxyTo(made: ServiceHost<typeof Duplex>, step: (n: number, context?: unknown) => Promise<string>, options: Partial<ProxyOptions<typeof Duplex>> = {}): ServiceProxy<typeof Duplex> {
  return new ServiceProxy(Duplex, {
    address: '/duplex', transport: made.transport, callbacks: { step }, maxCloseTimeout: 20, callback: { concurrency: 'multiple' }, ...options,
  });
}

test('CTX-4: a callback that ends after its proxy harms nobody, and its context is over', async () => {
  const serving = await host();
  const heard: unknown[] = [];
  for (const rules of ['wws', 'wcf'] as const) {
    for (const end of ['close', 'abort'] as const) {
      const proxy = proxyTo(serving, async (_, context) => {
        await tick(60);
        heard.push(await code((async () => (context as { session: string }).session)()));
        return 'late';
      }, { rules });
      await proxy.open();
      const call = code(proxy.call.go());
      await tick(10);
      await code((async () => proxy[end]())());
      await call;
    }
  }
  await tick(100);
  assert.equal(heard.length, 4);
  for (const one of heard) assert.match(String(one), /^(DISPOSED|[0-9a-f]{32})$/, 'over, or not yet');
  assert.deepEqual(uncaught.splice(0), []);
  await serving.close();
});

test('a proxy that closes itself from within a callback', async () => {
  const serving = await host();
  const proxy = proxyTo(serving, async () => { await code(proxy.close()); return 'closed'; });
  await proxy.open();
  assert.match(String(await code(proxy.call.go())), /^[A-Z_]+$/);
  await tick(50);
  assert.equal(proxy.state, 'closed');
  assert.deepEqual(uncaught.splice(0), []);
  await serving.close();
});

test('CALL-5: a signal that aborts after its proxy was aborted', async () => {
  const serving = await host({ service: { go: () => new Promise(() => undefined) } });
  for (const rules of ['wws', 'wcf'] as const) {
    const proxy = proxyTo(serving, async () => '', { rules });
    await proxy.open();
    const controller = new AbortController();
    const call = code(proxy.with({ signal: controller.signal }).go());
    proxy.abort();
    controller.abort();
    assert.match(String(await call), /^(ABORTED|not ours)/);
  }
  await tick(5);
  assert.deepEqual(uncaught.splice(0), []);
  serving.abort();
});

test('who cannot be called back any more is collected', async () => {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  const serving = await host();
  const kept: WeakRef<object>[] = [];
  await (async () => {
    for (let at = 0; at < 20; at += 1) {
      const callbacks = { step: async () => '' };
      kept.push(new WeakRef(callbacks));
      const proxy = new ServiceProxy(Duplex, { address: '/nowhere', transport: serving.transport, callbacks });
      assert.equal(await code(proxy.open()), 'NOT_FOUND');
    }
  })();
  for (let at = 0; at < 10; at += 1) {
    await tick(5);
    gc();
  }
  assert.ok(kept.filter((one) => one.deref() !== undefined).length <= 1, 'those whose opening failed are gone');
  await serving.close();
});

test('callbacks that never end do not keep the memory of their proxies', async () => {
  const serving = await host();
  const run = async (count: number): Promise<number> => {
    for (let at = 0; at < count; at += 1) {
      const proxy = proxyTo(serving, () => new Promise(() => undefined));
      await proxy.open();
      const call = code(proxy.call.go());
      await tick();
      proxy.abort();
      await call;
      await code(proxy.close());
    }
    return runtimeStats().memory;
  };
  const before = await run(100);
  assert.ok(await run(400) - before < 1_000_000);
  await serving.close();
});

test('an asynchronous disposal that returns nothing', async () => {
  let disposed = 0;
  class Careless {
    go(): string { return 'gone'; }
    [Symbol.asyncDispose](): void { disposed += 1; }
  }
  const serving = await host({ service: Careless as never, instancing: 'perCall' });
  const proxy = proxyTo(serving, async () => '');
  await proxy.open();
  assert.equal(await proxy.call.go(), 'gone');
  await proxy.close();
  await serving.close();
  assert.equal(disposed, 1);
  assert.deepEqual(uncaught.splice(0), []);
});

/** A worker without a thread. */
function workerWith(serve: (scope: Scope) => void): WorkerLike & EventTarget {
  const scope = new EventTarget();
  serve(scope as Scope);
  return Object.assign(new EventTarget(), {
    postMessage(data: unknown, ports: MessagePort[]) {
      given.push(...ports);
      scope.dispatchEvent(Object.assign(new Event('message'), { data, ports }));
    },
  });
}

test('an error that a worker does not catch is its own affair, once it has answered', async () => {
  await init();
  for (const way of [port, (worker: WorkerLike) => bundled(worker, { base: 'http://localhost' })]) {
    const serving = new ServiceHost(Duplex, { service: { go: () => 'went' }, instancing: 'single' });
    const worker = workerWith((scope) => { void hostIn(scope, [serving]); });
    const proxy = new ServiceProxy(Duplex, { address: '/duplex', transport: way(worker), callbacks: { step: () => '' } });
    await proxy.open();
    assert.equal(await code(proxy.call.go()), 'went');
    await tick(100);
    worker.dispatchEvent(new Event('error'));
    assert.equal(await code(proxy.call.go()), 'went');
    await proxy.close();
    await serving.close();
  }
});

test('HOST-2: whoever connects to a worker whose host cannot be opened is told so', async () => {
  const broken = new ServiceHost(Duplex, { service: { go: () => '' }, instancing: 'single', endpoints: [{ address: '/duplex', binding: { channel: 'sessionless' } }] });
  const worker = workerWith((scope) => {
    broken.serve(scope);
    broken.open().catch(() => undefined);
  });
  for (const way of [port, (one: WorkerLike) => bundled(one, { base: 'http://localhost' })]) {
    const proxy = new ServiceProxy(Duplex, { address: '/duplex', transport: way(worker), callbacks: { step: () => '' } });
    assert.match(String(await code(proxy.open())), /^(DISCONNECTED|NOT_FOUND)$/);
  }
});

test('a service worker whose place another has taken', async () => {
  const worker = Object.assign(new EventTarget(), { state: 'activated', postMessage(_: unknown, ports: MessagePort[]) { given.push(...ports); } });
  const proxy = new ServiceProxy(Duplex, { address: '/duplex', transport: port(worker), callbacks: { step: () => '' } });
  const opening = code(proxy.open());
  await tick();
  worker.state = 'redundant';
  worker.dispatchEvent(new Event('statechange'));
  assert.equal(await opening, 'DISCONNECTED');
  const late = new ServiceProxy(Duplex, { address: '/duplex', transport: port(worker), callbacks: { step: () => '' } });
  assert.equal(await code(late.open()), 'DISCONNECTED');
});

test('a request that was given up before', async () => {
  let calls = 0;
  const Once = defineContract({ name: 'Once', session: 'notAllowed', operations: { go: operation<() => number>() } });
  const serving = new ServiceHost(Once, { service: { go: () => calls += 1 }, instancing: 'single' });
  await serving.open();
  const answer = await serving.request('/once', {
    body: '{"v":1,"action":"Once/go","id":1,"body":[]}', contentType: 'application/json', headers: [], signal: AbortSignal.abort(),
  });
  assert.equal(answer.status, 499);
  assert.equal(calls, 0);
  await serving.close();
});

test('CALL-6: what is no group abandons nothing', async () => {
  const serving = await host({ service: { go: () => tick(20).then(() => 'went') } });
  const proxy = proxyTo(serving, async () => '');
  await proxy.open();
  const call = proxy.call.go();
  for (const group of [undefined, 'x', 0.5, Number.NaN, -1, 2 ** 32]) {
    assert.throws(() => proxy.abandon(group as never), { code: 'INVALID_OPTION' });
  }
  assert.equal(await call, 'went');
  await proxy.close();
  await serving.close();
});
