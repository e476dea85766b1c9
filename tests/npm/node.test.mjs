// The suite in Node, over everything that connects there.
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ServiceProxy, init, network, port } from 'sessionful';
import { serve } from 'sessionful/node';
import { behaviours } from './habitats/behaviours.mjs';
import { hosts } from './habitats/services.mjs';

const table = readFileSync(new URL('../fixtures/matrix.tsv', import.meta.url), 'utf8');

/** A fresh set of hosts for each way: the table counts objects from zero. */
const WAYS = {
  'in memory': async () => {
    const { group, open } = hosts(table);
    await open();
    const transportOf = (address) => (group.hosts.find((host) => host.addresses[0].address === address) ?? group.hosts[0]).transport;
    return { proxy: (contract, address, options) => new ServiceProxy(contract, { address, transport: transportOf(address), ...options }), end: () => group.abort() };
  },
  'MessagePort': async () => {
    const { group, open } = hosts(table);
    const { port1, port2 } = new MessageChannel();
    group.acceptPort(port2);
    await open();
    const transport = port(port1);
    return { proxy: (contract, address, options) => new ServiceProxy(contract, { address, transport, ...options }), end: () => { group.abort(); port1.close(); } };
  },
  'worker thread': async () => {
    const worker = new Worker(new URL('./habitats/thread.mjs', import.meta.url), { workerData: { table } });
    const { port1, port2 } = new MessageChannel();
    worker.postMessage(port2, [port2]);
    const transport = port(port1);
    return { proxy: (contract, address, options) => new ServiceProxy(contract, { address, transport, ...options }), end: async () => { port1.close(); await worker.terminate(); } };
  },
  'WebSocket and fetch': async () => {
    const { group, open } = hosts(table);
    await open();
    const served = await serve(group, { port: 0 });
    const transport = network({ base: served.url });
    return { proxy: (contract, address, options) => new ServiceProxy(contract, { address, transport, ...options }), end: () => served.abort() };
  },
};

await init();
for (const [name, make] of Object.entries(WAYS)) {
  describe(`Node, ${name}`, () => {
    let world;
    before(async () => { world = await make(); });
    after(() => world.end());
    for (const [behaviour, run] of Object.entries(behaviours(table))) {
      test(`${behaviour} (Node, ${name})`, () => run(world));
    }
  });
}
