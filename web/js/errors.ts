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

/** What every cause has; `{name}` in a text stands for a field of the variant. */
interface Cause {
  /** What happened. If it ends in `: advice`, that is the next step as well. */
  readonly text: string;
  /** The next step, where the text does not end with it. */
  readonly next?: string;
  /** The result code of Windows Web Services. */
  readonly hresult?: HResultName;
  /** WCF's exception. */
  readonly exception: string;
  /** The resource key of that exception. */
  readonly key?: string;
  /** The rule of the semantics that it comes from. */
  readonly rule?: string;
}

/** Result codes of Windows Web Services by name, without their prefix (`ERR-1`). */
const HRESULTS = {
  INVALID_FORMAT: 0x803d_0000,
  OBJECT_FAULTED: 0x803d_0001,
  INVALID_OPERATION: 0x803d_0003,
  OPERATION_ABORTED: 0x803d_0004,
  ENDPOINT_ACCESS_DENIED: 0x803d_0005,
  OPERATION_TIMED_OUT: 0x803d_0006,
  OPERATION_ABANDONED: 0x803d_0007,
  QUOTA_EXCEEDED: 0x803d_0008,
  ENDPOINT_NOT_FOUND: 0x803d_000d,
  ENDPOINT_ACTION_NOT_SUPPORTED: 0x803d_0011,
  ENDPOINT_TOO_BUSY: 0x803d_0012,
  ENDPOINT_FAULT_RECEIVED: 0x803d_0013,
  ENDPOINT_DISCONNECTED: 0x803d_0014,
  E_INVALIDARG: 0x8007_0057,
} as const;

/** The names of the result codes that an error of this package can carry. */
export type HResultName = keyof typeof HRESULTS;

const INVALID = 'InvalidOperationException';
const PROTOCOL = 'ProtocolException';
const ABORTED = 'CommunicationObjectAbortedException';
const GONE = 'the runtime is gone: keep its driver running';

