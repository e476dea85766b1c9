//! Reading a structure that is known: element by element, with comments and indentation skipped.

use super::{Array, Event, Name, Scope, Source, Start, XSI};
use crate::error::XmlError;
use crate::value::Value;
use smol_str::SmolStr;
use std::collections::VecDeque;

/// Reads elements from a source. Arrays come as the elements that they stand for.
pub struct Cursor<S> {
    source: S,
    scope: Scope,
    peeked: VecDeque<Event>,
    array: Option<(Array, usize)>,
}

impl<S: Source> Cursor<S> {
    /// A cursor before the first event.
    pub fn new(source: S) -> Cursor<S> {
        Cursor { source, scope: Scope::default(), peeked: VecDeque::new(), array: None }
    }

    /// The declarations in scope at the last event.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The next event, whatever it is; `None` at the end of the document.
    pub fn event(&mut self) -> Result<Option<Event>, XmlError> {
        let event = match self.peeked.pop_front() {
            Some(event) => Some(event),
            None => self.pull()?,
        };
        self.entered(event)
    }

    /// Like [`event`](Cursor::event), but an array that has not been looked at comes whole.
    pub fn whole_event(&mut self) -> Result<Option<Event>, XmlError> {
        let looked = !self.peeked.is_empty() || self.array.is_some();
        if looked { self.event() } else { self.source.next().and_then(|event| self.entered(event)) }
    }

    fn entered(&mut self, event: Option<Event>) -> Result<Option<Event>, XmlError> {
        match &event {
            Some(Event::Start(start)) => {
                self.scope.push();
                for declaration in &start.declarations {
                    let (prefix, namespace) = (&declaration.prefix, &declaration.namespace);
                    self.scope.declare(prefix.clone(), namespace.clone())?;
                }
            }
            Some(Event::End) => self.scope.pop(),
            _ => {}
        }
        Ok(event)
    }

    fn pull(&mut self) -> Result<Option<Event>, XmlError> {
        loop {
            if let Some((array, at)) = &mut self.array {
                if let Some(value) = array.values.get(*at) {
                    *at += 1;
                    self.peeked.push_back(Event::Text(value.clone()));
                    self.peeked.push_back(Event::End);
                    return Ok(Some(Event::Start(array.element.clone())));
                }
                self.array = None;
            }
            match self.source.next()? {
                Some(Event::Array(array)) => self.array = Some((array, 0)),
                other => return Ok(other),
            }
        }
    }

    /// Looks at what comes next.
    fn peek(&mut self) -> Result<Option<&Event>, XmlError> {
        if self.peeked.is_empty() {
            let Some(event) = self.pull()? else { return Ok(None) };
            self.peeked.push_front(event);
        }
        Ok(self.peeked.front())
    }

    fn skip_blank(&mut self) -> Result<(), XmlError> {
        loop {
            match self.peek()? {
                Some(Event::Comment(_)) => {}
                Some(Event::Text(value)) if is_blank(value) => {}
                _ => return Ok(()),
            }
            self.event()?;
        }
    }

    /// The element that comes next, without taking it; `None` before an end. Text is an error.
    pub fn peek_start(&mut self) -> Result<Option<&Start>, XmlError> {
        self.skip_blank()?;
        match self.peek()? {
            Some(Event::Start(start)) => Ok(Some(start)),
            Some(Event::End) | None => Ok(None),
            _ => Err(XmlError::unexpected("text where an element or an end belongs")),
        }
    }

    /// Takes the element that comes next; `None`, taking nothing, before an end.
    pub fn start(&mut self) -> Result<Option<Start>, XmlError> {
        if self.peek_start()?.is_none() {
            return Ok(None);
        }
        match self.event()? {
            Some(Event::Start(start)) => Ok(Some(start)),
            _ => Ok(None),
        }
    }

    /// Takes the element of that name if it comes next.
    pub fn optional(&mut self, namespace: &str, local: &str) -> Result<Option<Start>, XmlError> {
        match self.peek_start()? {
            Some(start) if start.name.is(namespace, local) => self.start(),
            _ => Ok(None),
        }
    }

