// What has to be the same over every wire of WCF, in Node and in a page. `world.calculator(wire, options)`
// and `world.echo(wire)` make proxies to the services of `wcf-samples.mjs`.
import { Fault } from 'sessionful';
import { CIRCLE } from './wcf-samples.mjs';

export const SOCKETS = ['socketText', 'socketBinary'];
export const HTTP = ['basicHttp', 'soap12Http', 'wsHttp', 'binaryHttp'];

/** Values as texts that tell types apart. */
function shown(value) {
  return JSON.stringify(value, (_, one) => {
    if (typeof one === 'bigint') return `${one}n`;
    if (one instanceof Map) return { map: [...one] };
    if (one instanceof Uint8Array) return { bytes: [...one] };
    return typeof one === 'number' && !Number.isFinite(one) ? String(one) : one;
  });
}

function equal(actual, expected, what) {
  const [a, b] = [shown(actual), shown(expected)];
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`);
}

/** What a call fails with, as far as the named members go. */
async function failure(call, ...members) {
  const error = await call.then((value) => { throw new Error(`it gave ${shown(value)}`); }, (thrown) => thrown);
  return members.map((member) => error[member]);
}

async function using(proxy, work) {
  await proxy.open();
  try {
    await work(proxy);
  } finally {
    if (proxy.state === 'faulted') proxy.abort();
    else await proxy.close();
  }
  equal(proxy.leaks(), [], 'leaks');
}

const callbacks = (heard = [], answer = true) => ({
  Progress: (percent) => { heard.push(percent); },
  Confirm: async (text) => { heard.push(text); return answer; },
});

/** Sessions: SESS-*, FLT-*, OP-* over SOAP. */
export const SESSIONS = {
  'a session has an object of its own (INST-1)': async (world, wire) => {
    await using(world.calculator(wire), async (first) => {
      equal([await first.call.Add(10), await first.call.Add(2.5)], [10, 12.5], 'sums');
      await using(world.calculator(wire), async (second) => equal(await second.call.Add(1), 1, 'the other session'));
      equal(await first.call.Total(), 12.5, 'total');
    });
  },
  'a declared fault leaves the session alone, and has its detail (FLT-1, FLT-2)': (world, wire) => using(world.calculator(wire), async ({ call }) => {
    await call.Add(6);
    const found = await failure(call.Divide(0), 'name', 'faultCode', 'fromRuntime', 'reason', 'kind', 'detail');
    equal(found, ['FaultError', '{urn:math}DivideByZero', false, 'cannot divide', 'MathFault', { Operation: 'Divide', Problem: 'zero' }], 'fault');
    equal(await call.Divide(2), 3, 'afterwards');
  }),
  'an unhandled exception is an internal fault, and ends the session (FLT-4, FLT-5)': (world, wire) => using(world.calculator(wire), async (proxy) => {
    await proxy.call.Add(1);
    equal(await failure(proxy.call.Break(), 'faultCode', 'fromRuntime'), ['InternalServiceFault', true], 'fault');
    const [name] = await failure(proxy.call.Add(1), 'name');
    if (!/Error$/.test(name) || proxy.state === 'opened') throw new Error(`the session goes on: ${name}, ${proxy.state}`);
  }),
  'one-way calls are carried out in order, and nothing comes back (OP-2)': (world, wire) => using(world.calculator(wire), async ({ call }) => {
    equal([await call.Note('a & b'), await call.Note('<c>'), await call.Note('\u{1F600}')], [undefined, undefined, undefined], 'results');
    equal(await call.Notes(), 'a & b|<c>|\u{1F600}', 'notes');
  }),
  'a non-initiating operation cannot begin a session, here (SESS-11) and there (SESS-13)': async (world, wire) => {
    const unopened = world.calculator(wire, { rules: 'wcf' });
    equal(await failure(unopened.call.Total(), 'code'), ['NON_INITIATING'], 'here');
    unopened.abort();
    await using(world.calculator(wire), async ({ call }) => equal(await failure(call.Total(), 'code'), ['ACTION_NOT_SUPPORTED'], 'there'));
  },
  'a terminating operation ends the session (SESS-12)': (world, wire) => using(world.calculator(wire), async ({ call }) => {
    await call.Add(4);
    equal(await call.Finish(), 4, 'result');
    equal(await failure(call.Add(1), 'code'), ['ALREADY_TERMINATED'], 'afterwards');
  }),
  'the service calls back, with and without a reply (OP-5)': async (world, wire) => {
    const heard = [];
    await using(world.calculator(wire, { callbacks: callbacks(heard, false) }), async ({ call }) => {
      equal(await call.Count(3), false, 'answer');
      equal(heard, [1, 2, 3, 'to 3?'], 'heard');
    });
  },
  'a callback that throws a fault tells the service': (world, wire) => using(world.calculator(wire, {
    callbacks: { ...callbacks(), Confirm() { throw new Fault('Sender', 'no'); } },
  }), async ({ call }) => {
    await call.Add(1);
    // The service does not catch it, so it is an unhandled exception there (FLT-4).
    equal(await failure(call.Count(1), 'name', 'faultCode'), ['FaultError', 'InternalServiceFault'], 'fault');
  }),
  'many calls at once come back in order': (world, wire) => using(world.calculator(wire, { maxPendingCalls: 1_000 }), async ({ call }) => {
    const sums = await Promise.all(Array.from({ length: 300 }, () => call.Add(1)));
    equal(sums, Array.from({ length: 300 }, (_, at) => at + 1), 'sums');
  }),
  'a value that does not fit fails at its call, and nothing is sent': (world, wire) => using(world.calculator(wire), async ({ call }) => {
    equal(await failure(call.Add('one'), 'code', 'message'), ['ENCODING', 'cannot encode or decode: n: a string where a number is expected'], 'a call');
    equal(await failure(call.Note(7), 'code'), ['ENCODING'], 'a one-way call');
    equal(await call.Add(1), 1, 'afterwards');
  }),
  'a text that is too long fails at its call, and the session goes on (CHAN-4)': (world, wire) => using(world.calculator(wire), async ({ call }) => {
    await call.Add(1);
    const [name] = await failure(call.Note('x'.repeat(70_000)).then(() => call.Notes()), 'name');
    if (!/Error$/.test(name)) throw new Error(name);
  }),
};

const EVERYTHING = {
  Binary: new Uint8Array([0, 1, 254, 255]), Boolean: true, Byte: 255, Char: 0x41, Colour: 'Blue',
  Counts: new Map([['one', 1], ['two', -2]]), DateTime: '2024-02-29T13:14:15.1234567Z', Decimal: '79228162514264337593543950335',
  Double: 1e21, Float: 0.1, Guid: '00112233-4455-6677-8899-aabbccddeeff', Int: -2147483648, Ints: [1, 0, -1, 70000],
  Long: -9223372036854775808n, Maybe: null, Rights: ['Read', 'Write'], SByte: -128, Shape: { $type: CIRCLE, Name: 'o', Radius: 1.5 },
  Shapes: [{ Name: 'plain' }, { $type: CIRCLE, Name: 'round', Radius: 2 }, null], Short: -32768, Text: 'a <b> & "c" ]]> ä \u{1F600}\n',
  TimeSpan: 'P1DT2H3M4.005S', UInt: 4294967295, ULong: 18446744073709551615n, UShort: 65535, Uri: 'http://a/b?c=d&e',
  Value: { $type: '{http://www.w3.org/2001/XMLSchema}int', value: 7 },
};

/** Single calls. */
export const CALLS = {
  'every type survives': (world, wire) => using(world.echo(wire), async ({ call }) => {
    const expected = { ...EVERYTHING, Float: Math.fround(0.1) };
    equal(await call.Everything(EVERYTHING), expected, 'everything');
    equal(await call.Everything({}), {}, 'nothing at all');
    equal(await call.Everything(null), null, 'null');
  }),
  'texts keep their ends, and empty ones are not null': (world, wire) => using(world.echo(wire), async ({ call }) => {
    for (const Text of ['', ' ', ' a ', '\t\n', null]) equal((await call.Everything({ Text })).Text, Text, 'text');
    equal((await call.Everything({ Binary: new Uint8Array(0), Ints: [], Counts: new Map() })), { Binary: new Uint8Array(0), Counts: new Map(), Ints: [] }, 'empty ones');
  }),
  'several results come by name': (world, wire) => using(world.echo(wire), async ({ call }) => {
    equal(await call.Split('hello'), { SplitResult: 5, first: 'h', rest: 'ello' }, 'results');
  }),
  'a fault has code, reason and detail (FLT-2)': (world, wire) => using(world.echo(wire), async ({ call }) => {
    const found = await failure(call.Fail('because'), 'name', 'faultCode', 'reason', 'kind', 'detail', 'fromRuntime');
    equal(found, ['FaultError', 'Sender', 'because', 'MathFault', { Operation: 'Fail', Problem: null }, false], 'fault');
  }),
  'an unhandled exception tells nothing of itself (FLT-4)': (world, wire) => using(world.echo(wire), async ({ call }) => {
    const [code, runtime, reason] = await failure(call.Crash(), 'faultCode', 'fromRuntime', 'reason');
    equal([code, runtime, reason.includes('secret')], ['InternalServiceFault', true, false], 'fault');
  }),
  'a one-way call ends when it is taken (OP-2)': (world, wire) => using(world.echo(wire), async ({ call }) => {
    const before = await call.Forgotten();
    equal(await call.Forget('it'), undefined, 'result');
    for (let tries = 0; await call.Forgotten() === before && tries < 100; tries += 1) await new Promise((wake) => setTimeout(wake, 5));
    equal(await call.Forgotten(), before + 1, 'carried out');
  }),
  'headers of a call arrive as headers of SOAP': (world, wire) => using(world.echo(wire), async (proxy) => {
    const call = proxy.with({ headers: { '{urn:tokens}token': 'a <secret>', plain: 'b' } });
    equal(await call.Header('{urn:tokens}token'), 'a <secret>', 'qualified');
    equal(await call.Header('plain'), 'b', 'without a namespace');
    equal(await proxy.call.Header('plain'), null, 'none');
  }),
  'each call has an object of its own (INST-1)': (world, wire) => using(world.echo(wire), async ({ call }) => {
    equal([await call.Calls(), await call.Calls()], [1, 1], 'counts');
  }),
  'hostile and mistaken values are refused by their place': (world, wire) => using(world.echo(wire), async ({ call }) => {
    const circular = { $type: CIRCLE, Name: 'o' };
    const deep = { Value: null };
    const thrower = Object.defineProperty({}, 'Text', { enumerable: true, get() { throw new Error('boo'); } });
    for (const [value, reason] of [
      [{ Int: 1.5 }, 'value.Int: the number 1.5 where a whole number of 32 bits is expected'],
      [{ Byte: 256 }, 'value.Byte: the number 256 where a whole number from 0 to 255 is expected'],
      [{ Long: 2n ** 63n }, 'value.Long: a bigint where a bigint of 64 bits is expected'],
      [{ Ints: [1, 'x'] }, 'value.Ints[1]: a string where a whole number of 32 bits is expected'],
      [{ Shapes: [{}, { $type: CIRCLE, Radius: 'r' }] }, 'value.Shapes[1].Radius: a string where a number is expected'],
      [{ Counts: new Map([['a', 1], ['b', null]]) }, 'value.Counts[value 1]: may not be null'],
      [{ Counts: new Map([[1, 1]]) }, 'value.Counts[key 0]: the number 1 where a string is expected'],
      [{ Txt: 'x' }, 'value: Everything has no member `Txt`'],
      [{ Colour: 'Pink' }, 'value.Colour: a string where one of Red, Green, Blue is expected'],
      [{ Guid: 'nonsense' }, 'value.Guid: `nonsense` is not a GUID'],
      [{ Text: '\ud800' }, 'value.Text: a string with half a character'],
      [{ DateTime: new Date(Number.NaN) }, 'value.DateTime: an invalid Date'],
      [{ Shape: { $type: '{urn:x}Square' } }, 'value.Shape: the type {urn:x}Square is not known: add it to the schema'],
      [{ Value: {} , Int: null }, 'value.Int: may not be null'],
      [{ Value: { some: 'thing' } }, 'value.Value: an object needs a $type here'],
      [thrower, 'value.Text: it throws when read'],
      [7, 'value: the number 7 where an object is expected'],
    ]) {
      equal(await failure(call.Everything(value), 'code', 'message'), ['ENCODING', `cannot encode or decode: ${reason}`], 'refusal');
    }
    circular.Name = circular;
    equal(await failure(call.Everything({ Shape: circular }), 'code'), ['ENCODING'], 'circular');
    deep.Value = { $type: '{http://schemas.datacontract.org/2004/07/Interop.Samples}Everything', ...deep };
    deep.Value.Value = deep.Value;
    const [code, message] = await failure(call.Everything(deep), 'code', 'message');
    equal([code, /values nest more than 64 deep/.test(message)], ['ENCODING', true], 'a circle');
    equal((await call.Everything({ Int: 3 })).Int, 3, 'afterwards');
  }),
};