/** Variants of `ProxyError`, by code. */
const PROXY = {
  INVALID_STATE: {
    text: 'not allowed while the proxy is {phase}: {hint}',
    hresult: 'INVALID_OPERATION', exception: INVALID, rule: 'PROXY-3',
  },
  FAULTED: {
    text: 'the proxy has faulted: close or abort it, then reset it or make another',
    hresult: 'OBJECT_FAULTED', exception: 'CommunicationObjectFaultedException', rule: 'PROXY-5',
  },
  DISPOSED: {
    text: 'the proxy was closed: make another',
    hresult: 'INVALID_OPERATION', exception: 'ObjectDisposedException', rule: 'CO-8',
  },
  ABORTED: {
    text: 'ended by an abort', next: 'find out whether it was carried out before you repeat it',
    hresult: 'OPERATION_ABORTED', exception: ABORTED, rule: 'CALL-9',
  },
  ABANDONED: {
    text: 'abandoned by the caller; the service may still carry it out',
    next: 'find out whether it was carried out before you repeat it',
    hresult: 'OPERATION_ABANDONED', exception: 'OperationCanceledException', rule: 'CALL-6',
  },
  TIMED_OUT: {
    text: 'not done in time; the service may still carry it out',
    next: 'find out whether it was carried out before you repeat it, or allow it more time',
    hresult: 'OPERATION_TIMED_OUT', exception: 'TimeoutException', rule: 'CALL-8',
  },
  QUOTA_EXCEEDED: {
    text: '{limit} calls are pending already: wait for some to end, or raise max_pending_calls',
    next: 'wait for some to end, or raise maxPendingCalls',
    hresult: 'QUOTA_EXCEEDED', exception: 'QuotaExceededException', rule: 'PROXY-23',
  },
  FAULT: {
    text: 'the service answered with a fault: {code}: {reason}',
    next: 'decide by faultCode and kind; the session goes on, unless faultCode is InternalServiceFault',
    hresult: 'ENDPOINT_FAULT_RECEIVED', exception: 'FaultException', rule: 'PROXY-17',
  },
  SESSION_TERMINATED: {
    text: 'the session was terminated at the service: open another',
    hresult: 'ENDPOINT_FAULT_RECEIVED', exception: 'ChannelTerminatedException',
    key: 'SFxChannelTerminated0', rule: 'SESS-14',
  },
  ACTION_NOT_SUPPORTED: {
    text: 'the service does not support this action here: check that both ends have one contract',
    hresult: 'ENDPOINT_ACTION_NOT_SUPPORTED', exception: 'ActionNotSupportedException', rule: 'SESS-13',
  },
  DESERIALIZATION_FAILED: {
    text: 'the service could not read the arguments: check that both ends have one contract',
    hresult: 'ENDPOINT_FAULT_RECEIVED', exception: PROTOCOL, rule: 'FLT-9',
  },
  NOT_FOUND: {
    text: 'nothing listens at the address: start the host or correct the address',
    hresult: 'ENDPOINT_NOT_FOUND', exception: 'EndpointNotFoundException', rule: 'FLT-9',
  },
  ACCESS_DENIED: {
    text: 'the host does not let this caller in: check credentials and origin',
    hresult: 'ENDPOINT_ACCESS_DENIED', exception: 'SecurityAccessDeniedException', rule: 'HOST-14',
  },
  TOO_BUSY: {
    text: 'the host is too busy: try later',
    hresult: 'ENDPOINT_TOO_BUSY', exception: 'ServerTooBusyException', rule: 'FLT-9',
  },
  DISCONNECTED: {
    text: 'the connection was lost ({reason}): open another proxy or reset this one',
    hresult: 'ENDPOINT_DISCONNECTED', exception: 'CommunicationException', rule: 'SESS-21',
  },
  PROTOCOL: {
    text: 'the peer broke the protocol: {reason}',
    next: 'check that both ends speak the same version and codec',
    hresult: 'INVALID_FORMAT', exception: PROTOCOL, rule: 'PROXY-16',
  },
  NON_INITIATING: {
    text: 'operation {operation} cannot begin a session: call an initiating operation first',
    hresult: 'INVALID_OPERATION', exception: INVALID, key: 'SFxNonInitiatingOperation1', rule: 'SESS-11',
  },
  ALREADY_TERMINATED: {
    text: 'a terminating operation has ended this session: open another',
    hresult: 'INVALID_OPERATION', exception: INVALID,
    key: 'SFxTerminatingOperationAlreadyCalled1', rule: 'SESS-12',
  },
  AUTO_CLOSED: {
    text: 'the service has ended this session: open another',
    hresult: 'INVALID_OPERATION', exception: PROTOCOL,
    key: 'SFxClientOutputSessionAutoClosed', rule: 'SESS-20',
  },
  WOULD_DEADLOCK: {
    text: 'this would deadlock: the reply cannot be received before the current operation ends; '
      + 'set the concurrency mode of the calling side to reentrant or multiple',
    next: 'set the concurrency mode of the calling side to reentrant or multiple',
    hresult: 'INVALID_OPERATION', exception: INVALID, key: 'SFxCallbackRequestReplyInOrder1', rule: 'CONC-12',
  },
  OPEN_IN_PROGRESS: {
    text: 'the proxy is being opened explicitly: await that before the first call',
    hresult: 'INVALID_OPERATION', exception: INVALID,
    key: 'SFxCannotCallAutoOpenWhenExplicitOpenCalled', rule: 'CO-19',
  },
  UNKNOWN_OPERATION: {
    text: 'the contract has no operation {operation}', next: 'check the name, or add it to the contract',
    hresult: 'E_INVALIDARG', exception: INVALID, rule: 'ERR-2',
  },
  ENCODING: {
    text: 'cannot encode or decode: {reason}', next: 'check the values against the contract and the limits',
    hresult: 'INVALID_FORMAT', exception: PROTOCOL, rule: 'FLT-9',
  },
  STOPPED: { text: GONE, hresult: 'OPERATION_ABORTED', exception: ABORTED },
} as const satisfies Record<string, Cause>;

