/**
 * Errors: one class for each decision a caller can take, one stable `code` for each cause.
 *
 * The runtime in WebAssembly tells only which variant happened; the texts live here, so that they are
 * not shipped twice. They are the same as those of the Rust library, which a test watches over.
 *
 * An error is local. What the peer says went wrong is a fault, and arrives as a {@link FaultError}.
 *
 * @module
 */

import { CAUSES, HRESULTS, type Cause, type ErrorCode, type HResultName, type TransportErrorCode } from './causes.js';

export { hresultOf } from './causes.js';
export type {
  BehaviorErrorCode, BindingErrorCode, ContractErrorCode, ErrorCode, HostErrorCode, HResultName, ProxyErrorCode,
  TransportErrorCode,
} from './causes.js';

/** Values for the places in a text, and nothing that came as a payload. */
export type ErrorFields = Readonly<Record<string, string | number | undefined>>;

/** What may be given besides code and fields. */
export interface ErrorExtras {
  /** What it came from. It is not shown by {@link SessionfulError.toJSON}. */
  readonly cause?: unknown;
}

/** Marks errors of this package, also those of another copy of it in the same program. */
const BRAND: unique symbol = Symbol.for('sessionful.error') as never;

/**
 * What everything in this package throws or rejects with.
 *
 * Decide by class (`instanceof TimeoutError`) or by {@link code}; the message is for people and may
 * be reworded.
 */
export class SessionfulError extends Error {
  /** What happened; stable. */
  readonly code: ErrorCode;
  /** What Windows Web Services would return, an unsigned 32-bit number (`ERR-1`). */
  readonly hresult: number | undefined;
  /** The name of {@link hresult}, without prefix. */
  readonly hresultName: HResultName | undefined;
  /** The rule of the semantics that it comes from, for example `CALL-8`. */
  readonly rule: string | undefined;
  /** The name of the exception that WCF would throw. */
  readonly exception: string;
  /** The resource key of that exception, where it has one. */
  readonly key: string | undefined;
  /** What to do. */
  readonly next: string;

  /** @param fields values for the places in the text of `code`. */
  constructor(code: ErrorCode, fields: ErrorFields = {}, extras: ErrorExtras = {}) {
    const cause: Cause = CAUSES[code];
    const message = fill(cause.text, fields);
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.code = code;
    this.hresult = cause.hresult && HRESULTS[cause.hresult];
    this.hresultName = cause.hresult;
    this.rule = cause.rule;
    this.exception = cause.exception;
    this.key = cause.key;
    this.next = fill(cause.next ?? cause.text.slice(cause.text.indexOf(': ') + 2), fields);
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** The name of the class; it survives minifiers. */
  override get name(): string {
    return 'SessionfulError';
  }

  /** Whether this can only be a mistake in the program: correct it, do not retry (`ERR-2`). */
  get isMisuse(): boolean {
    return this.hresultName === 'INVALID_OPERATION' || this.hresultName === 'E_INVALIDARG';
  }

  /** What may be logged: no payload, no cause, no stack. */
  toJSON(): Record<string, string | number> {
    const { name, code, message, hresult, hresultName, rule, exception, key, next } = this;
    const all = { name, code, message, hresult, hresultName, rule, exception, key, next };
    return Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string | number] => entry[1] !== undefined),
    );
  }
}

function fill(text: string, fields: ErrorFields): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(fields, name) ? String(fields[name]) : '?');
}

/** What a service says went wrong (`PROXY-17`, `FLT-2`). Narrow it with `isFault`. */
export class FaultError<Kind extends string = string, Detail = unknown> extends SessionfulError {
  /** What the service chose, or the name of a fault of the runtime (`InternalServiceFault`). */
  readonly faultCode: string;
  /** For people, as the service wrote it. */
  readonly reason: string;
  /** Whether the runtime of the service sent it, and not the service itself (`FLT-4`). */
  readonly fromRuntime: boolean;
  /** The name of the detail's type, if there is a detail. */
  readonly kind: Kind | undefined;
  /** What programs read. It is a payload: it stays out of {@link toJSON}. */
  readonly detail: Detail | undefined;

