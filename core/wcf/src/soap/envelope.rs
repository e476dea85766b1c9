//! What an envelope is made of: versions, namespaces, actions.

use sessionful::FaultCode;

/// The namespace of SOAP 1.1.
pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of SOAP 1.2.
pub const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// The namespace of WS-Addressing 1.0.
pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// "Answer on this channel" (WS-Addressing 1.0 section 2.1).
pub const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// "Answer nowhere".
pub(super) const NONE: &str = "http://www.w3.org/2005/08/addressing/none";
/// The namespace of the codes that WCF's dispatcher sends.
pub(super) const DISPATCHER: &str =
    "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";
/// The namespace of headers whose name has none.
pub(super) const HEADERS: &str = "urn:sessionful:headers";

/// Which envelope, and whether it has addressing headers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Version {
    pub(super) soap12: bool,
    pub(super) addressing: bool,
}

impl Version {
    pub(super) fn namespace(self) -> &'static str {
        if self.soap12 { SOAP12 } else { SOAP11 }
    }

    /// What every envelope that is written here declares.
    pub(super) fn declared(self) -> &'static [(&'static str, &'static str)] {
        if self.addressing {
            &[("s", SOAP12), ("a", ADDRESSING)]
        } else if self.soap12 {
            &[("s", SOAP12)]
        } else {
            &[("s", SOAP11)]
        }
    }
}

/// What the runtime calls a fault that no contract declares.
const FAULT: &str = "sessionful/fault";
const SOAP_FAULT: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
const ADDRESSING_FAULT: &str = "http://www.w3.org/2005/08/addressing/fault";
const DISPATCHER_FAULT: &str =
    "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault";

/// The action of a fault on the wire (interop.md, 1.5): declared ones keep theirs.
pub(super) fn fault_action<'a>(action: &'a str, code: &FaultCode) -> &'a str {
    if action != FAULT && !action.is_empty() {
        return action;
    }
    match code {
        FaultCode::Application(_) | FaultCode::MustUnderstand => SOAP_FAULT,
        FaultCode::DestinationUnreachable => SOAP_FAULT,
        FaultCode::ActionNotSupported => ADDRESSING_FAULT,
        _ => DISPATCHER_FAULT,
    }
}

/// The reverse: whichever the wire says, the runtime has one.
pub(super) fn read_fault_action(action: &str) -> &str {
    match action {
        SOAP_FAULT | ADDRESSING_FAULT | DISPATCHER_FAULT | "" => FAULT,
        other => other,
    }
}
