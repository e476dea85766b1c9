//! Errors: one variant for each decision a caller can take, with WWSAPI's number and WCF's name.
//!
//! An error is local. What the peer says went wrong is a [`Fault`].

mod parts;

pub use parts::Parts;

use crate::binding::BindingError;
use crate::contract::ContractError;
use crate::lifecycle::Phase;
use crate::message::{Fault, FaultCode};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// A result code of Windows Web Services (`ERR-1`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HResult(pub u32);

macro_rules! codes {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        impl HResult {
            $(#[doc = $text] pub const $name: HResult = HResult($value);)*

            /// Every code of the catalogue with its name.
            pub const ALL: &'static [(HResult, &'static str)] =
                &[$((HResult::$name, stringify!($name))),*];
        }
    };
}

codes! {
    S_ASYNC = 0x003D_0000, "The function goes on; its callback will tell the end.";
    S_END = 0x003D_0001, "Nothing more will come.";
    INVALID_FORMAT = 0x803D_0000, "The input is not what the format demands.";
    OBJECT_FAULTED = 0x803D_0001, "New work on an object that has faulted.";
    NUMERIC_OVERFLOW = 0x803D_0002, "A number does not fit.";
    INVALID_OPERATION = 0x803D_0003, "Not allowed in this state.";
    OPERATION_ABORTED = 0x803D_0004, "Ended by an abort.";
    ENDPOINT_ACCESS_DENIED = 0x803D_0005, "The endpoint does not let the caller in.";
    OPERATION_TIMED_OUT = 0x803D_0006, "Not done in time.";
    OPERATION_ABANDONED = 0x803D_0007, "Given up by the caller.";
    QUOTA_EXCEEDED = 0x803D_0008, "A limit of this end is reached.";
    NO_TRANSLATION_AVAILABLE = 0x803D_0009, "No text in the language asked for.";
    SECURITY_VERIFICATION_FAILURE = 0x803D_000A, "A security check failed.";
    ADDRESS_IN_USE = 0x803D_000B, "Somebody listens there already.";
    ADDRESS_NOT_AVAILABLE = 0x803D_000C, "The address cannot be listened on.";
    ENDPOINT_NOT_FOUND = 0x803D_000D, "Nothing listens there.";
    ENDPOINT_NOT_AVAILABLE = 0x803D_000E, "The endpoint does not serve for now.";
    ENDPOINT_FAILURE = 0x803D_000F, "The endpoint failed.";
    ENDPOINT_UNREACHABLE = 0x803D_0010, "No way leads there.";
    ENDPOINT_ACTION_NOT_SUPPORTED = 0x803D_0011, "The endpoint does not know the action.";
    ENDPOINT_TOO_BUSY = 0x803D_0012, "The endpoint refuses more work.";
    ENDPOINT_FAULT_RECEIVED = 0x803D_0013, "The endpoint answered with a fault.";
    ENDPOINT_DISCONNECTED = 0x803D_0014, "The connection was lost.";
    PROXY_FAILURE = 0x803D_0015, "An HTTP proxy failed.";
    NOT_SUPPORTED = 0x803D_0017, "Not done by this runtime.";
    INVALID_ENDPOINT_URL = 0x803D_0020, "Not an address.";
    OTHER = 0x803D_0021, "Something else.";
    SECURITY_TOKEN_EXPIRED = 0x803D_0022, "A security token is too old.";
    SECURITY_SYSTEM_FAILURE = 0x803D_0023, "The security system failed.";
    E_INVALIDARG = 0x8007_0057, "An argument is wrong.";
}

impl HResult {
    /// Its name in the catalogue, without prefix.
    pub fn name(self) -> Option<&'static str> {
        HResult::ALL.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }

    /// Reserved for mistakes of the caller: correct the program, do not retry (`ERR-2`).
    pub fn is_misuse(self) -> bool {
        self == HResult::INVALID_OPERATION || self == HResult::E_INVALIDARG
    }
}

