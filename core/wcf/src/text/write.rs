//! The writer of text: what .NET's `XmlDictionaryWriter.CreateTextWriter` writes, byte for byte.

use super::characters;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{Array, Declaration, Event, Name, Sink, Start, are_chars, is_ncname};
use std::fmt::Write;

/// Writes a document as text, without a declaration and without white space of its own.
///
/// ```
/// use sessionful_wcf::text::Writer;
/// use sessionful_wcf::value::Value;
/// use sessionful_wcf::xml::Composer;
///
/// let mut xml = Composer::new(Writer::default());
/// xml.start("urn:a", "a")?;
/// xml.element("urn:a", "b", Value::Double(0.5))?;
/// xml.end()?;
/// assert_eq!(xml.finish()?.into_text(), r#"<a xmlns="urn:a"><b>0.5</b></a>"#);
/// # Ok::<(), sessionful_wcf::XmlError>(())
/// ```
#[derive(Default)]
pub struct Writer {
    text: String,
    /// The names of the open elements, which the end tags repeat.
    open: Vec<Name>,
    /// Whether the last start tag still lacks its `>`.
    tag: bool,
}

impl Writer {
    /// What was written.
    pub fn into_text(self) -> String {
        self.text
    }

    fn close_tag(&mut self) {
        if std::mem::take(&mut self.tag) {
            self.text.push('>');
        }
    }

    fn start(&mut self, start: &Start) -> Result<(), XmlError> {
        self.close_tag();
        self.text.push('<');
        self.name(&start.name)?;
        for attribute in &start.attributes {
            self.text.push(' ');
            self.name(&attribute.name)?;
            self.quoted(&attribute.value.to_text())?;
        }
        for Declaration { prefix, namespace } in &start.declarations {
            if !prefix.is_empty() && !is_ncname(prefix) {
                return Err(XmlError::Unwritable(format!("the prefix `{prefix}`")));
            }
            self.text.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.text.push_str(prefix);
            self.quoted(namespace)?;
        }
        self.open.push(start.name.clone());
        self.tag = true;
        Ok(())
    }

    fn name(&mut self, name: &Name) -> Result<(), XmlError> {
        let Name { prefix, local, .. } = name;
        if !is_ncname(local) || !(prefix.is_empty() || is_ncname(prefix)) {
            return Err(XmlError::Unwritable(format!("the name `{prefix}:{local}`")));
        }
        self.qualified(prefix, local);
        Ok(())
    }

    fn qualified(&mut self, prefix: &str, local: &str) {
        self.text.push_str(prefix);
        self.text.push_str(if prefix.is_empty() { "" } else { ":" });
        self.text.push_str(local);
    }

    fn quoted(&mut self, value: &str) -> Result<(), XmlError> {
        self.text.push_str("=\"");
        characters::write(value, true, &mut self.text)?;
        self.text.push('"');
        Ok(())
    }

    fn end(&mut self) -> Result<(), XmlError> {
        let Some(Name { prefix, local, .. }) = self.open.pop() else {
            return Err(XmlError::unexpected("an end without a start"));
        };
        if std::mem::take(&mut self.tag) {
            self.text.push_str("/>");
        } else {
            self.text.push_str("</");
            self.qualified(&prefix, &local);
            self.text.push('>');
        }
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), XmlError> {
        if value.is_empty() {
            return Ok(());
        }
        self.close_tag();
        characters::write(&value.to_text(), false, &mut self.text)
    }
}

impl Sink for Writer {
    fn write(&mut self, event: &Event) -> Result<(), XmlError> {
        match event {
            Event::Start(start) => self.start(start),
            Event::End => self.end(),
            Event::Text(value) => self.value(value),
            Event::Comment(comment) => {
                self.close_tag();
                if !are_chars(comment) || comment.contains("--") || comment.ends_with('-') {
                    return Err(XmlError::Unwritable("the comment".to_owned()));
                }
                let _ = write!(self.text, "<!--{comment}-->");
                Ok(())
            }
            Event::Array(Array { element, values, .. }) => values.iter().try_for_each(|value| {
                self.start(element)?;
                self.value(value)?;
                self.end()
            }),
        }
    }
}
