//! Reading a description.

mod binding;
mod parts;

use super::error::{Unsupported, WsdlError};
use super::model::{Contract, Description, Fault, Operation};
use super::names::{ACTION, ACTION_WCF, SESSIONS, SOAP11, SOAP12, WSDL};
use super::xsd::{MESSAGE_CONTRACT, Types, is_true};
use crate::data::{Field, Wrapper};
use crate::xml::{Element, Name};
use sessionful::SessionMode;
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeMap;

pub use parts::Documents;

/// Reads a description and everything that it imports.
///
/// ```
/// use sessionful_wcf::wsdl::{WsdlError, import};
///
/// let error = import("<html xmlns='http://www.w3.org/1999/xhtml'/>", &mut |_| Err("no".into()));
/// assert!(matches!(error, Err(WsdlError::NotWsdl { .. })));
/// ```
pub fn import(document: &str, fetch: &mut Documents<'_>) -> Result<Description, WsdlError> {
    let parts = parts::collect(document, fetch)?;
    let mut types = Types::default();
    for (schema, around) in &parts.schemas {
        types.add(schema, around);
    }
    types.convert();
    let mut importer = Importer::new(&parts.documents, types);
    let mut contracts = Vec::new();
    for (namespace, port) in importer.all("portType") {
        if let Some(contract) = importer.contract(&namespace, port)? {
            contracts.push(contract);
        }
    }
    let endpoints = binding::endpoints(&mut importer, &contracts)?;
    let (types, mut unsupported) = (importer.types, importer.unsupported);
    unsupported.extend(types.failed.into_values());
    unsupported.sort();
    unsupported.dedup();
    if contracts.iter().all(|contract| contract.operations.is_empty()) {
        return Err(WsdlError::Nothing { unsupported });
    }
    let root = &parts.documents[0];
    let service = parts.documents.iter().find_map(|document| document.first(WSDL, "service"));
    let name = service.and_then(|service| service.get("name")).or(root.get("name"));
    Ok(Description {
        name: name.unwrap_or("Service").into(),
        namespace: root.get("targetNamespace").unwrap_or_default().into(),
        schema: types.schema,
        documentation: types.documentation,
        contracts,
        endpoints,
        unsupported,
    })
}

pub(super) struct Importer<'a> {
    documents: &'a [Element],
    types: Types<'a>,
    unsupported: Vec<Unsupported>,
    messages: BTreeMap<Name, &'a Element>,
    /// The actions that bindings give, by port type and operation.
    soap_actions: BTreeMap<(SmolStr, SmolStr), SmolStr>,
}