impl fmt::Display for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{name} (0x{:08X})", self.0),
            None => write!(f, "0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a call, an open or a close can end with, other than success.
///
/// ```
/// use sessionful::{HResult, ProxyError};
///
/// let error = ProxyError::TimedOut;
/// assert_eq!(error.hresult(), HResult::OPERATION_TIMED_OUT);
/// assert_eq!(error.exception(), "TimeoutException");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum ProxyError {
    /// The proxy's state does not allow this (`PROXY-3`, `CO-2`, `CO-9`). Correct the program.
    #[error("not allowed while the proxy is {phase}: {hint}", hint = state_hint(*.phase))]
    InvalidState {
        /// The state.
        phase: Phase,
    },
    /// The proxy has faulted (`PROXY-5`, `CO-9`): close it (under WCF's rules abort it), then reset it
    /// or make another.
    #[error(
        "the proxy has faulted: close it (under WCF's rules abort it), then reset it or make another"
    )]
    Faulted,
    /// The proxy was closed (`CO-8`); make another.
    #[error("the proxy was closed: make another")]
    Disposed,
    /// Ended by an abort of the proxy (`CALL-9`).
    #[error("ended by an abort")]
    Aborted,
    /// Given up by the caller (`CALL-6`); the service may still carry it out.
    #[error("abandoned by the caller; the service may still carry it out")]
    Abandoned,
    /// Not done in time (`CALL-8`); the service may still carry it out.
    #[error("not done in time; the service may still carry it out")]
    TimedOut,
    /// Too many calls are pending at this proxy (`PROXY-23`): wait for some, or raise the limit.
    #[error("{limit} calls are pending already: wait for some to end, or raise the limit")]
    QuotaExceeded {
        /// The limit.
        limit: u32,
    },
    /// The service answered with a fault (`PROXY-17`).
    #[error("the service answered with a fault: {0}")]
    Fault(Box<Fault>),
    /// The session had been terminated at the service (`SESS-14`): open another.
    #[error("the session was terminated at the service: open another")]
    SessionTerminated,
    /// The service does not know this action, or not as the first of a session (`SESS-13`).
    #[error(
        "the service does not support this action here: check that both ends have one contract, \
         and that a session begins with an initiating operation"
    )]
    ActionNotSupported,
    /// The service could not read the arguments (`FLT-9`).
    #[error(
        "the service could not read the arguments ({reason}): check that both ends have one contract"
    )]
    DeserializationFailed {
        /// What the service says.
        reason: String,
    },
    /// Nothing listens at the address.
    #[error("nothing listens at the address: start the host or correct the address")]
    NotFound,
    /// The host does not let this caller in.
    #[error("the host does not let this caller in: check credentials and origin")]
    AccessDenied,
    /// The host refuses more work for now: try later.
    #[error("the host is too busy: try later")]
    TooBusy,
    /// The connection was lost, or the peer ended the session (`SESS-21`): open another.
    #[error("the connection was lost ({reason}): open another proxy or reset this one")]
    Disconnected {
        /// What the transport says.
        reason: SmolStr,
    },
    /// The transport failed in a way that it has a name for (`PROXY-16`): see its documentation.
    #[error("the transport failed: {what}, {detail}")]
    Transport {
        /// The transport's name for it, such as `STATUS` or `REDIRECT`.
        what: SmolStr,
        /// What belongs to it, such as the status.
        detail: SmolStr,
    },
    /// The peer sent what the protocol does not allow.
    #[error("the peer broke the protocol: {reason}")]
    Protocol {
        /// What it did.
        reason: SmolStr,
    },
    /// This operation cannot begin a session (`SESS-11`): call an initiating one first.
    #[error("operation {operation} cannot begin a session: call an initiating operation first")]
    NonInitiating {
        /// The operation.
        operation: SmolStr,
    },
    /// A terminating operation ended the session (`SESS-12`): open another.
    #[error("a terminating operation has ended this session: open another")]
    AlreadyTerminated,
    /// The service ended the session (`SESS-20`, `GOT-13`): open another.
    #[error("the service has ended this session: open another")]
    AutoClosed,
    /// The reply could never arrive (`CONC-12`): let the caller be reentrant or multiple.
    #[error(
        "this would deadlock: the reply cannot be received before the current operation ends; \
         set the concurrency mode of the calling side to reentrant or multiple"
    )]
    WouldDeadlock,
    /// An explicit open is in progress (`CO-19`): await it before the first call.
    #[error("the proxy is being opened explicitly: await that before the first call")]
    OpenInProgress,
    /// The contract has no such operation.
    #[error("the contract has no operation {operation}")]
    UnknownOperation {
        /// What was asked for.
        operation: SmolStr,
    },
    /// Contract and binding do not fit (`SESS-7`).
    #[error(transparent)]
    Binding(#[from] BindingError),
    /// The contract is not consistent (`SESS-9`).
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The callback object cannot be run like that (`INST-20`).
    #[error(transparent)]
    Behavior(BehaviorError),
    /// An argument or result does not fit its type, or a message is over a limit.
    #[error("cannot encode or decode: {reason}")]
    Encoding {
        /// What is wrong.
        reason: SmolStr,
    },
    /// The runtime is gone: its driver was dropped, its worker died, or it panicked.
    #[error("the runtime is gone: keep its driver running")]
    Stopped,
}

