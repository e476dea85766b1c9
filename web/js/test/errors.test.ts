import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  AbandonedError, AbortedError, BehaviorError, BindingError, ContractError, DisconnectedError, FaultError,
  HostError, PanicError, ProtocolError, SessionEndedError, SessionfulError, StateError, StoppedError, TimeoutError,
  TooBusyError, TransportError, errorOf, isSessionfulError,
} from '../errors.js';
import { errorFromCore } from '../from-core.js';

describe('what a variant of the core becomes', () => {
  test('a variant without data', () => {
    const error = errorFromCore('timedOut');
    assert.ok(error instanceof TimeoutError);
    assert.equal(error.code, 'TIMED_OUT');
    assert.equal(error.hresult, 0x803d0006);
    assert.equal(error.hresultName, 'OPERATION_TIMED_OUT');
    assert.equal(error.rule, 'CALL-8');
    assert.equal(error.exception, 'TimeoutException');
    assert.equal(error.message, 'not done in time; the service may still carry it out');
    assert.equal(error.name, 'TimeoutError');
    assert.match(error.next, /find out whether/);
  });

  test('a variant with data', () => {
    const error = errorFromCore({ invalidState: { phase: 'opened' } });
    assert.ok(error instanceof StateError);
    assert.equal(error.message, 'not allowed while the proxy is opened: it is open already');
    assert.equal(error.next, 'it is open already');
    assert.ok(error.isMisuse);
    const lost = errorFromCore({ disconnected: { reason: 'code 1006: gone' } });
    assert.ok(lost instanceof DisconnectedError);
    assert.equal(lost.message, 'the connection was lost (code 1006: gone): open another proxy or reset this one');
    assert.equal(lost.next, 'open another proxy or reset this one');
  });

  test('a variant within a variant, however its name is cased', () => {
    const binding = errorFromCore({ binding: { NoSession: { binding: 'fetch' } } });
    assert.ok(binding instanceof BindingError);
    assert.equal(binding.code, 'BINDING_NO_SESSION');
    assert.equal(binding.key, 'BindingDoesnTSupportSessionButContractRequires1');
    const contract = errorFromCore({ contract: { needsSession: { operation: 'add' } } }, { side: 'host' });
    assert.ok(contract instanceof ContractError);
    assert.match(contract.message, /^operation add is non-initiating or terminating/);
    assert.ok(errorFromCore({ behavior: 'noConstructor' }) instanceof BehaviorError);
  });

  test('one name, two families', () => {
    assert.ok(errorFromCore('aborted') instanceof AbortedError);
    const host = errorFromCore('aborted', { side: 'host' });
    assert.ok(host instanceof HostError);
    assert.equal(host.code, 'HOST_ABORTED');
    assert.equal(errorFromCore({ invalidState: { phase: 'closed' } }, { side: 'host' }).next, 'make another');
  });

  test('classes by what the caller can do', () => {
    for (const [variant, kind] of [
      ['abandoned', AbandonedError], ['sessionTerminated', SessionEndedError], ['autoClosed', SessionEndedError],
      ['tooBusy', TooBusyError], ['stopped', StoppedError], ['actionNotSupported', ProtocolError],
    ] as const) assert.ok(errorFromCore(variant) instanceof kind, variant);
    assert.ok(new PanicError('at x.rs:1') instanceof StoppedError);
    assert.equal(new PanicError('at x.rs:1').next, 'load it anew, and report what you did before');
    const status = errorOf('TRANSPORT_STATUS', { status: 502 });
    assert.ok(status instanceof TransportError);
    assert.equal(status.status, 502);
  });

  test('a fault of the service, with its detail', () => {
    const body = new TextEncoder().encode('{"by":0}');
    for (const bytes of [body, [...body], body.buffer]) {
      const error = errorFromCore({
        fault: { code: { application: 'DivideByZero' }, reason: 'no', detail: { kind: 'DivideByZero', body: bytes } },
      });
      assert.ok(error instanceof FaultError);
      assert.equal(error.message, 'the service answered with a fault: DivideByZero: no');
      assert.equal(error.faultCode, 'DivideByZero');
      assert.equal(error.fromRuntime, false);
      assert.equal(error.kind, 'DivideByZero');
      assert.deepEqual(error.detail, { by: 0 });
    }
  });

  test('a fault of the runtime, and one that only looks like it', () => {
    const real = errorFromCore({ fault: { code: 'internalService', reason: 'r', detail: null } });
    assert.ok(real instanceof FaultError && real.fromRuntime);
    assert.equal(real.faultCode, 'InternalServiceFault');
    const fake = errorFromCore({ fault: { code: { application: 'InternalServiceFault' }, reason: 'r' } });
    assert.ok(fake instanceof FaultError && !fake.fromRuntime);
  });

  test('a detail that cannot be read does not hide the fault', () => {
    const error = errorFromCore({ fault: { code: { application: 'A' }, reason: '', detail: { kind: 'A', body: [0xff] } } });
    assert.ok(error instanceof FaultError);
    assert.equal(error.kind, 'A');
    assert.equal(error.detail, undefined);
  });

  test('what is not known settles a call all the same', () => {
    for (const value of [
      undefined, null, 0, '', 'fromTheFuture', {}, [], { constructor: {} }, '__proto__', 'constructor', 'toString',
      { binding: 'fromTheFuture' }, { binding: '__proto__' }, { contract: null }, { fault: null }, { fault: { code: 7 } },
      new Map([['timedOut', null]]), 'host_aborted', { invalidState: null }, { invalidState: { phase: 'constructor' } },
    ]) {
      const error = errorFromCore(value);
      assert.ok(error instanceof SessionfulError, String(value));
      assert.ok(error.message.length > 0 && error.code.length > 0);
    }
    assert.match(errorFromCore('fromTheFuture').message, /fromTheFuture is not known to this version/);
  });
});

