// Calls a second of one operation at one host, by our client on each wire and by node-soap, in rounds that take
// turns: `node speed.mjs [ROUNDS]`, after `cargo xtask interop` has installed what it needs. The host has a process
// of its own. The floor is a request of the size of an envelope and an answer of the size of one, by `node:http` at
// both ends, with nothing read and nothing written.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { defineContract, network, operation, ServiceHost, ServiceProxy } from 'sessionful';
import { serve } from 'sessionful/node';
import { contractOf, endpointOf, WcfHost } from 'sessionful/wcf';
import soap from 'soap';

const NAMESPACE = 'urn:speed';
const double = { ty: { primitive: 'double' }, nillable: false };
const described = (endpoints) => ({
  name: 'Speed', namespace: NAMESPACE, schema: {}, documentation: {}, endpoints,
  contracts: [{
    name: 'ISum', session: 'allowed', documentation: '', callbacks: [],
    operations: [{
      name: 'Add', action: `${NAMESPACE}/ISum/Add`, replyAction: `${NAMESPACE}/ISum/AddResponse`,
      request: { name: `{${NAMESPACE}}Add`, parts: ['a', 'b'].map((name) => ({ name, field: double })) },
      reply: { name: `{${NAMESPACE}}AddResponse`, parts: [{ name: 'AddResult', field: double }] },
      faults: [], initiating: true, terminating: false, documentation: '',
    }],
  }],
});
const Own = defineContract({ name: 'Sum', operations: { Add: operation({ parameters: 2 }) } });

class Sum {
  Add(a, b) { return a + b; }
}

const WIRES = ['basicHttp', 'socketText', 'socketBinary'];

/** The host, which tells its address and ends with its parent. */
async function host() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const soapHost = new WcfHost(contractOf(described([]), 'ISum'), {
    service: Sum, instancing: 'single', concurrency: 'multiple', endpoints: WIRES.map((wire) => ({ address: `/${wire}`, wire })),
  });
  const ownHost = new ServiceHost(Own, {
    service: Sum, instancing: 'single', concurrency: 'multiple', endpoints: [
      { address: '/own/socket', binding: { channel: 'sessionful' } }, { address: '/own/fetch', binding: { channel: 'sessionless' } },
    ],
  });
  for (const one of [soapHost, ownHost]) {
    await one.open();
    await serve(one, { server, rate: null });
  }
  const bare = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-length': ENVELOPE.length }).end(ENVELOPE));
  }).listen(0, '127.0.0.1');
  await once(bare, 'listening');
  process.on('disconnect', () => process.exit());
  process.send([server, bare].map((one) => `http://127.0.0.1:${one.address().port}`));
}

const ENVELOPE = 'x'.repeat(300);
const agent = new Agent({ keepAlive: true });

/** A bare request, whose answer is not read; the sum is for whoever checks it. */
const floor = (address) => (a, b) => new Promise((resolve, reject) => {
  const sent = request(address, { method: 'POST', agent, headers: { 'content-length': ENVELOPE.length } });
  sent.on('error', reject).on('response', (response) => response.resume().on('end', () => resolve(a + b))).end(ENVELOPE);
});

/** What calls, each by a function of two numbers. */
async function clients([base, bare]) {
  const found = { 'floor: node:http alone': floor(bare) };
  const endpoints = WIRES.map((wire) => ({
    name: wire, contract: 'ISum', wire, address: `${wire.startsWith('socket') ? base.replace('http', 'ws') : base}/${wire}`,
  }));
  for (const wire of WIRES) {
    const description = described(endpoints);
    const proxy = new ServiceProxy(contractOf(description, 'ISum'), endpointOf(description, 'ISum', { wire }));
    await proxy.open();
    found[`ours, ${wire}`] = (a, b) => proxy.call.Add(a, b);
  }
  for (const [name, channel] of [['socket', 'sessionful'], ['fetch', 'sessionless']]) {
    const proxy = new ServiceProxy(Own, { address: `/own/${name}`, transport: network({ base }), binding: { channel } });
    await proxy.open();
    found[`our own encoding, ${name}`] = (a, b) => proxy.call.Add(a, b);
  }
  const theirs = await soap.createClientAsync(`${base}/basicHttp?singleWsdl`);
  found['node-soap, basicHttp'] = async (a, b) => Number((await theirs.AddAsync({ a, b }))[0].AddResult);
  return found;
}

/** Calls a second, one after the other or several at once. */
async function measure(call, width, millis) {
  const end = performance.now() + millis;
  let calls = 0;
  const start = performance.now();
  // Each lane counts from its own number, so that answers cannot be mixed up unseen.
  await Promise.all(Array.from({ length: width }, async (_, at) => {
    for (let number = at * 1e6; performance.now() < end; number += 1) {
      const answer = await call(number, 1);
      if (answer !== number + 1) throw new Error(`${number} + 1 is not ${answer}`);
      calls += 1;
    }
  }));
  return calls / (performance.now() - start) * 1000;
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function compare(rounds) {
  const child = fork(import.meta.filename, ['host']);
  const [addresses] = await once(child, 'message');
  const callers = Object.entries(await clients(addresses));
  for (const width of [1, 20]) {
    const rates = new Map(callers.map(([name]) => [name, []]));
    for (let round = -1; round < rounds; round += 1) {
      for (const [name, call] of callers) {
        const rate = await measure(call, width, 700);
        if (round >= 0) rates.get(name).push(rate); // the first only warms up
      }
    }
    const floor = median(rates.get('node-soap, basicHttp'));
    console.log(`${width} at once, median of ${rounds} rounds`);
    for (const [name, all] of rates) {
      const rate = median(all);
      console.log(`  ${name.padEnd(26)} ${rate.toFixed(0).padStart(7)} calls/s  ${(rate / floor).toFixed(2).padStart(6)} x node-soap`);
    }
  }
  child.disconnect();
  process.exit();
}

if (process.argv[2] === 'host') await host();
else await compare(Number(process.argv[2] ?? 7));
