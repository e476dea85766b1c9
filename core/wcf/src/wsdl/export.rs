//! Writing a description in one file.

mod schema;

use super::model::{Contract, Description, Endpoint, Operation};
use super::names::{
    ACTION_WCF, BINARY, OVER_HTTP, OVER_WEBSOCKET, POLICY, SESSIONS, SOAP11, SOAP12, UTILITY, WSDL,
};
use crate::error::XmlError;
use crate::soap::Wire;
use crate::text::Writer;
use crate::value::Value;
use crate::xml::{Composer, Name, XSD};
use sessionful::SessionMode;
use smol_str::{SmolStr, format_smolstr};

type Xml = Composer<Writer>;

/// Writes a description: types, messages, port types, a binding and a port for each endpoint. The error
/// is a name that XML cannot carry.
pub fn export(description: &Description) -> Result<String, XmlError> {
    let mut xml = Composer::new(Writer::default());
    xml.start_as("wsdl", WSDL, "definitions")?;
    for (prefix, namespace) in [
        ("xs", XSD),
        ("soap", SOAP11),
        ("soap12", SOAP12),
        ("wsaw", ACTION_WCF),
        ("wsp", POLICY),
        ("wsu", UTILITY),
        ("msc", SESSIONS),
        ("msb", BINARY),
    ] {
        xml.declare_as(prefix, namespace)?;
    }
    if !description.namespace.is_empty() {
        xml.declare_as("tns", &description.namespace)?;
    }
    schema::declare(description, &mut xml)?;
    attribute(&mut xml, "name", &description.name)?;
    attribute(&mut xml, "targetNamespace", &description.namespace)?;
    let mut export = Export { description, xml };
    export.policies()?;
    export.xml.start(WSDL, "types")?;
    schema::write(description, &mut export.xml)?;
    export.xml.end()?;
    for contract in &description.contracts {
        export.messages(contract)?;
    }
    for contract in &description.contracts {
        export.port_type(contract)?;
    }
    for endpoint in &description.endpoints {
        export.binding(endpoint)?;
    }
    export.service()?;
    let mut xml = export.xml;
    xml.end()?;
    Ok(format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>{}", xml.finish()?.into_text()))
}

fn attribute(xml: &mut Xml, name: &str, value: &str) -> Result<(), XmlError> {
    xml.attribute("", name, Value::text(value))
}

/// An attribute that is a qualified name; its prefix is declared here if it is not yet.
fn reference(xml: &mut Xml, attribute: &str, name: &Name) -> Result<(), XmlError> {
    let value = match name.namespace.as_str() {
        "" => name.local.clone(),
        namespace => format_smolstr!("{}:{}", xml.prefix(namespace)?, name.local),
    };
    xml.attribute("", attribute, Value::Text(value))
}

struct Export<'a> {
    description: &'a Description,
    xml: Xml,
}

/// What an operation's messages are called.
fn message_name(contract: &Contract, operation: &Operation, kind: &str) -> SmolStr {
    format_smolstr!("{}_{}_{kind}", contract.name, operation.name)
}

fn is_soap12(wire: Wire) -> bool {
    wire != Wire::BasicHttp
}

