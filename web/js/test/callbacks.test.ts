// What a service learns from the callback object of its caller.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Fault, ServiceHost, ServiceProxy, defineContract, isFault, operation, type OperationContext } from '../entry/node.js';

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
