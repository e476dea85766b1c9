// Hosts and their ports: who has which address, and what is left of pages that go.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ServiceHost, ServiceProxy, defineContract, operation, port } from '../entry/node.js';
import type { Scope } from '../host.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const tick = (millis = 0): Promise<void> => new Promise((wake) => { setTimeout(wake, millis); });

const Echo = defineContract({ name: 'Echo', session: 'notAllowed', operations: { say: operation<(word: string) => string>() } });
class EchoService {
  say(word: string): string { return word; }
}

const given: MessagePort[] = [];
after(() => { for (const one of given) one.close(); });

function channel(): MessageChannel {
  const made = new MessageChannel();
  given.push(made.port1);
  return made;
}

test('HOST-2: of two hosts at one port or in one worker each has addresses of its own', async () => {
  const [first, second] = [new ServiceHost(Echo, { service: EchoService }), new ServiceHost(Echo, { service: EchoService })];
  const other = new ServiceHost(Echo, { service: EchoService, endpoints: [{ address: '/other' }] });
  const { port2 } = channel();
  const scope: Scope = { addEventListener: () => undefined, removeEventListener: () => undefined };
  for (const place of [(host: ServiceHost<typeof Echo>) => host.acceptPort(port2), (host: ServiceHost<typeof Echo>) => host.serve(scope)]) {
    place(first);
    place(first);
    place(other);
    assert.throws(() => place(second), { code: 'HOST_LISTENER', rule: 'HOST-2', message: /\/echo .*another host has it/ });
  }
  await first.open();
  await first.close();
  second.acceptPort(port2); // its place is free again
});

test('a way to a worker is made once', async () => {
  const { port1, port2 } = channel();
  const host = new ServiceHost(Echo, { service: EchoService });
  await host.open();
  host.acceptPort(port2);
  assert.equal(port(port1), port(port1));
  for (let at = 0; at < 5; at += 1) {
    const proxy = new ServiceProxy(Echo, { address: '/echo', transport: port(port1) });
    await proxy.open();
    assert.equal(await proxy.call.say('a'), 'a');
    await proxy.close();
    gc();
    await tick();
  }
  await host.close();
});

test('ports of pages that have gone are let go', async () => {
  const host = new ServiceHost(Echo, { service: EchoService });
  await host.open();
  const gone: WeakRef<MessagePort>[] = [];
  const visit = async (leave: (page: MessagePort) => void): Promise<void> => {
    const { port1, port2 } = channel();
    host.acceptPort(port2);
    gone.push(new WeakRef(port2));
    const proxy = new ServiceProxy(Echo, { address: '/echo', transport: port(port1) });
    await proxy.open();
    assert.equal(await proxy.call.say('a'), 'a');
    await proxy.close();
    leave(port1);
  };
  for (let at = 0; at < 10; at += 1) {
    await visit((page) => page.postMessage(['bye']));
    await visit((page) => page.close());
  }
  for (let at = 0; at < 10; at += 1) {
    await tick(5);
    gc();
  }
  assert.ok(gone.filter((one) => one.deref() !== undefined).length <= 1, 'the last may still be on the stack');
  const { port1, port2 } = channel();
  host.acceptPort(port2);
  const proxy = new ServiceProxy(Echo, { address: '/echo', transport: port(port1) });
  await proxy.open();
  assert.equal(await proxy.call.say('still here'), 'still here');
  await proxy.close();
  await host.close();
});
