// A panic of the runtime: everything that waits ends, and everything that comes after it as well.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventFeed, PanicError, ServiceHost, ServiceProxy, defineContract, oneWay, operation, type CallbackClient } from '../entry/node.js';
import { WHOLE } from '../whole.js';

const Talk = defineContract({
  name: 'Talk', session: 'required',
  operations: { never: operation<() => string>(), hail: operation<() => string>() },
  callback: { operations: { ask: operation<() => string>(), told: oneWay<() => void>() } },
});

const never = new Promise<never>(() => {});
const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

test('a panic is one fatal event, and typed errors after', async () => {
  const core = await WHOLE.load();
  const events = new EventFeed();
  let callback: CallbackClient<typeof Talk> | undefined;
  const host = new ServiceHost(Talk, {
    service: { never: () => never, hail: (context: { callback: CallbackClient<typeof Talk> }) => { callback = context.callback; return 'hailed'; } } as never,
    instancing: 'single', concurrency: 'multiple', events,
  });
  await host.open();
  const callbacks = { ask: () => never, told() {} };
  const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, callbacks });
  await proxy.open();
  await proxy.call.hail();
  const pending = [proxy.call.never(), proxy.close(), callback?.ask(), (async () => { for await (const _ of events); })()];
  const ends = Promise.all(pending.map((work) => outcome(work as Promise<unknown>)));

  assert.throws(() => core.panic(), WebAssembly.RuntimeError);

  for (const end of await ends) assert.ok(end instanceof PanicError, String(end));
  const [first] = await ends as PanicError[];
  assert.match(first?.message ?? '', /as it was asked to/);
  for (const late of [proxy.call.never(), proxy.open(), proxy.close(), callback?.ask(), host.open(), host.close()]) {
    assert.equal(await outcome(late as Promise<unknown>), first, 'the same error for all');
  }
  assert.throws(() => proxy.abort(), PanicError);
  assert.throws(() => proxy.reset(), PanicError);
  assert.throws(() => host.snapshot(), PanicError);
  assert.equal(proxy.state, 'faulted');
  assert.equal(host.state, 'faulted');
  assert.equal((await host.request('/talk', { body: '{}', contentType: 'application/json', headers: [], signal: AbortSignal.abort() })).status, 503);
  assert.throws(() => new ServiceProxy(Talk, { address: '/talk', callbacks }), PanicError, 'a new one is no way out');
});