test('what is logged has neither payload nor cause nor stack', () => {
  const error = new FaultError(
    { code: 'A', reason: 'because', kind: 'Secret', detail: { password: 'hunter2' } },
    { cause: new Error('hunter2') },
  );
  const text = JSON.stringify(error);
  assert.ok(!text.includes('hunter2'));
  assert.ok(!Object.keys(error).includes('detail'), 'loggers print what can be enumerated');
  assert.deepEqual(JSON.parse(text), {
    name: 'FaultError', code: 'FAULT', message: 'the service answered with a fault: A: because',
    hresult: 0x803d0013, hresultName: 'ENDPOINT_FAULT_RECEIVED', rule: 'PROXY-17', exception: 'FaultException',
    next: 'decide by faultCode and kind; the session goes on, unless faultCode is InternalServiceFault',
    faultCode: 'A', reason: 'because', kind: 'Secret',
  });
});

test('an error is known for one, a look-alike is not', () => {
  assert.ok(isSessionfulError(errorOf('STOPPED')));
  assert.ok(!isSessionfulError(Object.assign(new Error('x'), { code: 'STOPPED' })));
});

test('PROXY-16: what the transport has a name for is a code of its own', () => {
  const named = (what: string, detail: string): [string, string, number | undefined] => {
    const error = errorFromCore({ transport: { what, detail } });
    assert.ok(error instanceof TransportError, what);
    return [error.code, error.message, error.status];
  };
  assert.deepEqual(named('STATUS', '502'), ['TRANSPORT_STATUS', 'the host answered with HTTP status 502', 502]);
  assert.deepEqual(named('CLOSED', '4001 out'), ['TRANSPORT_CLOSED', 'the socket was closed with code 4001 out', 4001]);
  assert.equal(named('CONTENT_TYPE', 'text/html')[1], 'the answer is no message but text/html');
  assert.equal(errorFromCore({ transport: { what: 'CARRIER_PIGEON', detail: 'lost' } }).code, 'DISCONNECTED');
});

test('a text is filled in once: a reason cannot bring places of its own', () => {
  assert.match(errorFromCore({ listener: { endpoint: 3, reason: '{endpoint}' } }, { side: 'host' }).message,
    /^endpoint 3 cannot be listened on: \{endpoint\}$/);
});

// ---- The same words as the Rust library, which is in the same repository but not in the package.

const rust = findRust(dirname(fileURLToPath(import.meta.url)));

function findRust(from: string): string | undefined {
  const given = process.env['SESSIONFUL_CORE'];
  if (given !== undefined) return given;
  for (let at = from; dirname(at) !== at; at = dirname(at)) {
    if (existsSync(join(at, 'core/src/error.rs'))) return join(at, 'core/src');
  }
  return undefined;
}

interface Variant { readonly family: string; readonly name: string; readonly text: string; readonly fields: string[] }

