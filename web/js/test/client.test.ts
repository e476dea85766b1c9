// `sessionful/client`: what only calls behaves as the whole does, and refuses what it has not.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ServiceProxy, custom, defineContract, network, operation, port, type SessionfulError, type WebSocketLike } from '../entry/client-node.js';
import { EventFeed, Fault, HostGroup, ServiceHost, ServiceProxy as Whole } from '../entry/node.js';
import { listen } from '../node/index.js';

const Counter = defineContract({
  name: 'Counter', session: 'required',
  operations: {
    add: operation<(n: number) => number>(),
    fail: operation<() => number, { Full: { sum: number } }>({ faults: ['Full'] }),
    wait: operation<() => number>(),
    total: operation<() => number>({ initiating: false, terminating: true }),
  },
});
const Speaker = defineContract({ name: 'Speaker', session: 'notAllowed', operations: { shout: operation<(text: string) => string>() } });

class CounterService {
  #sum = 0;
  add(n: number): number { return this.#sum += n; }
  fail(): number { throw new Fault('Full', 'no more', { kind: 'Full', detail: { sum: this.#sum } }); }
  wait(): Promise<number> { return new Promise(() => {}); }
  total(): number { return this.#sum; }
}
class SpeakerService {
  shout(text: string): string { return text.toUpperCase(); }
}

const counters = new ServiceHost(Counter, { service: CounterService, concurrency: 'multiple' });
const speakers = new ServiceHost(Speaker, { service: SpeakerService });
let server: Awaited<ReturnType<typeof listen>>;

before(async () => {
  await Promise.all([counters.open(), speakers.open()]);
  server = await listen(new HostGroup([counters as never, speakers as never]), { port: 0 });
});
after(async () => {
  for (const host of [counters, speakers]) host.abort(); // operations that wait for ever
  for (const one of ports) one.close();
  await server.close();
});

/** The error that something ends with. */
async function caught(work: Promise<unknown>): Promise<SessionfulError> {
  return work.then(() => assert.fail('nothing went wrong'), (error: SessionfulError) => error);
}

const ports: MessagePort[] = [];

function byPort(host: ServiceHost<never>) {
  const { port1, port2 } = new MessageChannel();
  host.acceptPort(port2);
  ports.push(port1);
  return port(port1);
}

const WAYS = {
  'the network': () => [network({ base: server.url }), network({ base: server.url })],
  'ports': () => [byPort(counters as never), byPort(speakers as never)],
  'the way within the program': () => [counters.transport, speakers.transport],
} as const;

test('PROXY-11, PROXY-12: sessions and single calls, whatever the way', async (t) => {
  for (const [way, transports] of Object.entries(WAYS)) await t.test(way, async () => {
    const [toCounter, toSpeaker] = transports();
    const counter = new ServiceProxy(Counter, { address: '/counter', transport: toCounter as never });
    await counter.open();
    assert.deepEqual([await counter.call.add(1), await counter.call.add(2)], [1, 3]);
    const fault = await caught(counter.call.fail());
    assert.deepEqual([fault.code, (fault as unknown as { detail: unknown }).detail], ['FAULT', { sum: 3 }]);
    assert.equal(await counter.call.total(), 3);
    assert.equal(counter.state, 'closed', 'SESS-12');
    assert.deepEqual(counter.leaks(), []);

    const patient = new ServiceProxy(Counter, { address: '/counter', transport: toCounter as never });
    await patient.open();
    assert.equal((await caught(patient.with({ timeout: 20 }).wait())).code, 'TIMED_OUT');
    const stop = new AbortController();
    const waiting = patient.with({ signal: stop.signal }).wait();
    stop.abort(new Error('enough'));
    assert.equal((await caught(waiting)).message, 'enough');
    patient.abort();
    assert.deepEqual(patient.leaks(), []);

    const speaker = new ServiceProxy(Speaker, { address: '/speaker', transport: toSpeaker as never });
    await speaker.open();
    assert.deepEqual(await Promise.all(['a', 'b'].map((text) => speaker.call.shout(text))), ['A', 'B']);
    await speaker.close();
    speaker.reset();
    assert.equal(speaker.state, 'created', 'PROXY-8');
    assert.deepEqual(speaker.leaks(), []);
  });
});

/** A socket whose other end is the test. */
class Wire extends EventTarget implements WebSocketLike {
  readyState = 1;
  binaryType = '';
  protocol = 'sessionful.v1';
  readonly sent: string[] = [];
  send(data: string): void { this.sent.push(data); }
  close(): void { this.readyState = 3; }
  say(data: string): void { this.dispatchEvent(new MessageEvent('message', { data })); }
}

test('SESS-21: whatever a peer says that is no message ends its session, and nothing else', async () => {
  for (const said of ['[1]', '[404]', '[[]]', '[null]', '["text"]', '1', 'null', '[{"v":1}]', '{"v":1,"action":7}']) {
    const wire = new Wire();
    const proxy = new Whole(Counter, { address: 'any', transport: custom({ connect: () => wire }) });
    const opening = proxy.open();
    const turns = () => new Promise((turn) => { setTimeout(turn, 5); });
    await turns();
    wire.say(`=${'0'.repeat(31)}1`);
    await opening;
    const sum = proxy.call.add(1).catch((error: { code?: string }) => error.code);
    wire.say(said);
    assert.equal(await sum, 'PROTOCOL', said);
    assert.equal(proxy.state, 'faulted', said);
    proxy.abort();
  }
});

test('SESS-13: whatever the peer asks of a caller is refused, and the session goes on', async (t) => {
  for (const [build, Proxy] of [['client', ServiceProxy], ['whole', Whole]] as const) await t.test(build, async () => {
    const wire = new Wire();
    const proxy = new Proxy(Counter, { address: 'any', transport: custom({ connect: () => wire }) });
    const opening = proxy.open();
    const turns = () => new Promise((turn) => { setTimeout(turn, 5); });
    await turns();
    wire.say(`=${'0'.repeat(31)}1`);
    await opening;
    wire.say('{"v":1,"action":"Counter/add","id":7,"body":[1]}');
    await turns();
    const refusal = wire.sent.find((text) => text.includes('"relatesTo":7')) ?? '';
    assert.match(refusal, /"code":"ActionNotSupported"/);
    wire.say('{"v":1,"action":"Counter/add","body":[1]}'); // wants no answer, and gets none
    const sum = proxy.call.add(1);
    await turns();
    const asked = JSON.parse(wire.sent.find((text) => text.includes('"id"')) ?? '{}') as { id: number; action: string };
    wire.say(JSON.stringify({ v: 1, action: `${asked.action}Response`, relatesTo: asked.id, body: 5 }));
    assert.equal(await sum, 5);
    assert.equal(wire.sent.filter((text) => text.includes('fault')).length, 1);
    proxy.abort();
    assert.deepEqual(proxy.leaks(), []);
  });
});

test('OP-5: callback objects, feeds and snapshots are refused', async () => {
  const Called = defineContract({
    name: 'Called', session: 'required', operations: { go: operation<() => number>() },
    callback: { operations: { ask: operation<() => number>() } },
  });
  const refused = async (make: () => ServiceProxy): Promise<string> => (await caught((async () => make().open())())).code;
  assert.equal(await refused(() => new ServiceProxy(Called, { address: '/called', transport: network({ base: server.url }) }) as never), 'BEHAVIOR_NOT_SERVING');
  const options = { address: '/counter', transport: network({ base: server.url }), events: new EventFeed() };
  assert.equal(await refused(() => new ServiceProxy(Counter, options) as never), 'BEHAVIOR_NOT_SERVING');
  const silent = new ServiceProxy(Counter, { address: '/counter', transport: network({ base: server.url }) });
  assert.equal((await caught((async () => silent.snapshot())())).code, 'BEHAVIOR_NOT_SERVING');
});