  /** @param fault what arrived. */
  constructor(fault: ReceivedFault<Kind, Detail>, extras?: ErrorExtras) {
    super('FAULT', { code: fault.code, reason: fault.reason }, extras);
    this.faultCode = fault.code;
    this.reason = fault.reason;
    this.fromRuntime = fault.fromRuntime ?? false;
    this.kind = fault.kind;
    // Consoles and loggers print what can be enumerated.
    Object.defineProperty(this, 'detail', { value: fault.detail, enumerable: false });
  }

  override get name(): string {
    return 'FaultError';
  }

  override toJSON(): Record<string, string | number> {
    const { faultCode, reason, kind } = this;
    return { ...super.toJSON(), faultCode, reason, ...(kind === undefined ? {} : { kind }) };
  }
}

/** What a {@link FaultError} is made of. */
export interface ReceivedFault<Kind extends string = string, Detail = unknown> {
  /** See {@link FaultError.faultCode}. */
  readonly code: string;
  /** See {@link FaultError.reason}. */
  readonly reason: string;
  /** See {@link FaultError.fromRuntime}; false unless given. */
  readonly fromRuntime?: boolean | undefined;
  /** See {@link FaultError.kind}. */
  readonly kind?: Kind | undefined;
  /** See {@link FaultError.detail}. */
  readonly detail?: Detail | undefined;
}

/** Not done in time (`CALL-8`). Whether it was carried out is unknown. */
export class TimeoutError extends SessionfulError {
  override get name(): string { return 'TimeoutError'; }
}

/** Ended by an abort of proxy or host (`CALL-9`). Whether it was carried out is unknown. */
export class AbortedError extends SessionfulError {
  override get name(): string { return 'AbortedError'; }
}

/** Given up by the caller (`CALL-6`). Whether it was carried out is unknown. */
export class AbandonedError extends SessionfulError {
  override get name(): string { return 'AbandonedError'; }
}

/** The connection was lost (`SESS-21`): open another session. */
export class DisconnectedError extends SessionfulError {
  override get name(): string { return 'DisconnectedError'; }
}

/** The session is over in good order (`SESS-12`, `SESS-14`, `SESS-20`): open another. */
export class SessionEndedError extends SessionfulError {
  override get name(): string { return 'SessionEndedError'; }
}

/** The host refuses more work for now: try later. */
export class TooBusyError extends SessionfulError {
  override get name(): string { return 'TooBusyError'; }
}

/** A limit of this end is reached (`PROXY-23`): wait, or raise it. */
export class QuotaError extends SessionfulError {
  override get name(): string { return 'QuotaError'; }
}

/** The state does not allow this: correct the order of steps. */
export class StateError extends SessionfulError {
  override get name(): string { return 'StateError'; }
}

/** The reply could never arrive (`CONC-12`): correct the concurrency mode. */
export class DeadlockError extends SessionfulError {
  override get name(): string { return 'DeadlockError'; }
}

/** Nothing listens at the address: start the host or correct the address. */
export class NotFoundError extends SessionfulError {
  override get name(): string { return 'NotFoundError'; }
}

/** The host does not let this caller in: check credentials and origin. */
export class AccessDeniedError extends SessionfulError {
  override get name(): string { return 'AccessDeniedError'; }
}

/** The two ends do not understand each other: give them one contract, version and codec. */
export class ProtocolError extends SessionfulError {
  override get name(): string { return 'ProtocolError'; }
}

/** A value does not fit its type, or a message is over a limit: correct the value. */
export class EncodingError extends SessionfulError {
  override get name(): string { return 'EncodingError'; }
}

/** The contract cannot be used (`SESS-9`): correct it. */
export class ContractError extends SessionfulError {
  override get name(): string { return 'ContractError'; }
}

/** Contract and binding do not fit (`SESS-6`): choose another binding. */
export class BindingError extends SessionfulError {
  override get name(): string { return 'BindingError'; }
}

/** The behavior contradicts itself or the service: correct it. */
export class BehaviorError extends SessionfulError {
  override get name(): string { return 'BehaviorError'; }
}

