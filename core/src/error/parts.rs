//! Errors taken apart, for programs that have the texts elsewhere: a page, for one, which would have
//! to load a serializer for the same.

use super::{BehaviorError, HostError, ProxyError};
use crate::binding::BindingError;
use crate::contract::ContractError;

/// Takes down what an error is made of, under the names that serde writes.
///
/// ```
/// use sessionful::ProxyError;
/// use sessionful::error::Parts;
///
/// struct Names(Vec<&'static str>);
///
/// impl Parts for Names {
///     fn variant(&mut self, name: &'static str) {
///         self.0.push(name);
///     }
///     fn text(&mut self, field: &'static str, _value: &str) {
///         self.0.push(field);
///     }
///     fn number(&mut self, field: &'static str, _value: u32) {
///         self.0.push(field);
///     }
/// }
///
/// let mut names = Names(Vec::new());
/// ProxyError::QuotaExceeded { limit: 8 }.take_apart(&mut names);
/// assert_eq!(names.0, ["quotaExceeded", "limit"]);
/// ```
pub trait Parts {
    /// The variant; for an error within an error, first the outer one.
    fn variant(&mut self, name: &'static str);
    /// A field of it.
    fn text(&mut self, field: &'static str, value: &str);
    /// A field of it.
    fn number(&mut self, field: &'static str, value: u32);
}

impl ProxyError {
    /// Tells what it is made of, but for what a service's fault says: that is a value of its own.
    pub fn take_apart(&self, parts: &mut dyn Parts) {
        parts.variant(self.name());
        match self {
            ProxyError::InvalidState { phase } => parts.text("phase", phase.name()),
            ProxyError::QuotaExceeded { limit } => parts.number("limit", *limit),
            ProxyError::Disconnected { reason }
            | ProxyError::Protocol { reason }
            | ProxyError::Encoding { reason } => parts.text("reason", reason),
            ProxyError::DeserializationFailed { reason } => parts.text("reason", reason),
            ProxyError::Transport { what, detail } => {
                parts.text("what", what);
                parts.text("detail", detail);
            }
            ProxyError::NonInitiating { operation }
            | ProxyError::UnknownOperation { operation } => parts.text("operation", operation),
            ProxyError::Binding(error) => error.take_apart(parts),
            ProxyError::Contract(error) => error.take_apart(parts),
            ProxyError::Behavior(error) => error.take_apart(parts),
            _ => {}
        }
    }

    fn name(&self) -> &'static str {
        match self {
            ProxyError::InvalidState { .. } => "invalidState",
            ProxyError::Faulted => "faulted",
            ProxyError::Disposed => "disposed",
            ProxyError::Aborted => "aborted",
            ProxyError::Abandoned => "abandoned",
            ProxyError::TimedOut => "timedOut",
            ProxyError::QuotaExceeded { .. } => "quotaExceeded",
            ProxyError::Fault(_) => "fault",
            ProxyError::SessionTerminated => "sessionTerminated",
            ProxyError::ActionNotSupported => "actionNotSupported",
            ProxyError::DeserializationFailed { .. } => "deserializationFailed",
            ProxyError::NotFound => "notFound",
            ProxyError::AccessDenied => "accessDenied",
            ProxyError::TooBusy => "tooBusy",
            ProxyError::Disconnected { .. } => "disconnected",
            ProxyError::Transport { .. } => "transport",
            ProxyError::Protocol { .. } => "protocol",
            ProxyError::NonInitiating { .. } => "nonInitiating",
            ProxyError::AlreadyTerminated => "alreadyTerminated",
            ProxyError::AutoClosed => "autoClosed",
            ProxyError::WouldDeadlock => "wouldDeadlock",
            ProxyError::OpenInProgress => "openInProgress",
            ProxyError::UnknownOperation { .. } => "unknownOperation",
            ProxyError::Binding(_) => "binding",
            ProxyError::Contract(_) => "contract",
            ProxyError::Behavior(_) => "behavior",
            ProxyError::Encoding { .. } => "encoding",
            ProxyError::Stopped => "stopped",
        }
    }
}

impl HostError {
    /// Tells what it is made of.
    pub fn take_apart(&self, parts: &mut dyn Parts) {
        parts.variant(match self {
            HostError::InvalidState { .. } => "invalidState",
            HostError::Faulted => "faulted",
            HostError::NoEndpoints => "noEndpoints",
            HostError::Binding(_) => "binding",
            HostError::Contract(_) => "contract",
            HostError::Behavior(_) => "behavior",
            HostError::Listener { .. } => "listener",
            HostError::Aborted => "aborted",
            HostError::TimedOut => "timedOut",
            HostError::Stopped => "stopped",
        });
        match self {
            HostError::InvalidState { phase } => parts.text("phase", phase.name()),
            HostError::Listener { endpoint, reason } => {
                parts.number("endpoint", (*endpoint).into());
                parts.text("reason", reason);
            }
            HostError::Binding(error) => error.take_apart(parts),
            HostError::Contract(error) => error.take_apart(parts),
            HostError::Behavior(error) => error.take_apart(parts),
            _ => {}
        }
    }
}

impl BehaviorError {
    fn take_apart(&self, parts: &mut dyn Parts) {
        parts.variant(match self {
            BehaviorError::OrderedNeedsSingle => "orderedNeedsSingle",
            BehaviorError::ThrottleLimit { .. } => "throttleLimit",
            BehaviorError::WellKnownNeedsSingle => "wellKnownNeedsSingle",
            BehaviorError::NoConstructor => "noConstructor",
            BehaviorError::ReleaseOnCallback { .. } => "releaseOnCallback",
            BehaviorError::NoCallbacks => "noCallbacks",
            BehaviorError::NotServing => "notServing",
            BehaviorError::UnknownOperation { .. } => "unknownOperation",
        });
        match self {
            BehaviorError::ThrottleLimit { throttle } => parts.text("throttle", throttle),
            BehaviorError::ReleaseOnCallback { operation }
            | BehaviorError::UnknownOperation { operation } => parts.text("operation", operation),
            _ => {}
        }
    }
}

impl ContractError {
    /// Tells what it is made of.
    pub fn take_apart(&self, parts: &mut dyn Parts) {
        let (name, field, value) = match self {
            ContractError::NoOperations { contract } => ("NoOperations", "contract", contract),
            ContractError::NothingInitiates { contract } => {
                ("NothingInitiates", "contract", contract)
            }
            ContractError::NeedsSession { operation } => ("NeedsSession", "operation", operation),
            ContractError::OneWayWithFault { operation } => {
                ("OneWayWithFault", "operation", operation)
            }
            ContractError::OneWayWithReply { operation } => {
                ("OneWayWithReply", "operation", operation)
            }
            ContractError::SameName { operation } => ("SameName", "operation", operation),
            ContractError::SameAction { operation, .. } => ("SameAction", "operation", operation),
            ContractError::CallbackOfCallback { contract } => {
                ("CallbackOfCallback", "contract", contract)
            }
            ContractError::TooManyOperations { contract } => {
                ("TooManyOperations", "contract", contract)
            }
        };
        parts.variant(name);
        parts.text(field, value);
        if let ContractError::SameAction { action, .. } = self {
            parts.text("action", action);
        }
    }
}

impl BindingError {
    fn take_apart(&self, parts: &mut dyn Parts) {
        let (name, binding) = match self {
            BindingError::BuildsNothing { binding } => ("BuildsNothing", binding),
            BindingError::NoSession { binding } => ("NoSession", binding),
            BindingError::OnlySession { binding } => ("OnlySession", binding),
            BindingError::NoDuplex { binding } => ("NoDuplex", binding),
            BindingError::NoRequestReply { binding } => ("NoRequestReply", binding),
            BindingError::NoOneWay { binding } => ("NoOneWay", binding),
            BindingError::SessionAndDatagram { binding } => ("SessionAndDatagram", binding),
        };
        parts.variant(name);
        parts.text("binding", binding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Phase;
    use serde_json::{Map, Value, json};

    /// The same shape as serde gives it.
    #[derive(Default)]
    struct Shape {
        names: Vec<&'static str>,
        fields: Map<String, Value>,
    }

    impl Parts for Shape {
        fn variant(&mut self, name: &'static str) {
            self.names.push(name);
        }

        fn text(&mut self, field: &'static str, value: &str) {
            self.fields.insert(field.into(), value.into());
        }

        fn number(&mut self, field: &'static str, value: u32) {
            self.fields.insert(field.into(), value.into());
        }
    }

    impl Shape {
        fn value(self) -> Value {
            let mut names = self.names.into_iter().rev();
            let inner = names.next().unwrap();
            let inner =
                if self.fields.is_empty() { json!(inner) } else { json!({ inner: self.fields }) };
            names.fold(inner, |inner, name| json!({ name: inner }))
        }
    }

    fn contracts() -> Vec<ContractError> {
        let contract = || "c".into();
        let operation = || "o".into();
        vec![
            ContractError::NoOperations { contract: contract() },
            ContractError::NothingInitiates { contract: contract() },
            ContractError::NeedsSession { operation: operation() },
            ContractError::OneWayWithFault { operation: operation() },
            ContractError::OneWayWithReply { operation: operation() },
            ContractError::SameName { operation: operation() },
            ContractError::SameAction { operation: operation(), action: "a".into() },
            ContractError::CallbackOfCallback { contract: contract() },
            ContractError::TooManyOperations { contract: contract() },
        ]
    }

    fn bindings() -> Vec<BindingError> {
        let binding = || "b".into();
        vec![
            BindingError::BuildsNothing { binding: binding() },
            BindingError::NoSession { binding: binding() },
            BindingError::OnlySession { binding: binding() },
            BindingError::NoDuplex { binding: binding() },
            BindingError::NoRequestReply { binding: binding() },
            BindingError::NoOneWay { binding: binding() },
            BindingError::SessionAndDatagram { binding: binding() },
        ]
    }

    fn behaviors() -> Vec<BehaviorError> {
        vec![
            BehaviorError::OrderedNeedsSingle,
            BehaviorError::ThrottleLimit { throttle: "calls".into() },
            BehaviorError::WellKnownNeedsSingle,
            BehaviorError::NoConstructor,
            BehaviorError::ReleaseOnCallback { operation: "o".into() },
            BehaviorError::NoCallbacks,
            BehaviorError::NotServing,
            BehaviorError::UnknownOperation { operation: "o".into() },
        ]
    }

    #[test]
    fn a_proxy_error_comes_apart_as_serde_writes_it() {
        let operation = || "o".into();
        let reason = || "r".into();
        let mut errors = vec![
            ProxyError::Faulted,
            ProxyError::Disposed,
            ProxyError::Aborted,
            ProxyError::Abandoned,
            ProxyError::TimedOut,
            ProxyError::QuotaExceeded { limit: 7 },
            ProxyError::SessionTerminated,
            ProxyError::ActionNotSupported,
            ProxyError::DeserializationFailed { reason: "r".into() },
            ProxyError::NotFound,
            ProxyError::AccessDenied,
            ProxyError::TooBusy,
            ProxyError::Disconnected { reason: reason() },
            ProxyError::Transport { what: "STATUS".into(), detail: "500".into() },
            ProxyError::Protocol { reason: reason() },
            ProxyError::NonInitiating { operation: operation() },
            ProxyError::AlreadyTerminated,
            ProxyError::AutoClosed,
            ProxyError::WouldDeadlock,
            ProxyError::OpenInProgress,
            ProxyError::UnknownOperation { operation: operation() },
            ProxyError::Encoding { reason: reason() },
            ProxyError::Stopped,
        ];
        errors.extend(Phase::ALL.map(|phase| ProxyError::InvalidState { phase }));
        errors.extend(contracts().into_iter().map(ProxyError::Contract));
        errors.extend(bindings().into_iter().map(ProxyError::Binding));
        errors.extend(behaviors().into_iter().map(ProxyError::Behavior));
        for error in errors {
            let mut shape = Shape::default();
            error.take_apart(&mut shape);
            assert_eq!(shape.value(), json!(error));
        }
    }

    #[test]
    fn a_host_error_comes_apart_as_serde_writes_it() {
        let mut errors = vec![
            HostError::Faulted,
            HostError::NoEndpoints,
            HostError::Listener { endpoint: 3, reason: "r".into() },
            HostError::Aborted,
            HostError::TimedOut,
            HostError::Stopped,
        ];
        errors.extend(Phase::ALL.map(|phase| HostError::InvalidState { phase }));
        errors.extend(contracts().into_iter().map(HostError::Contract));
        errors.extend(bindings().into_iter().map(HostError::Binding));
        errors.extend(behaviors().into_iter().map(HostError::Behavior));
        for error in errors {
            let mut shape = Shape::default();
            error.take_apart(&mut shape);
            assert_eq!(shape.value(), json!(error));
        }
    }
}