/** Variants of `HostError`, by code. */
const HOST = {
  HOST_INVALID_STATE: {
    text: 'not allowed while the host is {phase}', next: '{hint}', exception: INVALID, rule: 'CO-2',
  },
  HOST_FAULTED: {
    text: 'the host has faulted: abort it and make another',
    exception: 'CommunicationObjectFaultedException', rule: 'CO-13',
  },
  HOST_NO_ENDPOINTS: { text: 'the host has no endpoint: add one', exception: INVALID },
  HOST_LISTENER: {
    text: 'endpoint {endpoint} cannot be listened on: {reason}',
    next: 'free the address, or choose another', exception: 'CommunicationException', rule: 'HOST-2',
  },
  HOST_ABORTED: { text: 'ended by an abort', next: 'make another', exception: ABORTED, rule: 'CO-7' },
  HOST_TIMED_OUT: {
    text: 'clients kept their sessions open beyond the close timeout and were cut off',
    next: 'nothing is left to do; allow a longer close timeout next time',
    exception: 'TimeoutException', rule: 'CO-15',
  },
  HOST_STOPPED: { text: GONE, exception: ABORTED },
} as const satisfies Record<string, Cause>;

/** Variants of `ContractError`, by code; those of JavaScript alone come last. */
const CONTRACT = {
  CONTRACT_NO_OPERATIONS: {
    text: 'contract {contract} has no operations: add at least one',
    exception: INVALID, key: 'SFxContractHasZeroOperations', rule: 'SESS-9',
  },
  CONTRACT_NOTHING_INITIATES: {
    text: 'no operation of contract {contract} may begin a session: let one be initiating',
    exception: INVALID, key: 'SFxContractHasZeroInitiatingOperations', rule: 'SESS-9',
  },
  CONTRACT_NEEDS_SESSION: {
    text: 'operation {operation} is non-initiating or terminating, which only a contract that '
      + 'requires a session can have: set the session mode to required',
    exception: INVALID, key: 'ContractIsNotSelfConsistentItHasOneOrMore2', rule: 'SESS-9',
  },
  CONTRACT_ONE_WAY_WITH_FAULT: {
    text: 'one-way operation {operation} declares a fault: let it reply, or drop the fault',
    exception: INVALID, key: 'OneWayAndFaultsIncompatible2', rule: 'OP-2',
  },
  CONTRACT_ONE_WAY_WITH_REPLY: {
    text: 'one-way operation {operation} names a reply action: let it reply, or drop the action',
    exception: INVALID, key: 'OneWayOperationShouldNotSpecifyAReplyAction1', rule: 'OP-2',
  },
  CONTRACT_SAME_NAME: {
    text: 'two operations are called {operation}: rename one', exception: INVALID, rule: 'OP-6',
  },
  CONTRACT_SAME_ACTION: {
    text: 'operation {operation} has the action {action} of an earlier one: give it another',
    exception: INVALID, rule: 'OP-6',
  },
  CONTRACT_CALLBACK_OF_CALLBACK: {
    text: 'the callback contract of {contract} has a callback contract of its own: remove it',
    exception: INVALID, rule: 'OP-5',
  },
  CONTRACT_TOO_MANY_OPERATIONS: {
    text: 'contract {contract} has more than 65,535 operations: split it', exception: INVALID,
  },
  CONTRACT_NAME: {
    text: '{name} cannot be the name of {what}: {advice}', exception: INVALID,
  },
  CONTRACT_SHAPE: {
    text: '{what} of a contract is {found}: {advice}', exception: INVALID,
  },
} as const satisfies Record<string, Cause>;

