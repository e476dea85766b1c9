/**
 * What the binary tells of an error, made an error.
 *
 * @module
 */

import { BEHAVIOR, BINDING, CONTRACT, HOST, LOCAL, PROXY, type ErrorCode, type TransportErrorCode } from './causes.js';
import { FaultError, errorOf, type ErrorExtras, type ErrorFields, type SessionfulError } from './errors.js';

/** Which of the two families of errors a value of the core belongs to: some variants share a name. */
export type ErrorSide = 'proxy' | 'host';

/** How {@link errorFromCore} reads. */
export interface FromCore extends ErrorExtras {
  /** Whose errors they are; a proxy's unless given. */
  readonly side?: ErrorSide;
  /** Reads the bytes of a fault's detail; as JSON unless given. */
  readonly decode?: (body: Uint8Array) => unknown;
}

/**
 * The error that a variant of the core becomes: `"timedOut"`, `{"invalidState":{"phase":"opened"}}`,
 * `{"binding":{"NoSession":{"binding":"fetch"}}}`, `{"fault":{"code":..,"reason":..}}`.
 *
 * It never throws: what it does not know becomes a {@link ProtocolError} that says so, because a
 * pending call must settle with something.
 */
export function errorFromCore(value: unknown, options: FromCore = {}): SessionfulError {
  const host = options.side === 'host';
  const [variant, data] = readVariant(value);
  switch (variant) {
    case 'fault': return faultFrom(data, options);
    case 'contract': return nested('CONTRACT_', CONTRACT, data, options);
    case 'binding': return nested('BINDING_', BINDING, data, options);
    case 'behavior': return nested('BEHAVIOR_', BEHAVIOR, data, options);
    case 'invalidState': return invalidState(host, data, options);
    case 'transport': return transport(data, options);
    case 'invalidOption': return known('INVALID_OPTION', data, options);
  }
  const code = (host ? 'HOST_' : '') + screaming(variant);
  return Object.hasOwn(host ? HOST : PROXY, code) ? known(code, data, options) : unknown(variant, options);
}

function nested(prefix: string, family: object, value: unknown, options: FromCore): SessionfulError {
  const [variant, data] = readVariant(value);
  const code = prefix + screaming(variant);
  return Object.hasOwn(family, code) ? known(code, data, options) : unknown(variant, options);
}

/** What the transport has a name for; its detail stands wherever the text has a place. */
function transport(data: unknown, options: FromCore): SessionfulError {
  const { what, detail } = readFields(data);
  const code = `TRANSPORT_${what}`;
  if (!Object.hasOwn(LOCAL, code)) return errorOf('DISCONNECTED', { reason: detail }, options);
  const number = Number.parseInt(String(detail), 10);
  const status = Number.isNaN(number) ? undefined : number;
  const fields = { reason: detail, status, found: detail, wanted: detail, what: detail, address: detail };
  return errorOf(code as TransportErrorCode, fields, options);
}

function known(code: string, data: unknown, options: FromCore): SessionfulError {
  return errorOf(code as Exclude<ErrorCode, 'FAULT' | 'PANIC'>, readFields(data), options);
}

function unknown(variant: string, options: FromCore): SessionfulError {
  const reason = `error ${variant.slice(0, 40) || 'without a name'} is not known to this version`;
  return errorOf('PROTOCOL', { reason }, options);
}

/** What to do in each state, in the words of the Rust library. */
const HINTS: Readonly<Record<string, string>> = {
  created: 'open it first',
  opening: 'await its opening',
  accepting: 'await its opening',
  opened: 'it is open already',
  closing: 'await its closing',
  closed: 'reset it or make another',
  faulted: 'close it, or abort it under WCF\'s rules',
};

function invalidState(host: boolean, data: unknown, options: FromCore): SessionfulError {
  const phase = String(readFields(data)['phase'] ?? '?');
  const found = Object.hasOwn(HINTS, phase) ? HINTS[phase] : undefined;
  // A host lives once: it can be neither reset nor reopened (CO-8).
  const hint = host && phase === 'closed' ? 'make another' : found;
  return errorOf(host ? 'HOST_INVALID_STATE' : 'INVALID_STATE', { phase, hint: hint ?? 'see its state' }, options);
}

/** Names of the runtime's fault codes on the wire (`FLT-9`), by their names in the core. */
const FAULT_CODES: Readonly<Record<string, string>> = {
  internalService: 'InternalServiceFault',
  sessionTerminated: 'SessionTerminated',
  actionNotSupported: 'ActionNotSupported',
  deserializationFailed: 'DeserializationFailed',
  destinationUnreachable: 'DestinationUnreachable',
  mustUnderstand: 'MustUnderstand',
  tooBusy: 'ServerTooBusy',
  accessDenied: 'FailedAuthentication',
};

function faultFrom(value: unknown, options: FromCore): FaultError {
  const fault = asObject(value);
  const [code, chosen] = readVariant(fault['code']);
  const fromRuntime = Object.hasOwn(FAULT_CODES, code) && chosen === undefined;
  const detail = asObject(fault['detail']);
  const kind = typeof detail['kind'] === 'string' ? detail['kind'] : undefined;
  return new FaultError({
    code: fromRuntime ? FAULT_CODES[code] ?? code : code === 'application' ? String(chosen) : code,
    reason: String(fault['reason'] ?? ''),
    fromRuntime,
    kind,
    detail: kind === undefined ? undefined : readDetail(detail['body'], options.decode ?? fromJson),
  }, options);
}

/** A detail that cannot be read is left out: the fault itself must not get lost over it. */
function readDetail(body: unknown, decode: (body: Uint8Array) => unknown): unknown {
  try {
    if (body instanceof Uint8Array) return body.length === 0 ? undefined : decode(body);
    if (body instanceof ArrayBuffer) return readDetail(new Uint8Array(body), decode);
    if (Array.isArray(body)) return readDetail(Uint8Array.from(body as number[]), decode);
    if (typeof body === 'string') return JSON.parse(body);
  } catch {
    // as if there was none
  }
  return undefined;
}

function fromJson(body: Uint8Array): unknown {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
}

/** The name and the data of an externally tagged variant. */
function readVariant(value: unknown): [name: string, data: unknown] {
  if (typeof value === 'string') return [value, undefined];
  const [first] = Object.entries(asObject(value));
  return first ?? ['', undefined];
}

function readFields(data: unknown): ErrorFields {
  const plain = Object.entries(asObject(data)).filter(([, value]) =>
    typeof value === 'string' || typeof value === 'number');
  return Object.fromEntries(plain) as ErrorFields;
}

function asObject(value: unknown): Record<string, unknown> {
  if (value instanceof Map) return Object.fromEntries(value) as Record<string, unknown>;
  return typeof value === 'object' && value !== null ? value as Record<string, unknown> : {};
}

function screaming(name: string): string {
  return name.replace(/(?!^)([A-Z])/g, '_$1').toUpperCase();
}
