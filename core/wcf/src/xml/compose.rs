//! Writing a structure: names are given with their namespaces, prefixes are found or made as .NET's
//! writers do it (`XmlBaseWriter`), so that the result is the same to the byte.

use super::{ArrayKind, Attribute, Declaration, Event, Name, Scope, Sink, Start};
use crate::error::XmlError;
use crate::value::Value;
use smol_str::SmolStr;

/// Writes elements into a sink, with a start tag held back until its last attribute is known.
pub struct Composer<S> {
    sink: S,
    scope: Scope,
    open: Option<Start>,
}

impl<S: Sink> Composer<S> {
    /// A composer of one document.
    pub fn new(sink: S) -> Composer<S> {
        Composer { sink, scope: Scope::default(), open: None }
    }

    /// Begins an element. A prefix in scope is used if there is one; else the namespace becomes the
    /// default one.
    pub fn start(&mut self, namespace: &str, local: &str) -> Result<(), XmlError> {
        self.flush()?;
        let prefix = self.scope.prefix_of(namespace, false).unwrap_or_default();
        self.begin(prefix, namespace, local)
    }

    /// Begins an element with that prefix.
    pub fn start_as(&mut self, prefix: &str, namespace: &str, local: &str) -> Result<(), XmlError> {
        self.flush()?;
        self.begin(prefix.into(), namespace, local)
    }

    fn begin(&mut self, prefix: SmolStr, namespace: &str, local: &str) -> Result<(), XmlError> {
        let namespace = SmolStr::new(namespace);
        self.scope.push();
        let declared = self.scope.lookup(&prefix).as_ref() == Some(&namespace);
        let name =
            Name { prefix: prefix.clone(), local: local.into(), namespace: namespace.clone() };
        self.open = Some(Start { name, ..Start::default() });
        if declared { Ok(()) } else { self.declare(&prefix, &namespace) }
    }

    /// Declares a prefix on the open element, unless it means that already.
    pub fn declare_as(&mut self, prefix: &str, namespace: &str) -> Result<(), XmlError> {
        self.declare(&prefix.into(), &namespace.into())
    }

    fn declare(&mut self, prefix: &SmolStr, namespace: &SmolStr) -> Result<(), XmlError> {
        if self.scope.lookup(prefix).as_ref() == Some(namespace) {
            return Ok(());
        }
        let Some(open) = &mut self.open else {
            return Err(XmlError::unexpected("a declaration outside a start tag"));
        };
        let (prefix, namespace) = (prefix.clone(), namespace.clone());
        self.scope.declare(prefix.clone(), namespace.clone())?;
        open.declarations.push(Declaration { prefix, namespace });
        Ok(())
    }

    /// A prefix for a namespace, declared on the open element if none is in scope.
    pub fn prefix(&mut self, namespace: &str) -> Result<SmolStr, XmlError> {
        if let Some(prefix) = self.scope.prefix_of(namespace, true) {
            return Ok(prefix);
        }
        let prefix = self.scope.fresh_prefix();
        self.declare_as(&prefix, namespace)?;
        Ok(prefix)
    }

    /// Adds an attribute to the open element.
    pub fn attribute(
        &mut self,
        namespace: &str,
        local: &str,
        value: Value,
    ) -> Result<(), XmlError> {
        let prefix =
            if namespace.is_empty() { SmolStr::default() } else { self.prefix(namespace)? };
        let Some(open) = &mut self.open else {
            return Err(XmlError::unexpected("an attribute outside a start tag"));
        };
        let name = Name { prefix, local: local.into(), namespace: namespace.into() };
        open.attributes.push(Attribute { name, value });
        Ok(())
    }

    /// Adds text; nothing is written for an empty one.
    pub fn text(&mut self, value: Value) -> Result<(), XmlError> {
        self.flush()?;
        if value.is_empty() { Ok(()) } else { self.sink.write(&Event::Text(value)) }
    }

    /// An element with nothing but text.
    pub fn element(&mut self, namespace: &str, local: &str, value: Value) -> Result<(), XmlError> {
        self.start(namespace, local)?;
        self.text(value)?;
        self.end()
    }

    /// Ends the innermost element.
    pub fn end(&mut self) -> Result<(), XmlError> {
        self.flush()?;
        if self.scope.depth() == 0 {
            return Err(XmlError::unexpected("an end without a start"));
        }
        self.scope.pop();
        self.sink.write(&Event::End)
    }

    /// Repeats an element that has a value each; in binary XML one record.
    pub fn array(
        &mut self,
        namespace: &str,
        local: &str,
        kind: ArrayKind,
        values: Vec<Value>,
    ) -> Result<(), XmlError> {
        if values.is_empty() {
            return self.flush();
        }
        self.start(namespace, local)?;
        let element = self.open.take().unwrap_or_default();
        self.scope.pop();
        self.sink.write(&Event::Array(super::Array { element, kind, values }))
    }

    /// Passes an event through. Declarations that are in scope already are left out.
    pub fn event(&mut self, event: Event) -> Result<(), XmlError> {
        match event {
            Event::Start(mut start) => {
                self.flush()?;
                self.scope.push();
                // What its prefixes mean must not change by being passed on.
                let declared = std::mem::take(&mut start.declarations);
                let attributes = start.attributes.iter().map(|attribute| &attribute.name);
                let attributes = attributes.filter(|name| !name.prefix.is_empty());
                let (own, attributes) = (meaning(&start.name), attributes.map(meaning));
                let attributes: Vec<_> = attributes.collect(); // mostly none
                self.open = Some(start);
                let mut all = declared.iter().chain([&own]).chain(&attributes);
                all.try_for_each(|one| self.declare(&one.prefix, &one.namespace))
            }
            Event::End => self.end(),
            Event::Text(value) => self.text(value),
            other => {
                self.flush()?;
                self.sink.write(&other)
            }
        }
    }

    /// What is declared here.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Whether a start tag is held back, so that declarations can still be added.
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    fn flush(&mut self) -> Result<(), XmlError> {
        match self.open.take() {
            Some(start) => self.sink.write(&Event::Start(start)),
            None => Ok(()),
        }
    }

    /// The sink, after the last element ended.
    pub fn finish(self) -> Result<S, XmlError> {
        if self.scope.depth() > 0 || self.open.is_some() {
            return Err(XmlError::unexpected("an element that does not end"));
        }
        Ok(self.sink)
    }
}

/// What the prefix of a name means.
fn meaning(name: &Name) -> Declaration {
    Declaration { prefix: name.prefix.clone(), namespace: name.namespace.clone() }
}
