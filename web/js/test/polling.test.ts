// Who looks out for answers before its thread sleeps, and for how long.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

interface Polling {
  lookOut(heard: boolean, said: boolean): void;
}

interface Near {
  readonly End: new (port: object, hear: (value: unknown) => void) => {
    readonly isNear: boolean;
    accept(name: string): void;
    open(name: string): void;
    post(value: unknown): boolean;
    leave(): void;
  };
}

let copies = 0;
const load = async <Module>(name: string): Promise<Module> =>
  await import(`${new URL(`../../src/${name}.js`, import.meta.url).href}?${copies += 1}`) as Module;

let looks: (() => void)[];
const real = { setImmediate: globalThis.setImmediate, MessageChannel: globalThis.MessageChannel };

beforeEach(() => {
  looks = [];
  globalThis.setImmediate = ((look: () => void) => { looks.push(look); }) as typeof setImmediate;
});

afterEach(() => Object.assign(globalThis, real));

/** The thread looks if it does not sleep. Whether it does not. */
function isAwake(): boolean {
  const [look, ...more] = looks.splice(0);
  assert.equal(more.length, 0, 'one look at a time');
  look?.();
  return look !== undefined;
}

/** No answer comes. How often it looked before it slept. */
function wait(): number {
  let times = 0;
  while (isAwake()) assert.ok((times += 1) < 1_000, 'it sleeps in the end');
  return times;
}

test('a thread stays awake for an answer that comes quickly, and no longer', async () => {
  const { lookOut } = await load<Polling>('polling');
  lookOut(false, true);
  for (let step = 0; step < 50; step += 1) assert.ok(isAwake());
  lookOut(true, false);
  assert.equal(wait(), 1, 'the look that was under way');
  lookOut(false, true);
  assert.ok(isAwake(), 'it looks out again');
});

test('a thread that goes on talking looks as long for each answer', async () => {
  const { lookOut } = await load<Polling>('polling');
  lookOut(false, true);
  for (let call = 0; call < 5; call += 1) {
    for (let step = 0; step < 90; step += 1) assert.ok(isAwake());
    lookOut(true, true);
  }
});

test('it sleeps after a moment, and tries ever more rarely where answers take their time', async () => {
  const { lookOut } = await load<Polling>('polling');
  const tried: number[] = [];
  for (let call = 0; call < 40; call += 1) {
    lookOut(false, true);
    if (wait() > 0) tried.push(call);
  }
  assert.deepEqual(tried, [0, 2, 6, 14, 30]);
});

test('a streak of quick answers is trusted again, a single one is not', async () => {
  const { lookOut } = await load<Polling>('polling');
  const begin = (): boolean => {
    lookOut(false, true);
    return isAwake();
  };
  /** How many are awaited asleep after one more in vain. */
  const sleeps = (): number => {
    wait();
    let asleep = 0;
    while (!begin()) asleep += 1;
    return asleep;
  };
  assert.ok(begin());
  assert.deepEqual([sleeps(), sleeps()], [1, 3]);
  lookOut(true, true);
  assert.equal(sleeps(), 7);
  for (let call = 0; call < 32; call += 1) lookOut(true, true);
  assert.equal(sleeps(), 1);
});

test('a thread that hears without saying anything sleeps', async () => {
  const { lookOut } = await load<Polling>('polling');
  lookOut(true, false);
  assert.ok(!isAwake());
});

test('browsers look by a channel of their own', async () => {
  globalThis.setImmediate = undefined as unknown as typeof setImmediate;
  let posted = 0;
  const port = { onmessage: (): void => {} };
  globalThis.MessageChannel = function Channel() {
    return { port1: port, port2: { postMessage: () => { posted += 1; } } };
  } as unknown as typeof MessageChannel;
  const { lookOut } = await load<Polling>('polling');
  lookOut(false, true);
  assert.equal(posted, 1);
  port.onmessage();
  assert.equal(posted, 2);
  lookOut(true, false);
  port.onmessage();
  assert.equal(posted, 2);
});

test('where a platform has neither, threads sleep', async () => {
  Object.assign(globalThis, { setImmediate: undefined, MessageChannel: undefined });
  const { lookOut } = await load<Polling>('polling');
  lookOut(false, true);
  lookOut(true, true);
});

test('a session is near if both ends are in one thread, whichever copy of the package they are of', async () => {
  const [host, client] = [await load<Near>('near'), await load<Near>('near')];
  const accepted = (name: string): InstanceType<Near['End']> => {
    const end = new host.End(port, () => {});
    end.accept(name);
    return end;
  };
  const opened = (name: string): boolean => {
    const end = new client.End(port, () => {});
    end.open(name);
    return end.isNear;
  };
  const port = { postMessage() {} };
  const [one, other] = [accepted('one'), accepted('other')];
  assert.ok(opened('one'));
  assert.ok(!opened('elsewhere'));
  assert.deepEqual([one.isNear, other.isNear], [true, false]);
  for (let more = 0; more < 100; more += 1) accepted(`more ${more}`);
  assert.ok(!opened('other'), 'only the latest are remembered');
});

test('a host that has panicked, or is gone, is no trouble for the other end', async () => {
  const { End } = await load<Near>('near');
  const posted: unknown[] = [];
  const port = { postMessage: (value: unknown) => { posted.push(value); } };
  const host = new End(port, () => { throw new Error('panicked'); });
  const client = new End(port, () => {});
  host.accept('it');
  client.open('it');
  assert.ok(client.post([0, 0, 1, []]));
  assert.deepEqual(posted, []);
  host.leave();
  assert.ok(client.post([0, 0, 2, []]));
  assert.deepEqual([posted.length, client.isNear], [1, false], 'by the port, where nobody is');
});
