/**
 * What can go wrong: a code for each cause, with the texts for people and the names that Windows Web Services and
 * WCF have for it.
 *
 * @module
 */

/** What every cause has; `{name}` in a text stands for a field of the variant. */
export interface Cause {
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
export const HRESULTS = {
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
export const PROXY = {
  INVALID_STATE: {
    text: 'not allowed while the proxy is {phase}: {hint}',
    hresult: 'INVALID_OPERATION', exception: INVALID, rule: 'PROXY-3',
  },
  FAULTED: {
    text: "the proxy has faulted: close it (under WCF's rules abort it), then reset it or make another",
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
    text: '{limit} calls are pending already: wait for some to end, or raise the limit',
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
    text: 'the service does not support this action here: check that both ends have one contract, '
      + 'and that a session begins with an initiating operation',
    hresult: 'ENDPOINT_ACTION_NOT_SUPPORTED', exception: 'ActionNotSupportedException', rule: 'SESS-13',
  },
  DESERIALIZATION_FAILED: {
    text: 'the service could not read the arguments ({reason}): check that both ends have one contract',
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
export const HOST = {
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
export const CONTRACT = {
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
export const BINDING = {
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
export const BEHAVIOR = {
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
export const LOCAL = {
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
  INVALID_OPTION: {
    text: 'option {option} {reason}', next: 'correct the option', exception: INVALID, hresult: 'E_INVALIDARG', rule: 'ERR-2',
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

/** All of them. */
export const CAUSES = { ...PROXY, ...HOST, ...CONTRACT, ...BINDING, ...BEHAVIOR, ...LOCAL };

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

/** The number of a result code, unsigned, as the header files of Windows print it. */
export function hresultOf(name: HResultName): number {
  return HRESULTS[name];
}