    /// Takes the element of that name; an error if something else comes.
    pub fn expect(&mut self, namespace: &str, local: &str) -> Result<Start, XmlError> {
        if let Some(start) = self.optional(namespace, local)? {
            return Ok(start);
        }
        let found = match self.peek_start()? {
            Some(start) => format!("element {}", start.name),
            None => "an end".to_owned(),
        };
        Err(XmlError::unexpected(format!("{found} where {} belongs", Name::new(namespace, local))))
    }

    /// Takes the end of the current element; an error if it has more content.
    pub fn end(&mut self) -> Result<(), XmlError> {
        if let Some(start) = self.peek_start()? {
            return Err(XmlError::unexpected(format!("element {} before the end", start.name)));
        }
        match self.event()? {
            Some(Event::End) => Ok(()),
            _ => Err(XmlError::unexpected("the document ends inside an element")),
        }
    }

    /// Everything up to the end of the current element as one text. Elements are an error.
    pub fn text(&mut self) -> Result<Value, XmlError> {
        let mut whole: Option<Value> = None;
        loop {
            match self.event()? {
                Some(Event::Text(value)) => {
                    whole = Some(match whole {
                        None => value,
                        Some(before) => join(&before, &value),
                    });
                }
                Some(Event::Comment(_)) => {}
                Some(Event::End) => return Ok(whole.unwrap_or(Value::Text(SmolStr::default()))),
                Some(Event::Start(start)) => {
                    return Err(XmlError::unexpected(format!(
                        "element {} inside text",
                        start.name
                    )));
                }
                Some(Event::Array(_)) | None => {
                    return Err(XmlError::unexpected("the document ends inside an element"));
                }
            }
        }
    }

    /// Passes over everything up to the end of the current element, that included.
    pub fn skip(&mut self) -> Result<(), XmlError> {
        let mut depth = 1usize;
        while depth > 0 {
            match self.event()? {
                Some(Event::Start(_)) => depth += 1,
                Some(Event::End) => depth -= 1,
                Some(_) => {}
                None => return Err(XmlError::unexpected("the document ends inside an element")),
            }
        }
        Ok(())
    }

    /// Nothing but comments may follow the document.
    pub fn finish(&mut self) -> Result<(), XmlError> {
        self.skip_blank()?;
        match self.event()? {
            None => Ok(()),
            Some(_) => Err(XmlError::unexpected("something after the document")),
        }
    }

    /// What a qualified name in text means here; an empty prefix is the default namespace.
    pub fn resolve(&self, value: &Value) -> Result<Name, XmlError> {
        let text = value.to_text();
        let text = text.trim();
        let (prefix, local) = text.split_once(':').unwrap_or(("", text));
        let Some(namespace) = self.scope.lookup(prefix) else {
            return Err(XmlError::unexpected(format!("prefix `{prefix}`, which is not declared")));
        };
        Ok(Name { prefix: prefix.into(), local: local.into(), namespace })
    }

    /// Whether an element says that it stands for nothing.
    pub fn is_nil(start: &Start) -> bool {
        match start.attribute(XSI, "nil") {
            Some(Value::Bool(nil)) => *nil,
            Some(value) => matches!(value.to_text().trim(), "true" | "1"),
            None => false,
        }
    }
}

/// Two neighbouring texts. Bytes stay bytes: a writer may cut base64 between groups of three.
fn join(before: &Value, after: &Value) -> Value {
    match (before, after) {
        (Value::Bytes(before), Value::Bytes(after)) if before.len().is_multiple_of(3) => {
            Value::Bytes([&before[..], after].concat().into())
        }
        _ => Value::text(format!("{before}{after}")),
    }
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Text(text) | Value::Shared(text) => {
            text.bytes().all(|byte| b" \t\r\n".contains(&byte))
        }
        _ => false,
    }
}