impl<'a> Importer<'a> {
    fn new(documents: &'a [Element], types: Types<'a>) -> Importer<'a> {
        let mut importer = Importer {
            documents,
            types,
            unsupported: Vec::new(),
            messages: BTreeMap::new(),
            soap_actions: BTreeMap::new(),
        };
        for (namespace, message) in importer.all("message") {
            if let Some(local) = message.get("name") {
                importer.messages.entry(Name::new(namespace, local)).or_insert(message);
            }
        }
        for (_, binding) in importer.all("binding") {
            let Some(port) = binding.qualified("type") else { continue };
            for operation in binding.all(WSDL, "operation") {
                let soap =
                    operation.first(SOAP11, "operation").or(operation.first(SOAP12, "operation"));
                let action = soap.and_then(|soap| soap.get("soapAction"));
                let action = action.filter(|action| !action.is_empty());
                if let (Some(name), Some(action)) = (operation.get("name"), action) {
                    let key = (port.local.clone(), SmolStr::new(name));
                    importer.soap_actions.entry(key).or_insert(action.into());
                }
            }
        }
        importer
    }

    /// All components of a kind, with the namespace of each.
    fn all(&self, kind: &'static str) -> Vec<(SmolStr, &'a Element)> {
        let of = |document: &'a Element| {
            let namespace = SmolStr::new(document.get("targetNamespace").unwrap_or_default());
            document.all(WSDL, kind).map(move |element| (namespace.clone(), element))
        };
        self.documents.iter().flat_map(of).collect()
    }

    /// The component of a name.
    fn find(&self, kind: &'static str, name: &Name) -> Option<&'a Element> {
        let mut all = self.all(kind).into_iter();
        all.find(|(namespace, element)| {
            *namespace == name.namespace && element.get("name") == Some(name.local.as_str())
        })
        .map(|(_, element)| element)
    }

    fn contract(
        &mut self,
        namespace: &str,
        port: &'a Element,
    ) -> Result<Option<Contract>, WsdlError> {
        let Some(name) = port.get("name") else { return Ok(None) };
        let session = match port.get_in(SESSIONS, "usingSession") {
            Some(said) if is_true(Some(said)) => SessionMode::Required,
            Some(_) => SessionMode::NotAllowed,
            None => SessionMode::Allowed,
        };
        let mut contract = Contract {
            name: name.into(),
            session,
            documentation: documentation(port),
            ..Contract::default()
        };
        for operation in port.all(WSDL, "operation") {
            // Output before input: the service asks (WSDL 1.1 sections 2.4.3 and 2.4.4).
            let first = operation
                .children
                .iter()
                .find(|child| child.is(WSDL, "input") || child.is(WSDL, "output"));
            let calls_back = first.is_some_and(|first| first.is(WSDL, "output"));
            let place = format!("{name}.{}", operation.get("name").unwrap_or_default());
            match self.operation(namespace, port, operation, calls_back, &place)? {
                Ok(operation) if calls_back => contract.callbacks.push(operation),
                Ok(operation) => contract.operations.push(operation),
                Err(unsupported) => self.unsupported.push(Unsupported { place, ..unsupported }),
            }
        }
        Ok(Some(contract))
    }

    fn operation(
        &mut self,
        namespace: &str,
        port: &Element,
        element: &'a Element,
        calls_back: bool,
        place: &str,
    ) -> Result<Result<Operation, Unsupported>, WsdlError> {
        let (asks, answers) = if calls_back { ("output", "input") } else { ("input", "output") };
        let Some(request) = element.first(WSDL, asks) else {
            return Ok(Err(Unsupported::new(place, "no request", "correct the description")));
        };
        let name = SmolStr::new(element.get("name").unwrap_or_default());
        let default = default_action(namespace, port.get("name").unwrap_or_default(), &name);
        let key = (SmolStr::new(port.get("name").unwrap_or_default()), name.clone());
        let soap_action = self.soap_actions.get(&key).cloned();
        let action = said_action(request).map(SmolStr::new).or(soap_action).unwrap_or(default);
        let reply = element.first(WSDL, answers);
        let reply_action = reply.and_then(said_action).map(SmolStr::new);
        let wrapper = |importer: &mut Self, part| importer.wrapper(part, place);
        let request = match wrapper(self, request)? {
            Ok(request) => request,
            Err(unsupported) => return Ok(Err(unsupported)),
        };
        let reply = match reply.map(|reply| wrapper(self, reply)).transpose()?.transpose() {
            Ok(reply) => reply,
            Err(unsupported) => return Ok(Err(unsupported)),
        };
        let faults = match self.faults(element, &action, place)? {
            Ok(faults) => faults,
            Err(unsupported) => return Ok(Err(unsupported)),
        };
        Ok(Ok(Operation {
            reply_action: match &reply {
                Some(_) => reply_action.unwrap_or_else(|| format_smolstr!("{action}Response")),
                None => SmolStr::default(),
            },
            action,
            request,
            reply,
            faults,
            initiating: element
                .get_in(SESSIONS, "isInitiating")
                .is_none_or(|said| is_true(Some(said))),
            terminating: is_true(element.get_in(SESSIONS, "isTerminating")),
            documentation: documentation(element),
            name,
        }))
    }

    /// The message of an input, output or fault.
    fn message(&self, part: &Element, place: &str) -> Result<&'a Element, WsdlError> {
        let missing = |name: String| WsdlError::Missing { place: place.to_owned(), name };
        let name = part.qualified("message").ok_or_else(|| missing("a message".to_owned()))?;
        self.messages.get(name).copied().ok_or_else(|| missing(format!("the message {name}")))
    }

    fn wrapper(
        &mut self,
        part: &Element,
        place: &str,
    ) -> Result<Result<Wrapper, Unsupported>, WsdlError> {
        let message = self.message(part, place)?;
        let parts: Vec<&Element> = message.all(WSDL, "part").collect();
        let what = match parts[..] {
            [part] if part.get("element").is_some() && part.get("name") == Some("parameters") => {
                let Some(name) = part.qualified("element") else {
                    let name = "an element whose prefix is not declared".to_owned();
                    return Err(WsdlError::Missing { place: place.to_owned(), name });
                };
                return Ok(self.types.parts(name).and_then(|parts| {
                    self.check(parts.iter().map(|part| &part.field))?;
                    Ok(Wrapper::new(Name::new(name.namespace.clone(), name.local.clone()), parts))
                }));
            }
            [part] if part.get("type").is_some() => {
                "parts with types (RPC style, or untyped messages)"
            }
            _ => "a message that is no wrapper of parameters",
        };
        Ok(Err(Unsupported::new(place, what, MESSAGE_CONTRACT)))
    }

    fn check<'f>(
        &mut self,
        mut fields: impl Iterator<Item = &'f Field>,
    ) -> Result<(), Unsupported> {
        match fields.find_map(|field| self.types.obstacle(field)) {
            Some(Unsupported { place, what, advice }) => {
                Err(Unsupported { what: format!("the type {place} has {what}"), place, advice })
            }
            None => Ok(()),
        }
    }

    fn faults(
        &mut self,
        operation: &'a Element,
        action: &str,
        place: &str,
    ) -> Result<Result<Vec<Fault>, Unsupported>, WsdlError> {
        let mut faults: Vec<Fault> = Vec::new();
        for fault in operation.all(WSDL, "fault") {
            let message = self.message(fault, place)?;
            let element = message.all(WSDL, "part").find_map(|part| part.qualified("element"));
            let Some(element) = element else {
                let what = "a fault without an element";
                return Ok(Err(Unsupported::new(place, what, MESSAGE_CONTRACT)));
            };
            let field = self.types.element(element).and_then(|field| {
                self.check([&field].into_iter())?;
                Ok(field)
            });
            let field = match field {
                Ok(field) => field,
                Err(unsupported) => return Ok(Err(unsupported)),
            };
            let name = SmolStr::new(fault.get("name").unwrap_or(&element.local));
            let default = || format_smolstr!("{action}{}Fault", element.local);
            let action = said_action(fault).map_or_else(default, SmolStr::new);
            let element = Name::new(element.namespace.clone(), element.local.clone());
            // Two faults of one local name cannot be told apart by the runtime.
            if !faults.iter().any(|other| other.element.local == element.local) {
                faults.push(Fault { name, action, element, field });
            }
        }
        Ok(Ok(faults))
    }
}

fn said_action(part: &Element) -> Option<&str> {
    part.get_in(ACTION_WCF, "Action").or(part.get_in(ACTION, "Action"))
}

/// `{namespace}/{contract}/{operation}`, without a second slash (interop.md, 3.1, rule 1).
fn default_action(namespace: &str, contract: &str, operation: &str) -> SmolStr {
    let slash = if namespace.ends_with('/') || namespace.is_empty() { "" } else { "/" };
    format_smolstr!("{namespace}{slash}{contract}/{operation}")
}

fn documentation(element: &Element) -> String {
    element.first(WSDL, "documentation").map(|text| text.text.trim().to_owned()).unwrap_or_default()
}
