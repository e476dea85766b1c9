// What has to be the same in every habitat and over every transport. `world.proxy(contract, address, options)`
// makes a proxy to the hosts of `services.mjs`, wherever they are.
import { AbandonedError, isFault } from 'sessionful';
import { Open, Probe, Talk, channelOf, counterOf, readCells, told } from './services.mjs';

const sleep = (millis) => new Promise((wake) => setTimeout(wake, millis));

function equal(actual, expected, what) {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

async function eventually(look, expected, what) {
  for (let tries = 0; tries < 60 && JSON.stringify(await look()) !== JSON.stringify(expected); tries += 1) await sleep(20);
  equal(await look(), expected, what);
}

async function using(world, work, options = {}) {
  const heard = [];
  const callbacks = { progress: (percent) => { heard.push(percent); }, confirm: (question) => `${question}!` };
  const talk = world.proxy(Talk, '/talk', { callbacks, ...options });
  await talk.open();
  try {
    await work(talk, heard);
  } finally {
    if (talk.state === 'faulted') talk.abort();
    await talk.close();
    equal(talk.leaks(), [], 'leaks');
  }
}

/** ORC-1 to ORC-9: one cell of the table, step by step. */
async function cell(world, cell, probe) {
  const opened = await probe.call.openedCell(cell.name);
  const proxies = new Map();
  const make = (name) => {
    if (!proxies.has(name)) {
      proxies.set(name, world.proxy(counterOf(cell.mode), `/cell/${cell.name}`, { rules: 'wcf', binding: { channel: channelOf(cell) } }));
    }
    return proxies.get(name);
  };
  const act = {
    host_ctor: async () => 'ok',
    host_open: async () => opened,
    host_close: () => probe.call.closeCell(cell.name),
    open_A: () => told(make('A').open()), open_B: () => told(make('B').open()),
    close_A: () => told(make('A').close()), close_B: () => told(make('B').close()),
    abort_A: async () => { make('A').abort(); return 'ok'; },
    A_call1: () => told(make('A').call.next()), A_call2: () => told(make('A').call.next()),
    A_call3: () => told(make('A').call.next()), B_call1: () => told(make('B').call.next()),
    A_call2_throws: () => told(make('A').call[cell.variant.slice(3)]()),
  };
  for (const { step, outcome, key, made, disposed } of cell.steps) {
    if (outcome === 'not_reached') continue;
    const name = `${cell.name} ${step}`;
    agree(await act[step](), outcome, key, name);
    await eventually(() => probe.call.counts(cell.name), { made, disposed }, `${name}, objects`);
  }
}

function agree(found, outcome, key, name) {
  const wanted = outcome === 'ok' ? 'ok'
    : key === 'FaultException' ? 'fault Wanted'
    : key === 'FaultException:InternalServiceFault' ? 'fault InternalServiceFault'
    : `error ${key}`;
  const family = key === 'CommunicationException(family)' && /^error (Communication|Protocol)/.test(found);
  if (!family) equal(found, wanted, name);
}

/** Everything, by name. */
export function behaviours(table) {
  const cells = readCells(table);
  return {
    'ORC-1 to ORC-9: instancing, session modes and failures as the table has them': async (world) => {
      const probe = world.proxy(Probe, '/probe');
      await probe.open();
      for (const one of cells) await cell(world, one, probe);
      await probe.close();
    },
    'PROXY-11, SESS-23: a session keeps its object, and has a name that nobody guesses': (world) => using(world, async (one) => {
      await using(world, async (other) => {
        equal(await one.call.remember('a'), ['a'], 'first');
        equal(await other.call.remember('b'), ['b'], 'the other session');
        equal(await one.call.remember('c'), ['a', 'c'], 'again');
        const names = [await one.call.session(), await other.call.session()];
        if (names[0] === names[1] || !names.every((name) => /^[0-9a-f]{32}$/.test(name))) throw new Error(`names: ${names}`);
      });
    }),
    'values arrive as they were sent': (world) => using(world, async (talk) => {
      const deep = { list: [1, 'zwei', null, true, { three: 3.5 }], text: 'äöü 🙂 \u2028 "\\', empty: {} };
      equal(await talk.call.echo(deep), deep, 'deep');
      equal(await talk.call.echo(undefined) ?? null, null, 'nothing');
      const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 256);
      const back = await talk.call.bytes(bytes);
      if (!(back instanceof Uint8Array)) throw new Error('bytes came back as something else');
      equal([...back], [...bytes].map((byte) => 255 - byte), 'bytes');
      const { of: [inside], none } = await talk.call.echo({ of: [bytes], none: new Uint8Array(0) });
      if (!(inside instanceof Uint8Array) || !(none instanceof Uint8Array)) throw new Error('bytes inside came back as something else');
      equal([...inside, ...none], [...bytes], 'bytes inside');
    }),
    'CALL-5, CALL-6: a call is given up by its signal, and the session goes on': (world) => using(world, async (talk) => {
      const stop = new AbortController();
      const call = talk.with({ signal: stop.signal }).slow(200);
      setTimeout(() => stop.abort(new Error('enough')), 20);
      equal(await call.catch((error) => error.message), 'enough', 'the reason');
      equal(await talk.call.echo(1), 1, 'afterwards');
    }),
    'CALL-3, CALL-6: calls are abandoned by their group': (world) => using(world, async (talk) => {
      const calls = [talk.with({ group: 7 }).slow(150), talk.with({ group: 7 }).slow(150)];
      await sleep(10);
      const kept = talk.with({ group: 8 }).echo(8);
      calls.push(talk.with({ group: 7 }).slow(150)); // abandoned before it is sent
      talk.abandon(7);
      const ends = await Promise.allSettled(calls);
      equal(await kept, 8, 'a call of another group');
      if (!ends.every(({ reason }) => reason instanceof AbandonedError)) throw new Error(`not abandoned: ${JSON.stringify(ends)}`);
    }),
    'PROXY-23, CALL-5, CALL-9: a call is pending as soon as it was made': (world) => using(world, async (talk) => {
      const given = talk.call.slow(100);
      equal(talk.pendingCalls, 1, 'pending in the turn of the call');
      talk.abandon(0);
      equal((await given.catch((error) => error)).code, 'ABANDONED', 'abandoned in the turn of the call');
      const cut = talk.call.slow(100);
      talk.abort();
      equal((await cut.catch((error) => error)).code, 'ABORTED', 'aborted in the turn of the call');
    }),
    'CALL-8: a call that is late ends, and the session goes on': (world) => using(world, async (talk) => {
      equal(await told(talk.with({ timeout: 30 }).slow(300)), 'error TimeoutException', 'late');
      equal(await talk.call.echo(2), 2, 'afterwards');
    }),
    'CONC-5, CONC-11: the service calls back, one way and two ways': (world) => using(world, async (talk, heard) => {
      equal(await talk.call.hail(), 'hailed', 'hail');
      equal(heard, [0, 50, 100], 'progress');
      equal(await talk.call.ask('really'), 'really!', 'ask');
    }),
    'OP-2, OP-3: a one-way call ends when it is sent, and is carried out in order': (world) => using(world, async (talk) => {
      for (const word of ['a', 'b', 'c']) await talk.call.tell(word);
      equal(await talk.call.told(), ['a', 'b', 'c'], 'told');
    }),
    'FLT-1, FLT-2: a fault carries its detail and leaves the session alone': (world) => using(world, async (talk) => {
      const error = await talk.call.fault().catch((caught) => caught);
      const { number, bytes } = error.detail;
      equal([isFault(error), error.faultCode, error.reason, error.kind, number], [true, 'Odd', 'that is odd', 'Odd', 7], 'fault');
      equal([bytes instanceof Uint8Array, Array.from(bytes)], [true, [0, 255]], 'bytes in its detail');
      equal(await talk.call.echo(3), 3, 'afterwards');
    }),
    'FLT-4, FLT-5: a defect tells nothing, and ends the session': (world) => using(world, async (talk) => {
      const error = await talk.call.defect().catch((caught) => caught);
      equal(error.faultCode, 'InternalServiceFault', 'code');
      if (`${error.message}${error.reason}`.includes('secret')) throw new Error('a secret was told');
      await eventually(async () => talk.state, 'faulted', 'state');
    }),
    'FLT-4: a host that discloses defects says what was thrown': async (world) => {
      const open = world.proxy(Open, '/open');
      await open.open();
      const error = await open.call.defect().catch((caught) => caught);
      equal([error.faultCode, error.kind, error.detail], ['InternalServiceFault', 'ExceptionDetail', { message: 'Error: "no"\nsecret' }], 'detail');
      await open.close();
    },
    'SESS-11, SESS-12, SESS-13: what may be first and what is last': async (world) => {
      const eager = world.proxy(Talk, '/talk', { rules: 'wcf', callbacks: { progress() {}, confirm() {} } });
      equal(await told(eager.call.late()), 'error InvalidOperationException:SFxNonInitiatingOperation1', 'not to open by');
      eager.abort();
      await using(world, async (talk) => {
        equal(await told(talk.call.late()), 'error ActionNotSupportedException', 'not first');
        await talk.call.echo(0);
        equal(await talk.call.late(), 'late', 'later');
        equal(await talk.call.leave(), 'bye', 'last');
        equal(await told(talk.call.echo(1)), 'error InvalidOperationException:SFxTerminatingOperationAlreadyCalled1', 'after the last');
      });
    },
    'CTX-5: headers go both ways': (world) => using(world, async (talk) => {
      equal(await talk.with({ headers: { question: 'why' } }).header(), 'why', 'header');
    }),
    'SESS-21: a session that the host cuts ends the calls': (world) => using(world, async (talk) => {
      const end = await told(talk.call.cut());
      if (!/^error Communication/.test(end)) throw new Error(`cut: ${end}`);
    }),
    'PROXY-12, PROXY-20: calls without session run side by side over pooled channels': async (world) => {
      const probe = world.proxy(Probe, '/probe');
      await probe.open();
      const ends = await Promise.all(Array.from({ length: 20 }, () => probe.call.busy()));
      equal(ends, Array.from({ length: 20 }, () => 'idle'), 'calls');
      await probe.close();
      equal(probe.leaks(), [], 'leaks');
    },
    'PROXY-7: nobody at the address': async (world) => {
      const nobody = world.proxy(Talk, '/nobody', { callbacks: { progress() {}, confirm: () => true } });
      const end = await told(nobody.open());
      if (!/^error (EndpointNotFound|Communication)Exception/.test(end)) throw new Error(`nobody: ${end}`);
      equal(nobody.state, 'created', 'state');
    },
    'CALL-9, PROXY-8: an abort ends the calls at once, and a reset makes the proxy new': (world) => using(world, async (talk) => {
      const call = told(talk.call.slow(500));
      await sleep(10);
      talk.abort();
      equal(await call, 'error CommunicationObjectAbortedException', 'call');
      await talk.close();
      talk.reset();
      await talk.open();
      equal(await talk.call.echo(4), 4, 'again');
    }),
    'a hundred calls at once are answered each by its own': (world) => using(world, async (talk) => {
      const numbers = Array.from({ length: 100 }, (_, at) => at);
      equal(await Promise.all(numbers.map((number) => talk.call.echo(number))), numbers, 'echoes');
    }),
  };
}