/** Variants of `BindingError`, by code (`SESS-6`). */
const BINDING = {
  BINDING_BUILDS_NOTHING: {
    text: 'binding {binding} builds no channel at all: give it a shape',
    exception: INVALID, key: 'BindingDoesnTSupportAnyChannelTypes1', rule: 'SESS-6',
  },
  BINDING_NO_SESSION: {
    text: 'the contract requires a session and binding {binding} has none: use a binding with sessions (websocket)',
    exception: INVALID, key: 'BindingDoesnTSupportSessionButContractRequires1', rule: 'SESS-6',
  },
  BINDING_ONLY_SESSION: {
    text: 'the contract forbids sessions and binding {binding} has nothing else: use a sessionless binding (fetch)',
    exception: INVALID, key: 'BindingDoesntSupportDatagramButContractRequires', rule: 'SESS-6',
  },
  BINDING_NO_DUPLEX: {
    text: 'the contract calls back and binding {binding} carries calls one way only: use a duplex binding (websocket)',
    exception: INVALID, key: 'BindingDoesnTSupportDuplexButContractRequires1', rule: 'SESS-6',
  },
  BINDING_NO_REQUEST_REPLY: {
    text: 'the contract has operations that reply and binding {binding} carries no replies: use fetch or websocket',
    exception: INVALID, key: 'BindingDoesnTSupportRequestReplyButContract1', rule: 'SESS-6',
  },
  BINDING_NO_ONE_WAY: {
    text: "binding {binding} cannot carry the contract's one-way operations: use fetch or websocket",
    exception: INVALID, key: 'BindingDoesnTSupportOneWayButContractRequires1', rule: 'SESS-6',
  },
  BINDING_SESSION_AND_DATAGRAM: {
    text: 'one contract at this address of binding {binding} requires a session and another forbids it: '
      + 'give them two addresses',
    exception: INVALID, key: 'SFxCannotRequireBothSessionAndDatagram3', rule: 'SESS-6',
  },
} as const satisfies Record<string, Cause>;

/** Variants of `BehaviorError`, by code. */
const BEHAVIOR = {
  BEHAVIOR_ORDERED_NEEDS_SINGLE: {
    text: 'ordered dispatch needs concurrency mode single', next: 'set concurrency to single, or drop ordered',
    exception: INVALID, key: 'SFxNonConcurrentOrEnsureOrderedDispatch', rule: 'CONC-9',
  },
  BEHAVIOR_THROTTLE_LIMIT: {
    text: 'the limit of {throttle} must be greater than zero', next: 'give a limit of at least 1, or none',
    exception: INVALID, key: 'SFxThrottleLimitMustBeGreaterThanZero0', rule: 'THR-1',
  },
  BEHAVIOR_WELL_KNOWN_NEEDS_SINGLE: {
    text: 'a well-known object needs instance context mode single',
    next: 'set instancing to single, or give a class', exception: INVALID,
    key: 'SFxWellKnownNonSingleton0', rule: 'INST-10',
  },
  BEHAVIOR_NO_CONSTRUCTOR: {
    text: 'the service cannot be constructed: give an instance provider or an object',
    exception: INVALID, key: 'SFxNoDefaultConstructor', rule: 'INST-11',
  },
  BEHAVIOR_RELEASE_ON_CALLBACK: {
    text: "callback operation {operation} has a release mode: only a service's may have one",
    exception: INVALID, key: 'ReleaseInstanceModeOnCallback', rule: 'INST-20',
  },
  BEHAVIOR_NO_CALLBACKS: {
    text: 'the contract has no callbacks: leave the settings of a callback object alone',
    exception: INVALID, key: 'SFxCallbackBehaviorAttributeOnlyOnDuplex', rule: 'CONC-14',
  },
  BEHAVIOR_NOT_SERVING: {
    text: 'this build only calls: what was asked of it is not part of it',
    next: "import from 'sessionful' in place of 'sessionful/client'", exception: INVALID, key: 'NotServing', rule: 'OP-5',
  },
  BEHAVIOR_UNKNOWN_OPERATION: {
    text: 'the contract has no operation {operation} to release after', next: 'check the name',
    exception: INVALID, key: 'UnknownOperation', rule: 'INST-20',
  },
} as const satisfies Record<string, Cause>;

