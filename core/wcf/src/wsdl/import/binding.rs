//! Bindings and ports: what an endpoint speaks.

use super::Importer;
use crate::soap::{ADDRESSING, Wire};
use crate::wsdl::names::{
    ACTION, ACTION_WCF, BINARY, OVER_HTTP, OVER_WEBSOCKET, POLICY, POLICY15, SOAP11, SOAP12,
    STREAMING, UTILITY, WSDL,
};
use crate::wsdl::{Contract, Endpoint, Unsupported, WsdlError};
use crate::xml::{Element, Name};
use smol_str::SmolStr;

pub(super) fn endpoints(
    importer: &mut Importer<'_>,
    contracts: &[Contract],
) -> Result<Vec<Endpoint>, WsdlError> {
    let mut endpoints = Vec::new();
    for (_, service) in importer.all("service") {
        for port in service.all(WSDL, "port") {
            let name = SmolStr::new(port.get("name").unwrap_or_default());
            let missing = |what: &str| WsdlError::Missing {
                place: format!("the port {name}"),
                name: what.to_owned(),
            };
            let binding = port.qualified("binding").ok_or_else(|| missing("a binding"))?;
            let binding =
                importer.find("binding", binding).ok_or_else(|| missing(&binding.to_string()))?;
            let contract = binding.qualified("type").ok_or_else(|| missing("a port type"))?;
            if !contracts.iter().any(|known| known.name == contract.local) {
                return Err(missing(&contract.to_string()));
            }
            match wire(importer, binding, &name) {
                Ok(wire) => endpoints.push(Endpoint {
                    address: address(port),
                    contract: contract.local.clone(),
                    name,
                    wire,
                }),
                Err(unsupported) => importer.unsupported.push(unsupported),
            }
        }
    }
    Ok(endpoints)
}

fn address(port: &Element) -> String {
    let soap = [SOAP11, SOAP12].iter().find_map(|namespace| port.first(namespace, "address"));
    let reference = || {
        let reference = port.first(ADDRESSING, "EndpointReference")?;
        reference.first(ADDRESSING, "Address").map(|address| address.text.trim())
    };
    soap.and_then(|address| address.get("location"))
        .or_else(reference)
        .unwrap_or_default()
        .to_owned()
}

const SECURITY: &str = "switch message security off: a browser offers the transport's";

fn wire(importer: &Importer<'_>, binding: &Element, port: &str) -> Result<Wire, Unsupported> {
    let refuse = |what: String, advice| Err(Unsupported::new(port, what, advice));
    let (soap, is12) = match (binding.first(SOAP11, "binding"), binding.first(SOAP12, "binding")) {
        (_, Some(soap)) => (soap, true),
        (Some(soap), None) => (soap, false),
        (None, None) => {
            return refuse("a binding that is not SOAP".into(), "call it with fetch");
        }
    };
    let operations = || binding.all(WSDL, "operation");
    let soap_operation = |operation: &Element| {
        let found = operation.first(SOAP12, "operation").or(operation.first(SOAP11, "operation"));
        found.and_then(|found| found.get("style")).map(str::to_owned)
    };
    let rpc = operations().filter_map(soap_operation).any(|style| style == "rpc");
    let encoded = ["input", "output"].iter().any(|side| {
        operations().filter_map(|operation| operation.first(WSDL, side)).any(|side| {
            let body = side.first(SOAP12, "body").or(side.first(SOAP11, "body"));
            body.and_then(|body| body.get("use")) == Some("encoded")
        })
    });
    if rpc || encoded || soap.get("style") == Some("rpc") {
        return refuse("RPC style".into(), "use document/literal, which is WCF's default");
    }
    let policies = policies(importer, binding);
    let has = |namespace: &str, local: &str| {
        policies.iter().any(|policy| policy.contains(namespace, local))
    };
    if policies.iter().any(|policy| has_security(policy)) {
        return refuse("a policy that demands message security".into(), SECURITY);
    }
    let streams = ["Streamed", "StreamedRequest", "StreamedResponse"];
    if streams.iter().any(|mode| has(STREAMING, mode)) {
        return refuse("streamed transfer".into(), "use TransferMode.Buffered");
    }
    let binary = has(BINARY, "BinaryEncoding");
    let addressing = has(ACTION_WCF, "UsingAddressing")
        || has(ACTION, "Addressing")
        || binding.first(ACTION_WCF, "UsingAddressing").is_some();
    match (soap.get("transport").unwrap_or(OVER_HTTP), is12) {
        (OVER_HTTP, true) if binary => Ok(Wire::BinaryHttp),
        (OVER_HTTP, true) if addressing => Ok(Wire::WsHttp),
        (OVER_HTTP, true) => Ok(Wire::Soap12Http),
        (OVER_HTTP, false) if !addressing && !binary => Ok(Wire::BasicHttp),
        (OVER_WEBSOCKET, true) if binary => Ok(Wire::SocketBinary),
        (OVER_WEBSOCKET, true) => Ok(Wire::SocketText),
        (OVER_HTTP, false) => {
            refuse("SOAP 1.1 with addressing".into(), "use BasicHttpBinding or WSHttpBinding")
        }
        (other, _) => refuse(
            format!("the transport {other}"),
            "give the service an endpoint with BasicHttpBinding or NetHttpBinding",
        ),
    }
}

/// The policies of a binding, inside it or by reference (WS-PolicyAttachment section 4).
fn policies<'a>(importer: &Importer<'a>, binding: &'a Element) -> Vec<&'a Element> {
    let mut found = Vec::new();
    for namespace in [POLICY, POLICY15] {
        found.extend(binding.all(namespace, "Policy"));
        for reference in binding.all(namespace, "PolicyReference") {
            let id = reference.get("URI").and_then(|uri| uri.strip_prefix('#'));
            found.extend(importer.documents.iter().flat_map(|document| {
                let all = document.children.iter().filter(|child| child.is(namespace, "Policy"));
                all.filter(|policy| id.is_some() && policy.get_in(UTILITY, "Id") == id)
            }));
        }
    }
    found
}

/// Any assertion of WS-SecurityPolicy but those of the transport, which https says anyway.
fn has_security(policy: &Element) -> bool {
    let is_policy = |name: &Name| name.namespace.contains("securitypolicy");
    policy.children.iter().any(|child| {
        let security = is_policy(&child.name) && child.name.local.ends_with("Binding");
        (security && child.name.local != "TransportBinding") || has_security(child)
    })
}
