// What a program does while the runtime is being loaded. This file is a program of its own: nothing is loaded yet.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { ServiceHost, ServiceProxy, StateError, defineContract, init, initSync, operation } from '../entry/node.js';

const Log = defineContract({ name: 'Log', session: 'required', operations: { put: operation<(n: number) => number>() } });

const alive = setInterval(() => {}, 1_000);
after(() => clearInterval(alive));

test('CO-19, SESS-24: calls that wait for the runtime begin in their order, with what is left of their time', async () => {
  const came: number[] = [];
  const host = new ServiceHost(Log, { service: { put: (n: number) => came.push(n) }, instancing: 'single' });
  const opening = host.open();
  const proxy = new ServiceProxy(Log, { address: '/log', transport: host.transport, rules: 'wcf' });
  const giveUp = new AbortController();
  const calls = [
    proxy.call.put(1),
    init().then(() => proxy.call.put(3)),
    proxy.call.put(2),
    assert.rejects(proxy.with({ signal: giveUp.signal }).put(9), /enough/),
    assert.rejects(proxy.with({ timeout: 0 }).put(8), { code: 'TIMED_OUT' }),
  ];
  giveUp.abort(new Error('enough'));
  const binary = readFileSync(new URL('../wasm/sessionful_bg.wasm', import.meta.url));
  assert.throws(() => initSync(binary), StateError, 'one runtime is enough');
  await Promise.all([opening, ...calls]);
  assert.deepEqual(came, [1, 2, 3]);
  await init(Promise.reject(new Error('nobody looks at a second source')));
  await proxy.close();
  await host.close();
});