/** What goes wrong in JavaScript only. */
const LOCAL = {
  PANIC: {
    text: 'the runtime has panicked and is gone: {reason}',
    next: 'load it anew, and report what you did before', exception: ABORTED,
  },
  NOT_INITIALIZED: {
    text: 'the runtime is not loaded yet: await init() first',
    hresult: 'INVALID_OPERATION', exception: INVALID,
  },
  TRANSPORT_STATUS: {
    text: 'the host answered with HTTP status {status}', next: 'see what answers at that address',
    hresult: 'ENDPOINT_DISCONNECTED', exception: 'CommunicationException', rule: 'PROXY-16',
  },
  TRANSPORT_REDIRECT: {
    text: 'the host sends the caller elsewhere', next: 'give the address that it redirects to',
    hresult: 'ENDPOINT_DISCONNECTED', exception: 'CommunicationException', rule: 'PROXY-16',
  },
  TRANSPORT_UNREACHABLE: {
    text: 'the address cannot be reached ({reason}); a browser does not say why',
    next: 'check in this order: does the host run, is the address right, does the host allow this origin (CORS), '
      + 'does the page forbid the address (connect-src), is it http on an https page',
    hresult: 'ENDPOINT_DISCONNECTED', exception: 'CommunicationException', rule: 'PROXY-16',
  },
  TRANSPORT_CONTENT_TYPE: {
    text: 'the answer is no message but {found}', next: 'see what answers at that address',
    hresult: 'INVALID_FORMAT', exception: PROTOCOL, rule: 'PROXY-16',
  },
  TRANSPORT_SUBPROTOCOL: {
    text: 'the host does not speak {wanted}', next: 'choose a codec that both ends have',
    hresult: 'INVALID_FORMAT', exception: PROTOCOL, rule: 'PROXY-16',
  },
  TRANSPORT_CLOSED: {
    text: 'the socket was closed with code {reason}', next: 'open another proxy or reset this one',
    hresult: 'ENDPOINT_DISCONNECTED', exception: 'CommunicationException', rule: 'SESS-21',
  },
  TRANSPORT_ADDRESS: {
    text: '{address} is not an address', next: 'give a whole URL, or a base for relative ones', exception: INVALID,
    hresult: 'E_INVALIDARG',
  },
  TRANSPORT_MISSING: {
    text: 'the transport has no {what}', next: 'give it, or use an address that needs none', exception: INVALID,
    hresult: 'E_INVALIDARG',
  },
  LISTEN_MODULE: {
    text: 'the host over Node needs the package ws: npm install ws', exception: INVALID,
  },
  LISTEN_OPTION: { text: 'option {option} {reason}', next: 'correct the option', exception: INVALID },
  LISTEN_ADDRESS: {
    text: 'cannot listen on {address}: {reason}', next: 'free the port, or choose another (0 takes any)',
    exception: 'AddressAlreadyInUseException', rule: 'HOST-2',
  },
  SERVE_MODULE: { text: '{module} cannot be served: {reason}', next: '{advice}', exception: INVALID },
} as const satisfies Record<string, Cause>;

const CAUSES = { ...PROXY, ...HOST, ...CONTRACT, ...BINDING, ...BEHAVIOR, ...LOCAL };

/** Codes of errors that a proxy, a call or a callback can end with. */
export type ProxyErrorCode = keyof typeof PROXY;
/** Codes of errors that a host can end with. */
export type HostErrorCode = keyof typeof HOST;
/** Codes of errors of a contract. */
export type ContractErrorCode = keyof typeof CONTRACT;
/** Codes of errors of a binding that does not suit a contract. */
export type BindingErrorCode = keyof typeof BINDING;
/** Codes of errors of a behavior that contradicts itself. */
export type BehaviorErrorCode = keyof typeof BEHAVIOR;
/** Codes of errors of the network below a proxy. */
export type TransportErrorCode = Extract<keyof typeof LOCAL, `TRANSPORT_${string}`>;
/** Every code. Codes are stable: they change only with a major version. */
export type ErrorCode = keyof typeof CAUSES;

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
  faulted: 'close or abort it',
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

/** The number of a result code, unsigned, as the header files of Windows print it. */
export function hresultOf(name: HResultName): number {
  return HRESULTS[name];
}