fn state_hint(phase: Phase) -> &'static str {
    match phase {
        Phase::Created => "open it first",
        Phase::Opening | Phase::Accepting => "await its opening",
        Phase::Opened => "it is open already",
        Phase::Closing => "await its closing",
        Phase::Closed => "reset it or make another",
        Phase::Faulted => "close it, or abort it under WCF's rules",
    }
}

impl ProxyError {
    /// What Windows Web Services would return (`CALL-2`, `ERR-1`).
    pub fn hresult(&self) -> HResult {
        match self {
            ProxyError::InvalidState { .. }
            | ProxyError::Disposed
            | ProxyError::NonInitiating { .. }
            | ProxyError::AlreadyTerminated
            | ProxyError::AutoClosed
            | ProxyError::WouldDeadlock
            | ProxyError::OpenInProgress => HResult::INVALID_OPERATION,
            ProxyError::Faulted => HResult::OBJECT_FAULTED,
            ProxyError::Aborted | ProxyError::Stopped => HResult::OPERATION_ABORTED,
            ProxyError::Abandoned => HResult::OPERATION_ABANDONED,
            ProxyError::TimedOut => HResult::OPERATION_TIMED_OUT,
            ProxyError::QuotaExceeded { .. } => HResult::QUOTA_EXCEEDED,
            ProxyError::Fault(_)
            | ProxyError::SessionTerminated
            | ProxyError::DeserializationFailed { .. } => HResult::ENDPOINT_FAULT_RECEIVED,
            ProxyError::ActionNotSupported => HResult::ENDPOINT_ACTION_NOT_SUPPORTED,
            ProxyError::NotFound => HResult::ENDPOINT_NOT_FOUND,
            ProxyError::AccessDenied => HResult::ENDPOINT_ACCESS_DENIED,
            ProxyError::TooBusy => HResult::ENDPOINT_TOO_BUSY,
            ProxyError::Disconnected { .. } | ProxyError::Transport { .. } => {
                HResult::ENDPOINT_DISCONNECTED
            }
            ProxyError::Protocol { .. } | ProxyError::Encoding { .. } => HResult::INVALID_FORMAT,
            ProxyError::UnknownOperation { .. }
            | ProxyError::Binding(_)
            | ProxyError::Behavior(_)
            | ProxyError::Contract(_) => HResult::E_INVALIDARG,
        }
    }

