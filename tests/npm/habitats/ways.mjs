// The ways from a page, or from a worker that is a client, to the hosts of `services.mjs`.
import { ServiceProxy, bundled, network, port } from 'sessionful';
import { behaviours } from './behaviours.mjs';
import { hosts } from './services.mjs';

const worldOf = (transportOf, end = () => {}) => ({
  proxy: (contract, address, options) => new ServiceProxy(contract, { address, transport: transportOf(address), ...options }),
  end,
});

async function serviceWorker(script) {
  await navigator.serviceWorker.register(script, { type: 'module' });
  const { active } = await navigator.serviceWorker.ready;
  // It answers the pages that it controls, from the first load on only if it claims them.
  if (navigator.serviceWorker.controller === null) {
    await new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  }
  return active;
}

export const WAYS = {
  'in memory': async ({ table }) => {
    const { group, open } = hosts(table);
    await open();
    const hostOf = (address) => group.hosts.find((host) => host.addresses[0].address === address) ?? group.hosts[0];
    return worldOf((address) => hostOf(address).transport, () => group.abort());
  },
  'MessagePort in the page': async ({ table }) => {
    const { group, open } = hosts(table);
    const { port1, port2 } = new MessageChannel();
    group.acceptPort(port2);
    await open();
    const transport = port(port1);
    return worldOf(() => transport, () => { group.abort(); port1.close(); });
  },
  'dedicated worker': async () => {
    const worker = new Worker('/worker.js', { type: 'module' });
    const transport = port(worker);
    return worldOf(() => transport, () => worker.terminate());
  },
  'shared worker': async () => {
    const worker = new SharedWorker('/worker.js', { type: 'module', name: crypto.randomUUID() });
    const transport = port(worker.port);
    return worldOf(() => transport, () => worker.port.close());
  },
  'sockets over ports and fetch to a service worker': async () => {
    const transport = bundled(await serviceWorker('/service-worker.js'));
    return worldOf(() => transport);
  },
  'WebSocket and fetch to the Node host': async ({ base }) => {
    const transport = network({ base });
    return worldOf(() => transport);
  },
};

const worlds = new Map();

/** Runs one behaviour over one way; rejects if it does not hold. */
export async function run(way, behaviour, given) {
  if (!worlds.has(way)) worlds.set(way, WAYS[way](given));
  await behaviours(given.table)[behaviour](await worlds.get(way));
}

export const names = (table) => Object.keys(behaviours(table));
