// Sessions and calls come and go by the thousands, and nothing of them stays.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { ServiceHost, ServiceProxy, defineContract, init, operation, port, runtimeStats } from 'sessionful';
import { serve } from 'sessionful/node';

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
    await come(30_000, make); // what only the collector frees makes a plateau
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

test('1,000 sessions at once over WebSocket, and what each weighs at the host', async (t) => {
  const host = new ServiceHost(Echo, { service: class { echo(value) { return value; } }, throttles: { sessions: 1_000 } });
  await host.open();
  const served = await serve(host, { port: 0 });
  // The clients are another program: what is measured here is the host.
  const clients = new Worker(new URL('habitats/crowd.mjs', import.meta.url), { workerData: served.url });
  const said = () => new Promise((resolve, reject) => { clients.once('message', resolve).once('error', reject); });
  await said();
  const { memory } = runtimeStats();
  clients.postMessage(1_000);
  assert.equal(await said(), 'every one was answered');
  assert.equal(served.stats.sessions, 1_000);
  const binary = (runtimeStats().memory - memory) / 1_000;
  t.diagnostic(`${Math.round(binary)} bytes of the binary's memory a session`);
  assert.ok(binary < 8_192, `${binary} bytes of the binary's memory a session`);
  clients.postMessage('end');
  for (let tries = 0; tries < 200 && served.stats.sessions > 0; tries += 1) await sleep(20);
  assert.deepEqual([served.stats.sessions, runtimeStats().heldValues, host.leaks()], [0, 0, []]);
  await clients.terminate();
  await served.close();
});