    /// The exception that WCF's client would throw.
    pub fn exception(&self) -> &'static str {
        match self {
            ProxyError::InvalidState { .. }
            | ProxyError::NonInitiating { .. }
            | ProxyError::AlreadyTerminated
            | ProxyError::WouldDeadlock
            | ProxyError::OpenInProgress
            | ProxyError::UnknownOperation { .. }
            | ProxyError::Binding(_)
            | ProxyError::Behavior(_)
            | ProxyError::Contract(_) => "InvalidOperationException",
            ProxyError::Faulted => "CommunicationObjectFaultedException",
            ProxyError::Disposed => "ObjectDisposedException",
            ProxyError::Aborted | ProxyError::Stopped => "CommunicationObjectAbortedException",
            ProxyError::Abandoned => "OperationCanceledException",
            ProxyError::TimedOut => "TimeoutException",
            ProxyError::QuotaExceeded { .. } => "QuotaExceededException",
            ProxyError::Fault(_) => "FaultException",
            ProxyError::SessionTerminated => "ChannelTerminatedException",
            ProxyError::ActionNotSupported => "ActionNotSupportedException",
            ProxyError::NotFound => "EndpointNotFoundException",
            ProxyError::AccessDenied => "SecurityAccessDeniedException",
            ProxyError::TooBusy => "ServerTooBusyException",
            ProxyError::Disconnected { .. } | ProxyError::Transport { .. } => {
                "CommunicationException"
            }
            ProxyError::AutoClosed
            | ProxyError::Protocol { .. }
            | ProxyError::Encoding { .. }
            | ProxyError::DeserializationFailed { .. } => "ProtocolException",
        }
    }

    /// The resource key of that exception, where it has one.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            ProxyError::NonInitiating { .. } => Some("SFxNonInitiatingOperation1"),
            ProxyError::AlreadyTerminated => Some("SFxTerminatingOperationAlreadyCalled1"),
            ProxyError::AutoClosed => Some("SFxClientOutputSessionAutoClosed"),
            ProxyError::WouldDeadlock => Some("SFxCallbackRequestReplyInOrder1"),
            ProxyError::OpenInProgress => Some("SFxCannotCallAutoOpenWhenExplicitOpenCalled"),
            ProxyError::SessionTerminated => Some("SFxChannelTerminated0"),
            ProxyError::Fault(fault) if fault.code == FaultCode::InternalService => {
                Some("InternalServiceFault")
            }
            ProxyError::Binding(error) => Some(error.key()),
            ProxyError::Contract(error) => error.key(),
            ProxyError::Behavior(error) => Some(error.key()),
            _ => None,
        }
    }

    /// Whether WCF's exception is a `CommunicationException` or derives from it.
    pub fn is_communication_exception(&self) -> bool {
        !matches!(
            self.exception(),
            "InvalidOperationException"
                | "ObjectDisposedException"
                | "TimeoutException"
                | "OperationCanceledException"
        )
    }

    /// The error that a received fault becomes (`FLT-9`).
    pub fn from_fault(fault: Fault) -> ProxyError {
        match fault.code {
            FaultCode::SessionTerminated => ProxyError::SessionTerminated,
            FaultCode::ActionNotSupported => ProxyError::ActionNotSupported,
            FaultCode::DeserializationFailed => {
                ProxyError::DeserializationFailed { reason: fault.reason }
            }
            FaultCode::DestinationUnreachable => ProxyError::NotFound,
            FaultCode::TooBusy => ProxyError::TooBusy,
            FaultCode::AccessDenied => ProxyError::AccessDenied,
            _ => ProxyError::Fault(Box::new(fault)),
        }
    }
}

