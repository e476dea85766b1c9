// Our client against services that are not ours, wherever it runs: .NET Core 3.1 over WebSocket, as text
// and as binary, with callbacks; Mono's services over HTTP in every form.
import { FaultError, ServiceProxy } from 'sessionful';
import { contractOf, endpointOf } from 'sessionful/wcf';

const HTTP = { basic: 'basicHttp', ws: 'wsHttp', soap12: 'soap12Http', binary: 'binaryHttp' };
const SOCKETS = { text: 'socketText', binary: 'socketBinary' };
const INT = '{http://www.w3.org/2001/XMLSchema}int';

/** As text, with what JSON has no form for, and without the order of members. */
function shown(value) {
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || value === undefined) return 'null';
  if (value instanceof Uint8Array) return `bytes ${[...value]}`;
  if (value instanceof Map) return `map ${shown([...value])}`;
  if (Array.isArray(value)) return `[${value.map(shown)}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort().filter((key) => value[key] !== undefined);
  return `{${members.map((key) => `${key}:${shown(value[key])}`)}}`;
}

function equal(found, expected) {
  if (shown(found) !== shown(expected)) throw new Error(`expected ${shown(expected)}, found ${shown(found)}`);
}

async function faultOf(call) {
  try {
    await call;
  } catch (error) {
    if (error instanceof FaultError) return error;
    throw error;
  }
  throw new Error('no fault');
}

/**
 * Runs them all; `tell` gets `ok NAME` and `failed NAME: WHY`.
 *
 * @param {object} world the services' addresses, the descriptions by the names of the samples, `tell`, and
 *   `fetch` where requests have to go another way than to the address that the service knows itself by
 */
export async function run({ sockets, http, descriptions, tell, fetch }) {
  const check = async (name, body) => {
    try {
      const late = new Promise((_, reject) => setTimeout(() => reject(new Error('no answer in 15 s')), 15_000));
      await Promise.race([body(), late]);
      tell(`ok ${name}`);
    } catch (error) {
      tell(`failed ${name}: ${String(error?.stack ?? error).replaceAll('\n', ' ')}`);
    }
  };
  const proxyOf = async (sample, address, wire, more = {}) => {
    const description = descriptions[sample];
    const { name } = description.contracts[0];
    const proxy = new ServiceProxy(contractOf(description, name), { ...endpointOf(description, name, { address, wire, ...(fetch && { fetch }) }), ...more });
    await proxy.open();
    return proxy;
  };
  for (const [form, wire] of Object.entries(SOCKETS)) {
    await sessions(form, check, (sample, mode, more) => proxyOf(sample, `${sockets}/${mode}/${form}`, wire, more));
  }
  for (const [form, wire] of Object.entries(HTTP)) {
    await requests(form, check, (sample) => proxyOf(sample, `${http}/${sample}/${form}`, wire));
  }
}

/** The service over WebSocket. */
async function sessions(form, check, proxyOf) {
  const named = (name) => `.NET ${form}: ${name}`;
  await check(named('a session keeps its sum over one-way and two-way calls'), async () => {
    const [one, other] = [await proxyOf('persession', 'persession'), await proxyOf('persession', 'persession')];
    await one.call.Clear();
    await one.call.AddTo(2.5);
    equal(await one.call.Add(10), 12.5);
    equal(await other.call.Add(1), 1);
    equal(await one.call.Equals(), 12.5);
    equal(await one.call.InstanceId() === await other.call.InstanceId(), false);
    await one.close();
    await other.close();
  });
  await check(named('many calls at once find their answers'), async () => {
    const proxy = await proxyOf('persession', 'percall');
    equal(await Promise.all(Array.from({ length: 50 }, (_, n) => proxy.call.Add(n))), Array.from({ length: 50 }, (_, n) => n));
    await proxy.close();
  });
  await check(named('one instance serves two sessions'), async () => {
    const [one, other] = [await proxyOf('persession', 'single'), await proxyOf('persession', 'single')];
    await one.call.Clear();
    await one.call.Add(3);
    equal(await other.call.Equals(), 3);
    await one.close();
    await other.close();
  });
  await check(named('faults come with their details and leave the session alone'), async () => {
    const proxy = await proxyOf('persession', 'persession');
    const fault = await faultOf(proxy.call.Divide(7, 0));
    equal([fault.reason, fault.kind, fault.detail], ['Denominator is zero', 'MathFault', { Operation: 'Divide', ProblemType: 'divide by zero' }]);
    equal((await faultOf(proxy.call.ThrowUndeclared())).reason, 'just a reason');
    equal(await proxy.call.Divide(7, 2), 3);
    equal(await proxy.call.Nothing(), undefined);
    await proxy.close();
  });
  await check(named('a failure that was not foreseen ends the session'), async () => {
    const proxy = await proxyOf('persession', 'persession');
    const fault = await faultOf(proxy.call.ThrowUnhandled());
    equal([fault.faultCode, fault.fromRuntime], ['InternalServiceFault', true]);
    const after = await proxy.call.Equals().then(() => 'answered', () => 'refused');
    equal(after, 'refused');
    proxy.abort();
  });
  await check(named('an object of every type goes through .NET and back'), async () => {
    const proxy = await proxyOf('types', 'percall');
    equal(await proxy.call.EchoZoo(zoo()), zoo());
    await proxy.close();
  });
  await check(named('the service calls back, with and without an answer'), async () => {
    const heard = [];
    const callbacks = {
      Told: (result) => void heard.push(`Told ${result}`),
      Confirm: (text) => (heard.push(`Confirm ${text}`), `confirmed ${text}`),
    };
    const proxy = await proxyOf('duplex', 'duplex', { callbacks });
    await proxy.call.AddTo(3);
    equal(await proxy.call.Ask('x'), 'confirmed x');
    await proxy.call.AddTo(4);
    equal(await proxy.call.Sum(), 7);
    equal(await proxy.call.Ask('y'), 'confirmed y');
    equal(heard, ['Told 3', 'Confirm x', 'Told 7', 'Confirm y']);
    await proxy.close();
  });
}

/** Mono's services. Its faults have codes of their own; reasons and details are WCF's. */
async function requests(form, check, proxyOf) {
  const named = (name) => `Mono ${form}: ${name}`;
  for (const sample of ['percall', 'single']) {
    await check(named(`${sample} adds up`), async () => {
      const proxy = await proxyOf(sample);
      await proxy.call.Clear();
      await proxy.call.AddTo(2.5);
      await new Promise((resolve) => setTimeout(resolve, 100)); // answered before it is carried out
      equal(await proxy.call.Add(10), sample === 'single' ? 12.5 : 10);
      equal(await proxy.call.Equals(), sample === 'single' ? 12.5 : 0);
      equal(await proxy.call.InstanceId() === await proxy.call.InstanceId(), sample === 'single');
      equal(await proxy.call.Divide(7, 2), 3);
      equal(await proxy.call.Nothing(), undefined);
      await proxy.close();
    });
    await check(named(`${sample} tells faults`), async () => {
      const proxy = await proxyOf(sample);
      for (const operation of ['Divide', 'DivideSub']) {
        const fault = await faultOf(proxy.call[operation](7, 0));
        equal([fault.reason, fault.kind, fault.detail], ['Denominator is zero', 'MathFault', { Operation: 'Divide', ProblemType: 'divide by zero' }]);
      }
      await faultOf(proxy.call.ThrowUndeclared());
      await faultOf(proxy.call.ThrowUnhandled());
      await proxy.close();
    });
  }
  const proxy = await proxyOf('types');
  for (const [name, operation, value] of echoes()) {
    await check(named(name), async () => equal(await proxy.call[operation](value), value));
  }
  await check(named('Mixed'), async () => equal(await proxy.call.Mixed('z', 3, 1.5, true), { MixedResult: 1, middle: 3, extra: 'z3' }));
  await check(named('Renamed'), async () => equal(await proxy.call.Renamed('why'), 're: why'));
  await check(named('Bool'), async () => equal(await proxy.call.Bool(false), true));
  await proxy.close();
}

function echoes() {
  const circle = { $type: '{urn:interop:shapes}Circle', Id: 1, Name: 'c', Comment: 'hi', Radius: 2, Center: { Label: null, X: 3, Y: 4 } };
  return [
    ['EchoString', 'EchoString', 'a<b>&"\'\u00e9\u4e2d\u{1F600} end'],
    ['EchoString empty', 'EchoString', ''],
    ['EchoString null', 'EchoString', null],
    ['EchoZoo', 'EchoZoo', zoo()],
    ['EchoZoo null', 'EchoZoo', null],
    ['EchoShape', 'EchoShape', { Id: 1, Name: 'n', Comment: 'c' }],
    ['EchoShape derived', 'EchoShape', circle],
    ['EchoInts', 'EchoInts', [1, -2, 3]],
    ['EchoInts empty', 'EchoInts', []],
    ['EchoPoints', 'EchoPoints', [{ Label: null, X: 1, Y: 2 }, { Label: 'l', X: 3, Y: 4 }]],
    ['EchoBytes', 'EchoBytes', new Uint8Array([0, 1, 250, 255])],
    ['EchoDate', 'EchoDate', '2020-01-02T03:04:05Z'],
    ['EchoGuid', 'EchoGuid', '00112233-4455-6677-8899-aabbccddeeff'],
    ['EchoNullable', 'EchoNullable', 5],
    ['EchoNullable null', 'EchoNullable', null],
    ['EchoColor', 'EchoColor', 'Verde'],
    ['EchoObject', 'EchoObject', { $type: INT, value: 42 }],
    ['EchoMap', 'EchoMap', new Map([['a', 1], ['b', 2]])],
  ];
}

/** A value for every member. */
function zoo() {
  return {
    ABool: true, AByte: 200, AChar: 65, AColor: 'Verde', ADateUnspec: '2024-02-29T13:14:15', ADateUtc: '2024-02-29T13:14:15.12Z',
    ADecimal: '12345.6700', ADouble: 0.1, AFlags: ['Read', 'Exec'], AFloat: 1.5, AGuid: '00112233-4455-6677-8899-aabbccddeeff',
    ALong: -9007199254740993n, ANullString: null, APlain: 'Two', ASByte: -7, AShort: -300, ASpan: 'P1DT2H3M4.005S',
    AString: 'a<b>&"\'\u00e9\u4e2d\u{1F600} end', AUInt: 4000000000, AULong: 18446744073709551615n, AUShort: 60000,
    AUri: 'http://example.org/a?b=c&d', AnInt: -123456, AnObject: { $type: INT, value: 42 }, Bytes: new Uint8Array([0, 1, 2, 250, 255]),
    Ints: [1, -2, 3], Jagged: [[1, 2], []], Map: new Map([['k1', 1], ['k2', 2]]), NInt: 5, NNull: null,
    Points: [{ Label: 'p', X: 1, Y: 2 }, null], Strings: ['one', null, ''],
  };
}
