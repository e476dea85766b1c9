// What a feed tells, and that it tells everything there is.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EventFeed, ServiceHost, ServiceProxy, defineContract, operation, type EventRecord } from '../entry/node.js';

const Talk = defineContract({ name: 'Talk', session: 'required', operations: { say: operation<(word: string) => string>() } });

async function talkOver(events: EventFeed | undefined): Promise<void> {
  const host = new ServiceHost(Talk, { service: class { say(word: string): string { return `${word}!`; } }, ...(events && { events }) });
  await host.open();
  const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, ...(events && { events }) });
  await proxy.open();
  await proxy.call.say('hello');
  await proxy.close();
  await host.close();
}

async function readAll(events: EventFeed): Promise<EventRecord[]> {
  const all: EventRecord[] = [];
  for await (const record of events) all.push(record);
  return all;
}

test('the life of a session, in order, from both ends', async () => {
  const events = new EventFeed({ gather: 0 });
  const reading = readAll(events);
  await talkOver(events);
  setTimeout(() => events.close(), 50);
  const records = await reading;
  assert.deepEqual(records.map(({ seq }) => seq), records.map((_, at) => (records[0]?.seq ?? 0) + at), 'without gaps');
  const at = (node: number, ...types: string[]): string[] =>
    records.filter((record) => record.node === node && types.includes(record.event.type)).map(({ event }) =>
      'to' in event ? `${event.type} ${event.to}` : event.type);
  assert.deepEqual(at(1, 'hostPhase', 'sessionOpened', 'instanceMade', 'instanceReleased', 'sessionEnded'), [
    'hostPhase opening', 'hostPhase opened', 'sessionOpened', 'instanceMade', 'sessionEnded', 'instanceReleased',
    'hostPhase closing', 'hostPhase closed',
  ], 'INST-3, CO-1');
  assert.deepEqual(at(2, 'proxyPhase', 'callSent', 'callEnded', 'sessionOpened'), [
    'proxyPhase opening', 'sessionOpened', 'proxyPhase opened', 'callSent', 'callEnded', 'proxyPhase closing', 'proxyPhase closed',
  ], 'PROXY-2');
  assert.ok(records.every(({ cause, seq }) => cause === undefined || cause < seq), 'a cause comes first');
  assert.equal(events.lost, 0);
});

// PROXY-8
test('a proxy that is reset after its end is the same end, and that is told', async () => {
  const host = new ServiceHost(Talk, { service: class { say(word: string): string { return word; } } });
  await host.open();
  const events = new EventFeed({ gather: 0 });
  const reading = readAll(events);
  const proxy = new ServiceProxy(Talk, { address: '/talk', transport: host.transport, events });
  await proxy.open();
  await proxy.close();
  proxy.reset();
  await proxy.open();
  setTimeout(() => events.close(), 50);
  const records = await reading;
  assert.ok(records.every(({ node }) => node === 1));
  const phases = records.flatMap(({ event }) => (event.type === 'proxyPhase' ? [`${event.from} ${event.to}`] : []));
  assert.deepEqual(phases, [
    'created opening', 'opening opened', 'opened closing', 'closing closed', 'closed created', 'created opening', 'opening opened',
  ]);
  await proxy.close();
  await host.close();
});

test('a reader that is slow loses the oldest, and is told', async () => {
  const events = new EventFeed({ capacity: 5, gather: 0 });
  await talkOver(events);
  const { value } = await events.batches().next();
  assert.equal(value?.length, 5);
  assert.ok(events.lost > 10);
  events.close();
});

test('closing a feed ends its iteration, before anything listens as well', async () => {
  const events = new EventFeed();
  const reading = readAll(events);
  events.close();
  assert.deepEqual(await reading, []);
  await talkOver(undefined);
});

test('every event of the runtime has its type here', (t) => {
  let at = dirname(fileURLToPath(import.meta.url));
  while (dirname(at) !== at && !existsSync(join(at, 'core/src/event.rs'))) at = dirname(at);
  const rust = process.env['SESSIONFUL_CORE'] ?? join(at, 'core/src');
  if (!existsSync(join(rust, 'event.rs'))) return t.skip('the core is not here');
  const source = readFileSync(join(rust, 'event.rs'), 'utf8');
  const body = source.slice(source.indexOf('pub enum Event {'));
  const names = [...body.matchAll(/^ {4}([A-Z]\w+) \{([^}]*)\}/gm)].map(([, name = '', fields = '']) => [
    name[0]?.toLowerCase() + name.slice(1),
    [...fields.matchAll(/(\w+):/g)].map(([, field = '']) => field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())),
  ] as const);
  assert.ok(names.length >= 44, `only ${names.length} events were found: is the source laid out anew?`);
  const types = readFileSync(join(rust, '../../web/js/events.ts'), 'utf8');
  for (const [name] of names) assert.match(types, new RegExp(`^ {2}${name}: `, 'm'), name);
  assert.equal([...types.slice(0, types.indexOf('export type EventType')).matchAll(/^ {2}\w+: .*;$/gm)].length, names.length);
});

test('a reader that stops and comes back misses nothing', async () => {
  const events = new EventFeed({ gather: 0 });
  await talkOver(events);
  const all: EventRecord[] = [];
  for (let more = true; more;) {
    more = false;
    for await (const record of events) {
      all.push(record);
      more = true;
      if (record.event.type === 'hostPhase' && record.event.to === 'closed') events.close();
      if (all.length % 3 === 0) break;
    }
  }
  assert.ok(all.length > 10);
  assert.deepEqual(all.map(({ seq }) => seq), all.map((_, at) => (all[0]?.seq ?? 0) + at), 'without gaps');
  assert.equal(events.lost, 0);
});

test('a feed that is closed gives what was recorded until then', async () => {
  const events = new EventFeed();
  await talkOver(events);
  events.close();
  const records = await readAll(events);
  assert.ok(records.some(({ event }) => event.type === 'callEnded'));
});