/// Why a host could not be made, opened or closed.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum HostError {
    /// The host's state does not allow this (`CO-2`, `HOST-5`).
    #[error("not allowed while the host is {phase}")]
    InvalidState {
        /// The state.
        phase: Phase,
    },
    /// The host has faulted; abort it and make another (`CO-13`).
    #[error("the host has faulted: abort it and make another")]
    Faulted,
    /// There is no endpoint to listen on.
    #[error("the host has no endpoint: add one")]
    NoEndpoints,
    /// The binding does not suit the contract (`SESS-6`).
    #[error(transparent)]
    Binding(#[from] BindingError),
    /// The contract is not consistent (`SESS-9`).
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The behavior contradicts itself or the service.
    #[error(transparent)]
    Behavior(#[from] BehaviorError),
    /// A listener could not be opened; the others were closed again (`HOST-2`).
    #[error("endpoint {endpoint} cannot be listened on: {reason}")]
    Listener {
        /// Which endpoint.
        endpoint: u16,
        /// What the transport says.
        reason: SmolStr,
    },
    /// Ended by an abort.
    #[error("ended by an abort")]
    Aborted,
    /// Clients kept their sessions open for longer than the close timeout; they were cut off
    /// (`CO-15`, `GOT-14`).
    #[error("clients kept their sessions open beyond the close timeout and were cut off")]
    TimedOut,
    /// The runtime is gone.
    #[error("the runtime is gone: keep its driver running")]
    Stopped,
}

impl HostError {
    /// The exception that WCF would throw.
    pub fn exception(&self) -> &'static str {
        match self {
            HostError::Faulted => "CommunicationObjectFaultedException",
            HostError::Listener { .. } => "CommunicationException",
            HostError::Aborted | HostError::Stopped => "CommunicationObjectAbortedException",
            HostError::TimedOut => "TimeoutException",
            _ => "InvalidOperationException",
        }
    }

    /// The resource key of that exception, where it has one.
    pub fn key(&self) -> Option<&'static str> {
        match self {
            HostError::Binding(error) => Some(error.key()),
            HostError::Contract(error) => error.key(),
            HostError::Behavior(error) => Some(error.key()),
            _ => None,
        }
    }
}

/// A behavior that no host can have.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum BehaviorError {
    /// `CONC-9`.
    #[error("ordered dispatch needs concurrency mode single")]
    OrderedNeedsSingle,
    /// `THR-1`.
    #[error("the limit of {throttle} must be greater than zero")]
    ThrottleLimit {
        /// Which throttle.
        throttle: SmolStr,
    },
    /// `INST-10`.
    #[error("a well-known object needs instance context mode single")]
    WellKnownNeedsSingle,
    /// `INST-11`.
    #[error("the service cannot be constructed: give an instance provider or an object")]
    NoConstructor,
    /// `INST-20`.
    #[error("callback operation {operation} has a release mode: only a service's may have one")]
    ReleaseOnCallback {
        /// The operation.
        operation: SmolStr,
    },
    /// `CONC-14`.
    #[error("the contract has no callbacks: leave the settings of a callback object alone")]
    NoCallbacks,
    /// The program was built without the feature `serve`, and so without callback objects (`OP-5`).
    #[error("this build only calls: what was asked of it is not part of it")]
    NotServing,
    /// A release mode for an operation that the contract does not have.
    #[error("the contract has no operation {operation} to release after")]
    UnknownOperation {
        /// The operation.
        operation: SmolStr,
    },
}

impl BehaviorError {
    /// The resource key of WCF's exception, or ours where WCF has none.
    pub fn key(&self) -> &'static str {
        match self {
            BehaviorError::OrderedNeedsSingle => "SFxNonConcurrentOrEnsureOrderedDispatch",
            BehaviorError::ThrottleLimit { .. } => "SFxThrottleLimitMustBeGreaterThanZero0",
            BehaviorError::WellKnownNeedsSingle => "SFxWellKnownNonSingleton0",
            BehaviorError::NoConstructor => "SFxNoDefaultConstructor",
            BehaviorError::ReleaseOnCallback { .. } => "ReleaseInstanceModeOnCallback",
            BehaviorError::NoCallbacks => "SFxCallbackBehaviorAttributeOnlyOnDuplex",
            BehaviorError::NotServing => "NotServing",
            BehaviorError::UnknownOperation { .. } => "UnknownOperation",
        }
    }
}
