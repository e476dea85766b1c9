//! A document as a tree, for what is not a message: WSDL and schemas.

use super::{Cursor, Event, Name, Source, Start};
use crate::error::XmlError;
use smol_str::SmolStr;

/// An element with everything in it. Qualified names in attributes are resolved.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes.
    pub attributes: Vec<(Name, SmolStr)>,
    /// The attributes that are qualified names, by local name; an attribute without a prefix is in the
    /// default namespace.
    names: Vec<(SmolStr, Name)>,
    /// Its elements, in order.
    pub children: Vec<Element>,
    /// Its own text.
    pub text: String,
}

impl Element {
    /// Reads the one element of a document.
    pub fn read(source: impl Source) -> Result<Element, XmlError> {
        let mut cursor = Cursor::new(source);
        let Some(start) = cursor.start()? else {
            return Err(XmlError::unexpected("a document without an element"));
        };
        let mut open = vec![Element::begin(&start, &cursor)];
        loop {
            match cursor.event()? {
                Some(Event::Start(start)) => open.push(Element::begin(&start, &cursor)),
                Some(Event::Text(value)) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&value.to_text());
                    }
                }
                Some(Event::End) => {
                    let Some(element) = open.pop() else { break };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(element),
                        None => {
                            cursor.finish()?;
                            return Ok(element);
                        }
                    }
                }
                Some(_) => {}
                None => break,
            }
        }
        Err(XmlError::unexpected("the document ends inside an element"))
    }

    fn begin<S: Source>(start: &Start, cursor: &Cursor<S>) -> Element {
        let mut element = Element { name: start.name.clone(), ..Element::default() };
        for attribute in &start.attributes {
            if let Ok(name) = cursor.resolve(&attribute.value) {
                element.names.push((attribute.name.local.clone(), name));
            }
            element.attributes.push((attribute.name.clone(), attribute.value.to_text()));
        }
        element
    }

    /// Whether this is that element.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.name.is(namespace, local)
    }

    /// The value of an attribute without a namespace.
    pub fn get(&self, local: &str) -> Option<&str> {
        self.get_in("", local)
    }

    /// The value of an attribute.
    pub fn get_in(&self, namespace: &str, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name.is(namespace, local));
        found.map(|(_, value)| value.as_str())
    }

    /// What a qualified name in an attribute means; `None` if its prefix is not declared.
    pub fn qualified(&self, local: &str) -> Option<&Name> {
        self.names.iter().find(|(name, _)| name == local).map(|(_, name)| name)
    }

    /// The elements of a name.
    pub fn all<'a>(
        &'a self,
        namespace: &'a str,
        local: &'a str,
    ) -> impl Iterator<Item = &'a Element> + 'a {
        self.children.iter().filter(move |child| child.is(namespace, local))
    }

    /// The first element of a name.
    pub fn first(&self, namespace: &str, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.is(namespace, local))
    }

    /// Whether an element of that name is anywhere inside.
    pub fn contains(&self, namespace: &str, local: &str) -> bool {
        self.children
            .iter()
            .any(|child| child.is(namespace, local) || child.contains(namespace, local))
    }
}
