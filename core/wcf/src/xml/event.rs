//! One event of a document, and who yields and takes them.

use super::Name;
use crate::error::XmlError;
use crate::value::Value;
use smol_str::SmolStr;

/// What comes next in a document. Every namespace is resolved; prefixes and declarations are told,
/// because qualified names may hide in text.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// An element begins.
    Start(Start),
    /// The innermost element ends.
    End,
    /// Text; neighbouring texts are one text to a reader.
    Text(Value),
    /// A comment.
    Comment(String),
    /// Elements of one name, each with one value.
    Array(Array),
}

/// The beginning of an element.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Start {
    /// Its name.
    pub name: Name,
    /// Its attributes, in order, without declarations.
    pub attributes: Vec<Attribute>,
    /// The declarations of namespaces on it, in order.
    pub declarations: Vec<Declaration>,
}

impl Start {
    /// The value of an attribute.
    pub fn attribute(&self, namespace: &str, local: &str) -> Option<&Value> {
        let found = self.attributes.iter().find(|attribute| attribute.name.is(namespace, local));
        found.map(|attribute| &attribute.value)
    }
}

/// An attribute.
#[derive(Clone, PartialEq, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Value,
}

/// What a prefix means from this element on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declaration {
    /// The prefix; empty for the default namespace.
    pub prefix: SmolStr,
    /// The namespace.
    pub namespace: SmolStr,
}

/// What binary XML says in one record: the same element again and again ([MC-NBFX] 2.2.3.37).
#[derive(Clone, PartialEq, Debug)]
pub struct Array {
    /// The element that repeats.
    pub element: Start,
    /// How each value is stored.
    pub kind: ArrayKind,
    /// The value of each.
    pub values: Vec<Value>,
}

/// How binary XML stores each value of an array ([MC-NBFX] 2.2.3.37 lists these and no others).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArrayKind {
    /// A byte, 0 or 1.
    Bool,
    /// 16 bits.
    Int16,
    /// 32 bits.
    Int32,
    /// 64 bits.
    Int64,
    /// A single.
    Float,
    /// A double.
    Double,
    /// 16 bytes.
    Decimal,
    /// 64 bits.
    DateTime,
    /// 64 bits.
    TimeSpan,
    /// 16 bytes.
    Guid,
}

/// Yields the events of one document.
pub trait Source {
    /// The next event; `None` after the last.
    fn next(&mut self) -> Result<Option<Event>, XmlError>;
}

/// Takes events and writes them. It does not check that elements end in order: [`Composer`] does.
///
/// [`Composer`]: super::Composer
pub trait Sink {
    /// Writes one event.
    fn write(&mut self, event: &Event) -> Result<(), XmlError>;
}

impl Sink for Vec<Event> {
    fn write(&mut self, event: &Event) -> Result<(), XmlError> {
        self.push(event.clone());
        Ok(())
    }
}

impl<S: Sink + ?Sized> Sink for &mut S {
    fn write(&mut self, event: &Event) -> Result<(), XmlError> {
        (**self).write(event)
    }
}

impl<S: Source + ?Sized> Source for &mut S {
    fn next(&mut self) -> Result<Option<Event>, XmlError> {
        (**self).next()
    }
}

/// Any source: what is compiled for it once is not compiled again for each.
pub type AnySource<'a> = &'a mut dyn Source;
/// Any sink.
pub type AnySink<'a> = &'a mut dyn Sink;
