//! Codes of faults as text: how [`FaultCode`] looks on the wire and back.
//!
//! | code | SOAP 1.2 | SOAP 1.1 |
//! |---|---|---|
//! | `Application("Sender")` | `s:Sender` | `s:Client` |
//! | `Application("Receiver")` | `s:Receiver` | `s:Server` |
//! | `Application("VersionMismatch")`, `Application("DataEncodingUnknown")` | the same in `s:` | the same in `s:` |
//! | `Application("Overflow")` | `s:Sender` / `Overflow` | `Overflow` |
//! | `Application("{urn:calc}Overflow")` | `s:Sender` / `c:Overflow` | `c:Overflow` |
//! | `Application("Receiver/{urn:calc}Overflow")` | `s:Receiver` / `c:Overflow` | `c:Overflow` |
//! | codes of the runtime | `s:Sender` or `s:Receiver` / the code in WCF's or the addressing namespace | the subcode alone |
//!
//! SOAP 1.1 has room for one code, so it forgets who is to blame where there is a subcode. A text that
//! is no name cannot be a code: it becomes `s:Sender`, and the reason still tells.

use super::envelope::{ADDRESSING, DISPATCHER};
use crate::xml::{Name, is_ncname};
use sessionful::FaultCode;
use smol_str::{SmolStr, format_smolstr};

/// The namespace of WS-Security, whose code says that a caller is not let in.
const SECURITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// A code as the wire has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Code {
    /// `Sender`, `Receiver`, ...: in the namespace of the envelope.
    pub(super) class: SmolStr,
    pub(super) subcode: Option<Name>,
}

/// The codes that an envelope itself defines (SOAP 1.2 part 1 section 5.4.6).
const CLASSES: [&str; 5] =
    ["Sender", "Receiver", "VersionMismatch", "DataEncodingUnknown", "MustUnderstand"];

pub(super) fn write(code: &FaultCode) -> Code {
    let class = if code.blames_sender() { "Sender" } else { "Receiver" };
    let namespace = match code {
        FaultCode::Application(text) => return application(text),
        FaultCode::MustUnderstand => return Code { class: "MustUnderstand".into(), subcode: None },
        FaultCode::ActionNotSupported | FaultCode::DestinationUnreachable => ADDRESSING,
        FaultCode::AccessDenied => SECURITY,
        _ => DISPATCHER,
    };
    Code { class: class.into(), subcode: Some(Name::new(namespace, code.name())) }
}

fn application(text: &str) -> Code {
    if CLASSES[..4].contains(&text) {
        return Code { class: text.into(), subcode: None };
    }
    let (class, rest) = match text.strip_prefix("Receiver/") {
        Some(rest) => ("Receiver", rest),
        None => ("Sender", text),
    };
    let (namespace, local) = match rest.strip_prefix('{').and_then(|rest| rest.rsplit_once('}')) {
        Some((namespace, local)) if !namespace.is_empty() => (namespace, local),
        _ => ("", rest),
    };
    let subcode = is_ncname(local).then(|| Name::new(namespace, local));
    Code { class: class.into(), subcode }
}

pub(super) fn read(code: Code) -> FaultCode {
    let Code { class, subcode } = code;
    match subcode {
        None if class == "MustUnderstand" => FaultCode::MustUnderstand,
        None => FaultCode::Application(class),
        Some(name) => {
            let known = [DISPATCHER, ADDRESSING, SECURITY].contains(&name.namespace.as_str());
            let runtime = FaultCode::from_runtime_name(&name.local).filter(|_| known);
            // The same local name in another of these namespaces is another code.
            runtime.filter(|code| write(code).subcode.as_ref() == Some(&name)).unwrap_or_else(
                || {
                    let blame = if class == "Receiver" { "Receiver/" } else { "" };
                    // A bare name must not be taken for a class.
                    FaultCode::Application(format_smolstr!("{blame}{name}"))
                },
            )
        }
    }
}

/// The class of SOAP 1.1's own codes; they may be refined behind a dot (section 4.4.1).
pub(super) fn class_of_soap11(local: &str) -> Option<SmolStr> {
    let class = local.split('.').next().unwrap_or(local);
    match class {
        "Client" => Some("Sender".into()),
        "Server" => Some("Receiver".into()),
        _ => class_of_soap12(class),
    }
}

pub(super) fn class_of_soap12(local: &str) -> Option<SmolStr> {
    CLASSES.contains(&local).then(|| local.into())
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use sessionful::FaultCode;

    #[test]
    fn codes_survive_the_wire() {
        for text in [
            "Sender",
            "Receiver",
            "VersionMismatch",
            "DataEncodingUnknown",
            "Overflow",
            "{urn:calc}Overflow",
            "Receiver/{urn:calc}Overflow",
            "Receiver/Overflow",
            "InternalServiceFault",
            "{urn:x}Sender",
        ] {
            let code = FaultCode::Application(text.into());
            assert_eq!(read(write(&code)), code);
        }
        for code in [
            FaultCode::InternalService,
            FaultCode::SessionTerminated,
            FaultCode::ActionNotSupported,
            FaultCode::DeserializationFailed,
            FaultCode::DestinationUnreachable,
            FaultCode::MustUnderstand,
            FaultCode::TooBusy,
            FaultCode::AccessDenied,
        ] {
            assert_eq!(read(write(&code)), code);
        }
    }

    #[test]
    fn what_is_no_name_blames_the_sender() {
        for text in ["", "my code", "{urn:x}", "{urn:x}a b", "{}x"] {
            let code = FaultCode::Application(text.into());
            assert_eq!(read(write(&code)), FaultCode::Application("Sender".into()), "{text}");
        }
    }
}