/** There is no such option, or not with that value: correct it. */
export class OptionError extends SessionfulError {
  override get name(): string { return 'OptionError'; }
}

/** A host could not be opened or closed, or not served. */
export class HostError extends SessionfulError {
  override get name(): string { return 'HostError'; }
}

/** The network failed below the runtime, or answered with something that is not a service. */
export class TransportError extends SessionfulError {
  /** The HTTP status or the close code of the socket, if there was one. */
  readonly status: number | undefined;
  /** What belongs to the code: a status, a content type, what the platform says. */
  readonly detail: string;

  constructor(code: TransportErrorCode, fields: ErrorFields = {}, extras: ErrorExtras = {}) {
    super(code, fields, extras);
    this.status = typeof fields['status'] === 'number' ? fields['status'] : undefined;
    this.detail = String(Object.values(fields)[0] ?? '');
  }

  override get name(): string { return 'TransportError'; }

  override toJSON(): Record<string, string | number> {
    return this.status === undefined ? super.toJSON() : { ...super.toJSON(), status: this.status };
  }
}

/** The runtime is gone: its worker died, or it was stopped. Every later use ends so as well. */
export class StoppedError extends SessionfulError {
  override get name(): string { return 'StoppedError'; }
}

/** The runtime has panicked: a defect of this package. Nothing can be saved but to load it anew. */
export class PanicError extends StoppedError {
  /** @param reason what the panic said; a place in the source, never a payload. */
  constructor(reason: string, extras?: ErrorExtras) {
    super('PANIC', { reason }, extras);
  }

  override get name(): string { return 'PanicError'; }
}

/** The class of each code, where it is not told by the code's family. */
const CLASSES: Partial<Record<ErrorCode, typeof SessionfulError>> = {
  INVALID_STATE: StateError,
  FAULTED: StateError,
  DISPOSED: StateError,
  NON_INITIATING: StateError,
  OPEN_IN_PROGRESS: StateError,
  UNKNOWN_OPERATION: ContractError,
  ABORTED: AbortedError,
  ABANDONED: AbandonedError,
  TIMED_OUT: TimeoutError,
  QUOTA_EXCEEDED: QuotaError,
  SESSION_TERMINATED: SessionEndedError,
  ALREADY_TERMINATED: SessionEndedError,
  AUTO_CLOSED: SessionEndedError,
  ACTION_NOT_SUPPORTED: ProtocolError,
  DESERIALIZATION_FAILED: ProtocolError,
  PROTOCOL: ProtocolError,
  ENCODING: EncodingError,
  NOT_FOUND: NotFoundError,
  ACCESS_DENIED: AccessDeniedError,
  TOO_BUSY: TooBusyError,
  DISCONNECTED: DisconnectedError,
  WOULD_DEADLOCK: DeadlockError,
  STOPPED: StoppedError,
  HOST_STOPPED: StoppedError,
  NOT_INITIALIZED: StateError,
  INVALID_OPTION: OptionError,
  LISTEN_MODULE: HostError,
  LISTEN_OPTION: HostError,
  LISTEN_ADDRESS: HostError,
  SERVE_MODULE: HostError,
};

/** Makes the error of a code in its class. `FAULT` and `PANIC` have classes with data of their own. */
export function errorOf(
  code: Exclude<ErrorCode, 'FAULT' | 'PANIC'>,
  fields: ErrorFields = {},
  extras: ErrorExtras = {},
): SessionfulError {
  if (code.startsWith('TRANSPORT_')) return new TransportError(code as TransportErrorCode, fields, extras);
  const family = code.startsWith('CONTRACT_') ? ContractError
    : code.startsWith('BINDING_') ? BindingError
    : code.startsWith('BEHAVIOR_') ? BehaviorError
    : code.startsWith('HOST_') ? HostError
    : SessionfulError;
  return new (CLASSES[code] ?? family)(code, fields, extras);
}

/** Whether a value is an error of this package, or of another copy of it. */
export function isSessionfulError(value: unknown): value is SessionfulError {
  return value instanceof Error && (value as { [BRAND]?: unknown })[BRAND] === true;
}
