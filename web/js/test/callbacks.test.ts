// What a service learns from the callback object of its caller.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, ServiceHost, ServiceProxy, defineContract, isFault, oneWay, operation, type OperationContext } from '../entry/node.js';

const Asking = defineContract({
  name: 'Asking', session: 'required',
  operations: { ask: operation<(by: number) => string>() },
  callback: { operations: { divide: operation<(by: number) => number, { DivideByZero: { by: number } }>({ faults: ['DivideByZero'] }) } },
});

test('FLT-2: the fault of a callback reaches the service with its detail', async () => {
  const service = {
    async ask(by: number, context: OperationContext<typeof Asking>): Promise<string> {
      try {
        return String(await context.callback.divide(by));
      } catch (error) {
        return isFault(error) ? JSON.stringify([error.faultCode, error.reason, error.kind, error.detail]) : String(error);
      }
    },
  };
  const host = new ServiceHost(Asking, { service: service as never, instancing: 'single', concurrency: 'reentrant' });
  await host.open();
  const divide = (by: number): number => {
    if (by === 0) throw new Fault('DivideByZero', 'not by zero', { kind: 'DivideByZero', detail: { by } });
    return 12 / by;
  };
  const proxy = new ServiceProxy(Asking, { address: '/asking', transport: host.transport, callbacks: { divide } as never });
  await proxy.open();
  assert.equal(await proxy.call.ask(4), '3');
  assert.equal(await proxy.call.ask(0), '["DivideByZero","not by zero","DivideByZero",{"by":0}]');
  proxy.abort();
  host.abort();
});

const Chain = defineContract({
  name: 'Chain', session: 'required',
  operations: {
    begin: operation<(times: number) => string>(), more: operation<() => string>({ parameters: 0 }), note: oneWay<(word: string) => void>(),
  },
  callback: { operations: { step: operation<(name: string) => string>() } },
});

/** What a callback object hears and says that calls its service back, in this mode. */
async function chained(concurrency: 'single' | 'reentrant' | 'multiple', step: (proxy: ServiceProxy<typeof Chain>, told: string[]) => (name: string) => Promise<string>): Promise<string[]> {
  const told: string[] = [];
  const service = {
    begin: async (times: number, { callback }: OperationContext<typeof Chain>): Promise<string> =>
      (await Promise.all(Array.from({ length: times }, (_, at) => callback.step(String.fromCharCode(97 + at))))).join(),
    more: async (): Promise<string> => new Promise((resolve) => { setTimeout(resolve, 20, 'more'); }),
    note: (word: string) => { told.push(`noted ${word}`); },
  };
  const host = new ServiceHost(Chain, { service, instancing: 'single', concurrency: 'multiple' });
  await host.open();
  const proxy: ServiceProxy<typeof Chain> = new ServiceProxy(Chain, {
    address: '/chain', transport: host.transport, callback: { concurrency }, callTimeout: 2_000, callbacks: { step: (name) => step(proxy, told)(name) },
  });
  await proxy.open();
  told.push(await proxy.call.begin(2).catch((error: unknown) => String(error)));
  proxy.abort();
  host.abort();
  return told;
}

const ask = (proxy: ServiceProxy<typeof Chain>, told: string[]) => async (name: string): Promise<string> => {
  told.push(`${name} asks`);
  const more = await proxy.call.more().catch((error: unknown) => (error as { code: string }).code);
  told.push(`${name} hears ${more}`);
  return name;
};

test('CONC-12: a callback that waits for its service is refused under single', async () => {
  assert.deepEqual(await chained('single', ask), ['a asks', 'a hears WOULD_DEADLOCK', 'b asks', 'b hears WOULD_DEADLOCK', 'a,b']);
});

test('CONC-5: others run while a callback waits for its service under reentrant, and under multiple anyway', async () => {
  for (const concurrency of ['reentrant', 'multiple'] as const) {
    assert.deepEqual(await chained(concurrency, ask), ['a asks', 'b asks', 'a hears more', 'b hears more', 'a,b']);
  }
});

test('CONC-12: what a callback only tells its service is never refused', async () => {
  const tell = (proxy: ServiceProxy<typeof Chain>) => async (name: string): Promise<string> => {
    await proxy.call.note(name);
    return name;
  };
  assert.deepEqual((await chained('single', tell)).sort(), ['a,b', 'noted a', 'noted b']);
});