impl Export<'_> {
    fn own(&self, local: impl Into<SmolStr>) -> Name {
        Name::new(self.description.namespace.clone(), local)
    }

    /// What SOAP's own elements cannot say ([MS-WSPOL] 2.2.3.12, interop.md 3.2).
    fn policies(&mut self) -> Result<(), XmlError> {
        let xml = &mut self.xml;
        for endpoint in
            self.description.endpoints.iter().filter(|endpoint| has_policy(endpoint.wire))
        {
            xml.start(POLICY, "Policy")?;
            xml.attribute(UTILITY, "Id", Value::text(format!("{}_policy", endpoint.name)))?;
            xml.start(POLICY, "ExactlyOne")?;
            xml.start(POLICY, "All")?;
            if matches!(endpoint.wire, Wire::BinaryHttp | Wire::SocketBinary) {
                xml.start(BINARY, "BinaryEncoding")?;
                xml.end()?;
            }
            xml.start(ACTION_WCF, "UsingAddressing")?;
            xml.end()?;
            for _ in 0..3 {
                xml.end()?;
            }
        }
        Ok(())
    }

    fn messages(&mut self, contract: &Contract) -> Result<(), XmlError> {
        for operation in contract.operations.iter().chain(&contract.callbacks) {
            let request = message_name(contract, operation, "InputMessage");
            self.message(&request, "parameters", &operation.request.name)?;
            if let Some(reply) = &operation.reply {
                let name = message_name(contract, operation, "OutputMessage");
                self.message(&name, "parameters", &reply.name)?;
            }
            for fault in &operation.faults {
                let name =
                    message_name(contract, operation, &format!("{}_FaultMessage", fault.name));
                self.message(&name, "detail", &fault.element)?;
            }
        }
        Ok(())
    }

    fn message(&mut self, name: &str, part: &str, element: &Name) -> Result<(), XmlError> {
        self.xml.start(WSDL, "message")?;
        attribute(&mut self.xml, "name", name)?;
        self.xml.start(WSDL, "part")?;
        attribute(&mut self.xml, "name", part)?;
        reference(&mut self.xml, "element", element)?;
        self.xml.end()?;
        self.xml.end()
    }

    fn port_type(&mut self, contract: &Contract) -> Result<(), XmlError> {
        self.xml.start(WSDL, "portType")?;
        attribute(&mut self.xml, "name", &contract.name)?;
        let session = match contract.session {
            SessionMode::Allowed => None,
            SessionMode::Required => Some(true),
            SessionMode::NotAllowed => Some(false),
        };
        if let Some(session) = session {
            self.xml.attribute(SESSIONS, "usingSession", Value::Bool(session))?;
        }
        self.documentation(&contract.documentation)?;
        for operation in &contract.operations {
            self.operation(contract, operation, false)?;
        }
        for operation in &contract.callbacks {
            self.operation(contract, operation, true)?;
        }
        self.xml.end()
    }

    fn documentation(&mut self, text: &str) -> Result<(), XmlError> {
        if text.is_empty() {
            Ok(())
        } else {
            self.xml.element(WSDL, "documentation", Value::text(text))
        }
    }

    fn operation(
        &mut self,
        contract: &Contract,
        operation: &Operation,
        calls_back: bool,
    ) -> Result<(), XmlError> {
        self.xml.start(WSDL, "operation")?;
        attribute(&mut self.xml, "name", &operation.name)?;
        if contract.session == SessionMode::Required && !calls_back {
            self.xml.attribute(SESSIONS, "isInitiating", Value::Bool(operation.initiating))?;
            self.xml.attribute(SESSIONS, "isTerminating", Value::Bool(operation.terminating))?;
        }
        self.documentation(&operation.documentation)?;
        let (asks, answers) = if calls_back { ("output", "input") } else { ("input", "output") };
        let request = self.own(message_name(contract, operation, "InputMessage"));
        self.part(asks, None, &operation.action, &request)?;
        if operation.reply.is_some() {
            let reply = self.own(message_name(contract, operation, "OutputMessage"));
            self.part(answers, None, &operation.reply_action, &reply)?;
        }
        for fault in &operation.faults {
            let kind = format!("{}_FaultMessage", fault.name);
            let message = self.own(message_name(contract, operation, &kind));
            self.part("fault", Some(&fault.name), &fault.action, &message)?;
        }
        self.xml.end()
    }

    fn part(
        &mut self,
        kind: &str,
        name: Option<&str>,
        action: &str,
        message: &Name,
    ) -> Result<(), XmlError> {
        self.xml.start(WSDL, kind)?;
        self.xml.attribute(ACTION_WCF, "Action", Value::text(action))?;
        if let Some(name) = name {
            attribute(&mut self.xml, "name", name)?;
        }
        reference(&mut self.xml, "message", message)?;
        self.xml.end()
    }

    fn binding(&mut self, endpoint: &Endpoint) -> Result<(), XmlError> {
        let Some(contract) = self.description.contract(&endpoint.contract) else { return Ok(()) };
        let contract_name = self.own(contract.name.clone());
        let soap = if is_soap12(endpoint.wire) { SOAP12 } else { SOAP11 };
        self.xml.start(WSDL, "binding")?;
        attribute(&mut self.xml, "name", &endpoint.name)?;
        reference(&mut self.xml, "type", &contract_name)?;
        if has_policy(endpoint.wire) {
            self.xml.start(POLICY, "PolicyReference")?;
            attribute(&mut self.xml, "URI", &format!("#{}_policy", endpoint.name))?;
            self.xml.end()?;
        }
        let socket = matches!(endpoint.wire, Wire::SocketText | Wire::SocketBinary);
        self.xml.start(soap, "binding")?;
        attribute(&mut self.xml, "transport", if socket { OVER_WEBSOCKET } else { OVER_HTTP })?;
        self.xml.end()?;
        for operation in &contract.operations {
            self.bound(operation, soap, ("input", "output"))?;
        }
        for operation in &contract.callbacks {
            self.bound(operation, soap, ("output", "input"))?;
        }
        self.xml.end()
    }

    fn bound(
        &mut self,
        operation: &Operation,
        soap: &str,
        (asks, answers): (&str, &str),
    ) -> Result<(), XmlError> {
        self.xml.start(WSDL, "operation")?;
        attribute(&mut self.xml, "name", &operation.name)?;
        self.xml.start(soap, "operation")?;
        attribute(&mut self.xml, "soapAction", &operation.action)?;
        attribute(&mut self.xml, "style", "document")?;
        self.xml.end()?;
        let both = [Some(asks), operation.reply.as_ref().map(|_| answers)];
        for side in both.into_iter().flatten() {
            self.xml.start(WSDL, side)?;
            self.xml.start(soap, "body")?;
            attribute(&mut self.xml, "use", "literal")?;
            self.xml.end()?;
            self.xml.end()?;
        }
        for fault in &operation.faults {
            self.xml.start(WSDL, "fault")?;
            attribute(&mut self.xml, "name", &fault.name)?;
            self.xml.start(soap, "fault")?;
            attribute(&mut self.xml, "use", "literal")?;
            attribute(&mut self.xml, "name", &fault.name)?;
            self.xml.end()?;
            self.xml.end()?;
        }
        self.xml.end()
    }

    fn service(&mut self) -> Result<(), XmlError> {
        self.xml.start(WSDL, "service")?;
        attribute(&mut self.xml, "name", &self.description.name)?;
        for endpoint in &self.description.endpoints {
            let binding = self.own(endpoint.name.clone());
            self.xml.start(WSDL, "port")?;
            attribute(&mut self.xml, "name", &endpoint.name)?;
            reference(&mut self.xml, "binding", &binding)?;
            let soap = if is_soap12(endpoint.wire) { SOAP12 } else { SOAP11 };
            self.xml.start(soap, "address")?;
            attribute(&mut self.xml, "location", &endpoint.address)?;
            self.xml.end()?;
            self.xml.end()?;
        }
        self.xml.end()
    }
}

fn has_policy(wire: Wire) -> bool {
    !matches!(wire, Wire::BasicHttp | Wire::Soap12Http)
}
