//! The namespaces of descriptions.

pub(super) const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
pub(super) const SOAP11: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
pub(super) const SOAP12: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
/// `wsam`: where actions stand (WS-Addressing 1.0 Metadata).
pub(super) const ACTION: &str = "http://www.w3.org/2007/05/addressing/metadata";
/// `wsaw`: where WCF writes them.
pub(super) const ACTION_WCF: &str = "http://www.w3.org/2006/05/addressing/wsdl";
pub(super) const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
pub(super) const POLICY15: &str = "http://www.w3.org/ns/ws-policy";
pub(super) const UTILITY: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// `msb`: that an endpoint speaks binary XML ([MS-WSPOL] 2.2.3.12).
pub(super) const BINARY: &str = "http://schemas.microsoft.com/ws/06/2004/mspolicy/netbinary1";
/// `mswsp`: how an endpoint streams ([MS-WSPOL] 2.2.3.14).
pub(super) const STREAMING: &str = "http://schemas.microsoft.com/soap/websocket/policy";
/// `msc`: sessions, and which operations begin and end them.
pub(super) const SESSIONS: &str = "http://schemas.microsoft.com/ws/2005/12/wsdl/contract";
pub(super) const OVER_HTTP: &str = "http://schemas.xmlsoap.org/soap/http";
pub(super) const OVER_WEBSOCKET: &str = "http://schemas.microsoft.com/soap/websocket";
