// What travels beside arguments and results.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ServiceHost, ServiceProxy, defineContract, network, operation, port, type OperationContext, type ReadonlyHeaders, type Transport } from '../entry/node.js';
import { serve } from '../node/index.js';

const operations = { echo: operation<(names: readonly string[]) => number>() };
const Book = defineContract({ name: 'Book', session: 'required', operations });
const Card = defineContract({ name: 'Card', session: 'notAllowed', operations });

class Service {
  /** Sends back the headers of those names, and how many came. */
  echo(names: readonly string[], context: OperationContext<typeof Book>): number {
    for (const name of names) context.addReplyHeader(name, context.headers.get(name) ?? '');
    return context.headers.size;
  }
}

const ends: (() => unknown)[] = [];
after(async () => { for (const end of ends.reverse()) await end(); });

async function ways(contract: typeof Book | typeof Card): Promise<Transport[]> {
  const host = new ServiceHost(contract as typeof Book, { service: Service });
  await host.open();
  const served = await serve(host as never, { port: 0 });
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  ends.push(() => host.close(), () => port1.close(), () => served.close());
  return [host.transport, port(port1), network({ base: served.url })];
}

const reach = async (contract: typeof Book | typeof Card): Promise<ServiceProxy<typeof Book>[]> => Promise.all((await ways(contract)).map(async (transport) => {
  const proxy = new ServiceProxy(contract as typeof Book, { address: `/${contract.name.toLowerCase()}`, transport });
  await proxy.open();
  ends.push(() => proxy.close());
  return proxy;
}));

const proxies = [...await reach(Book), ...await reach(Card)];

test('CTX-5: what a service sends beside its result reaches the caller before the result', async () => {
  for (const proxy of proxies) {
    const order: unknown[] = [];
    const onReplyHeaders = (headers: ReadonlyHeaders): void => { order.push([...headers], headers.size, headers.get('b'), headers.has('c')); };
    const heard = proxy.with({ headers: { a: 'é', b: '' }, onReplyHeaders });
    order.push(await heard.echo(['b', 'a']));
    assert.deepEqual(order, [[['b', ''], ['a', 'é']], 2, '', false, 2]);
    assert.equal(await heard.echo([]), 2);
    assert.equal(order.length, 5, 'nothing is told of a reply without headers');
    assert.equal(await proxy.call.echo(['b']), 0, 'nobody has to listen');
    await heard.echo([5 as never]);
    assert.deepEqual(order[5], [['5', '']], 'what is no text becomes one');
  }
});

test('a listener that throws fails its call alone', async () => {
  for (const proxy of proxies) {
    const thrown = new Error('mine');
    const calls = [proxy.with({ onReplyHeaders: () => { throw thrown; } }).echo(['a']), proxy.call.echo(['a'])];
    assert.deepEqual(await Promise.allSettled(calls), [{ status: 'rejected', reason: thrown }, { status: 'fulfilled', value: 0 }]);
  }
  assert.throws(() => proxies[0]?.with({ onReplyHeaders: {} as never }), { code: 'INVALID_OPTION' });
});
