// Sessions and calls come and go by the thousands, and nothing of them stays.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { ServiceHost, ServiceProxy, defineContract, init, operation, port, runtimeStats } from 'sessionful';

const Echo = defineContract({ name: 'Echo', session: 'required', operations: { echo: operation({ parameters: 1 }) } });
const sleep = (millis) => new Promise((wake) => setTimeout(wake, millis));

before(() => init());

/** Opens, calls and ends a session so many times: every third in good order, dropped or aborted. */
async function come(times, make) {
  for (let at = 0; at < times; at += 1) {
    const proxy = make();
    await proxy.open();
    assert.equal(await proxy.call.echo(at), at);
    if (at % 3 === 1) proxy.abort();
    if (at % 3 === 2) void proxy.call.echo(at).catch(() => {}), proxy.abort();
    await proxy.close();
  }
  await sleep(50);
}

for (const way of ['in memory', 'over ports']) {
  test(`10,000 sessions ${way} leave nothing behind`, async () => {
    const host = new ServiceHost(Echo, { service: class { echo(value) { return value; } }, throttles: { sessions: 1000 } });
    const { port1, port2 } = new MessageChannel();
    host.acceptPort(port2);
    await host.open();
    const transport = way === 'in memory' ? host.transport : port(port1);
    const make = () => new ServiceProxy(Echo, { address: '/echo', transport });
    await come(5_000, make); // what only the collector frees makes a plateau
    const { memory } = runtimeStats();
    await come(5_000, make);
    const later = runtimeStats();
    assert.equal(later.heldValues, 0);
    assert.ok(later.memory <= memory + 8 * 65_536, `the binary's memory grew from ${memory} to ${later.memory} bytes`);
    assert.deepEqual(host.leaks(), []);
    await host.close();
    port1.close();
  });
}
