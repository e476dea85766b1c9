// The host of this package, for abuse.mjs: node abuse.mjs --host abuse-real.mjs

/** Makes an open host of the two contracts that abuse.mjs calls. */
export default async function make(dist) {
  const { ServiceHost, defineContract, operation } = await import(new URL('entry/node.js', dist).href);
  const Canary = defineContract({ name: 'Canary', session: 'required', operations: { next: operation({ parameters: 0 }) } });
  const Plain = defineContract({ name: 'Plain', session: 'notAllowed', operations: { echo: operation({ parameters: 1 }) } });
  class Counter {
    #calls = 0;
    next() { return this.#calls += 1; }
  }
  const echo = { echo: (value) => value };
  // Sessions that end badly are kept only for a moment, and there is room for all of them.
  const options = { faultClose: 200, throttles: { calls: 1_000, sessions: 10_000 } };
  const hosts = new Map([
    ['/canary', new ServiceHost(Canary, { ...options, service: Counter, endpoints: [{ address: '/canary', binding: { channel: 'sessionful' } }] })],
    ['/plain', new ServiceHost(Plain, {
      ...options, service: echo, instancing: 'single', concurrency: 'multiple',
      endpoints: [{ address: '/plain', binding: { channel: 'sessionless' } }],
    })],
  ]);
  const all = [...hosts.values()];
  for (const host of all) await host.open();
  return {
    addresses: all.flatMap((host) => host.addresses),
    protocols: all[0].protocols,
    acceptSocket: (address, socket) => hosts.get(address).acceptSocket(address, socket),
    request: (address, request) => hosts.get(address).request(address, request),
    close: async () => { for (const host of all) await host.close(); },
    abort: () => { for (const host of all) host.abort(); },
    leaks: () => all.flatMap((host) => [...host.leaks()]),
  };
}
