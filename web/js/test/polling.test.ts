// Who looks out for answers before its thread sleeps, and for how long.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

interface Polling {
  lookOut(heard: boolean, said: boolean): void;
}

interface Near {
  accepted(name: string): { readonly isNear: boolean };
  opened(name: string): boolean;
}

let copies = 0;
const load = async <Module>(name: string): Promise<Module> =>
  await import(`${new URL(`../../src/${name}.js`, import.meta.url).href}?${copies += 1}`) as Module;

/** In milliseconds. */
let now: number;
let looks: (() => void)[];
const real = { performance: globalThis.performance, setImmediate: globalThis.setImmediate };

beforeEach(() => {
  now = 1_000;
  looks = [];
  globalThis.performance = { now: () => now } as Performance;
  globalThis.setImmediate = ((look: () => void) => { looks.push(look); }) as typeof setImmediate;
});

afterEach(() => Object.assign(globalThis, real));

/** Time goes by, and the thread looks if it does not sleep. Whether it does not. */
function pass(millis: number): boolean {
  now += millis;
  const [look, ...more] = looks.splice(0);
  assert.equal(more.length, 0, 'one look at a time');
  look?.();
  return look !== undefined;
}

test('a thread stays awake for an answer that comes quickly, and no longer', async () => {
  const { lookOut } = await load<Polling>('polling');
  lookOut(false, true);
  for (let step = 0; step < 5; step += 1) assert.ok(pass(0.03));
  lookOut(true, false);
  assert.ok(pass(0.001), 'the look that was under way');
  assert.ok(!pass(0.01), 'it sleeps');
  lookOut(false, true);
  assert.ok(pass(0.01), 'and looks out again');
});

test('it sleeps after a moment, and tries ever more rarely where answers take their time', async () => {
  const { lookOut } = await load<Polling>('polling');
  const answers: boolean[] = [];
  for (let call = 0; call < 40; call += 1) {
    lookOut(call > 0, true);
    const said = now;
    answers.push(looks.length > 0);
    while (pass(0.05)) assert.ok(now - said < 0.5, 'it gives up');
    now += 20;
  }
  const tried = answers.flatMap((awake, call) => awake ? [call] : []);
  assert.deepEqual(tried, [0, 2, 6, 14, 30]);
});

test('one quick answer is enough to begin anew', async () => {
  const { lookOut } = await load<Polling>('polling');
  for (const call of [0, 1, 2]) {
    lookOut(call > 0, true);
    if (call < 2) while (pass(0.05));
  }
  lookOut(true, false);
  while (pass(0.05));
  lookOut(false, true);
  while (pass(0.05));
  lookOut(true, true);
  assert.ok(!pass(0.01), 'that was in vain: one is awaited asleep');
  lookOut(true, true);
  assert.ok(pass(0.01), 'but no more than one');
});

test('a thread that hears without saying anything sleeps', async () => {
  const { lookOut } = await load<Polling>('polling');
  lookOut(true, false);
  assert.ok(!pass(0.01));
});

test('browsers look by a channel of their own', async () => {
  globalThis.setImmediate = undefined as unknown as typeof setImmediate;
  const { MessageChannel } = globalThis;
  let posted = 0;
  const port = { onmessage: (): void => {} };
  globalThis.MessageChannel = function Channel() {
    return { port1: port, port2: { postMessage: () => { posted += 1; } } };
  } as unknown as typeof MessageChannel;
  try {
    const { lookOut } = await load<Polling>('polling');
    lookOut(false, true);
    assert.equal(posted, 1);
    port.onmessage();
    assert.equal(posted, 2);
    lookOut(true, false);
    port.onmessage();
    assert.equal(posted, 2);
  } finally {
    globalThis.MessageChannel = MessageChannel;
  }
});

test('a session is near if both ends are in one thread, whichever copy of the package they are of', async () => {
  const [host, client] = [await load<Near>('near'), await load<Near>('near')];
  const [one, other] = [host.accepted('one'), host.accepted('other')];
  assert.ok(client.opened('one'));
  assert.ok(!client.opened('elsewhere'));
  assert.deepEqual([one.isNear, other.isNear], [true, false]);
  for (let more = 0; more < 100; more += 1) host.accepted(`more ${more}`);
  assert.ok(!client.opened('other'), 'only the latest are remembered');
});