/** The variants of an enum with their texts, read from the source as far as it is laid out like ours. */
function variantsOf(source: string, family: string): Variant[] {
  const start = source.indexOf(`pub enum ${family} {`);
  const body = source.slice(start, source.indexOf('\n}', start));
  const found: Variant[] = [];
  const pattern = /#\[error\(\s*([^]*?)\s*\)\]\s+([A-Z]\w*)(?:\s*\{([^]*?)\n {4}\}|\(([^)]*)\))?/g;
  for (const [, attribute = '', name = '', fields = ''] of body.matchAll(pattern)) {
    if (attribute.startsWith('transparent')) continue;
    const literal = /^"((?:[^"\\]|\\[^])*)"/.exec(attribute)?.[1] ?? '';
    const text = literal.replace(/\\\n\s*/g, '').replace(/\\"/g, '"');
    found.push({ family, name, text, fields: [...fields.matchAll(/^\s*(\w+): /gm)].map(([, field]) => field ?? '') });
  }
  return found;
}

/** The values of a `match` in a method, by variant. */
function armsOf(source: string, family: string, method: string): Map<string, string> {
  const start = source.indexOf(`impl ${family} {`);
  const at = source.indexOf(`pub fn ${method}(`, start);
  const body = source.slice(at, source.indexOf('\n    }', at));
  const arms = new Map<string, string>();
  for (const [, patterns = '', value = ''] of body.matchAll(/((?:\|?\s*\w+::\w+(?:\s*\{ \.\. \}|\(\w+\))?\s*)+)=>\s*\{?\s*(?:Some\()?("\w+"|HResult::\w+)/g)) {
    for (const [, name = ''] of patterns.matchAll(/\w+::(\w+)/g)) arms.set(name, value.replace(/^HResult::|"/g, ''));
  }
  return arms;
}

describe('the same words as in Rust', { skip: rust === undefined && 'the core is not here' }, () => {
  const read = (file: string): string => readFileSync(join(rust ?? '', file), 'utf8');
  const families = [
    { family: 'ProxyError', file: 'error.rs', wrap: (v: object) => v, side: 'proxy', least: 22 },
    { family: 'HostError', file: 'error.rs', wrap: (v: object) => v, side: 'host', least: 7 },
    { family: 'BehaviorError', file: 'error.rs', wrap: (v: object) => ({ behavior: v }), side: 'proxy', least: 6 },
    { family: 'ContractError', file: 'contract.rs', wrap: (v: object) => ({ contract: v }), side: 'proxy', least: 9 },
    { family: 'BindingError', file: 'binding.rs', wrap: (v: object) => ({ binding: v }), side: 'proxy', least: 7 },
  ] as const;
  for (const { family, file, wrap, side, least } of families) {
    test(family, () => {
      const source = read(file);
      const variants = variantsOf(source, family);
      assert.ok(variants.length >= least, `only ${variants.length} variants were found: is the source laid out anew?`);
      const hresults = armsOf(source, family, 'hresult');
      const exceptions = armsOf(source, family, 'exception');
      const keys = armsOf(source, family, 'key');
      for (const { name, text, fields } of variants) {
        if (name === 'Fault' || name === 'Transport') continue; // made of what they carry; see above
        const cased = family === 'ContractError' || family === 'BindingError' ? name : name[0]?.toLowerCase() + name.slice(1);
        const data = Object.fromEntries(fields.map((field) => [field, field === 'phase' ? 'closing' : `<${field}>`]));
        const error = errorFromCore(wrap({ [cased]: data }), { side });
        const expected = text.replace('{hint}', 'await its closing').replace('{phase}', 'closing')
          .replace(/\{(\w+)\}/g, '<$1>');
        assert.equal(error.message, expected, `${family}::${name}`);
        assert.ok(error.next !== '' && !error.next.includes('{') && !error.next.includes('?'), `${name}: ${error.next}`);
        if (hresults.size > 0) assert.equal(error.hresultName, hresults.get(name), `hresult of ${name}`);
        if (exceptions.has(name)) assert.equal(error.exception, exceptions.get(name), `exception of ${name}`);
        if (keys.size > 0) assert.equal(error.key, keys.get(name), `key of ${name}`);
      }
      if (family === 'ProxyError') assert.ok(hresults.size >= 22 && exceptions.size >= 22 && keys.size >= 6);
    });
  }
});
