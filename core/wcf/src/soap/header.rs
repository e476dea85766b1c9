//! Headers that are nobody's but the users': name and value, or a whole element.

use super::envelope::{ADDRESSING, HEADERS, SOAP11, SOAP12, Version};
use crate::error::XmlError;
use crate::text;
use crate::value::Value;
use crate::xml::{
    AnySink, Attribute, Composer, Cursor, Event, Limits, Name, Sink, Source, Start, check,
    element_of, is_ncname,
};
use sessionful::{Header, NOT_UNDERSTOOD};
use smol_str::SmolStr;

pub(super) fn write<S: Sink>(
    header: &Header,
    version: Version,
    limits: Limits,
    composer: &mut Composer<S>,
) -> Result<(), XmlError> {
    if header.name == NOT_UNDERSTOOD {
        return not_understood(header, version, composer);
    }
    let must = header.must_understand;
    let name = header.name.strip_prefix('{').and_then(|name| name.rsplit_once('}'));
    match name {
        Some((ADDRESSING | SOAP11 | SOAP12, _)) => {
            // The codec writes these; a user's would be taken for its own.
            return Err(XmlError::Unwritable(format!("a header {}", header.name)));
        }
        Some((namespace, local)) if header.value.starts_with('<') => {
            return element(header, Name::new(namespace, local), version, limits, composer);
        }
        Some((namespace, local)) if is_ncname(local) => composer.start_as("h", namespace, local)?,
        _ => {
            composer.start_as("h", HEADERS, "Property")?;
            composer.attribute("", "name", Value::Text(header.name.clone()))?;
        }
    }
    if must {
        composer.attribute(version.namespace(), "mustUnderstand", Value::text("1"))?;
    }
    composer.text(Value::Text(header.value.clone()))?;
    composer.end()
}

/// Which header was not understood (SOAP 1.2 part 1 section 5.4.8). SOAP 1.1 has no place for it.
fn not_understood<S: Sink>(
    header: &Header,
    version: Version,
    composer: &mut Composer<S>,
) -> Result<(), XmlError> {
    if !version.soap12 {
        return Ok(());
    }
    let name = match header.value.strip_prefix('{').and_then(|name| name.rsplit_once('}')) {
        Some((namespace, local)) if !namespace.is_empty() && is_ncname(local) => {
            Name::new(namespace, local)
        }
        // Of addressing, told under a name that is not its own.
        _ => match header.value.strip_prefix("a:").filter(|local| is_ncname(local)) {
            Some(local) => Name::new(ADDRESSING, local),
            None => Name::new(HEADERS, "Property"),
        },
    };
    composer.start(SOAP12, "NotUnderstood")?;
    let prefix = composer.prefix(&name.namespace)?;
    composer.attribute("", "qname", Value::text(format!("{prefix}:{}", name.local)))?;
    composer.end()
}

/// A value that is an element must be the element that the name says.
fn element<S: Sink>(
    header: &Header,
    name: Name,
    version: Version,
    limits: Limits,
    composer: &mut Composer<S>,
) -> Result<(), XmlError> {
    let mut reader = text::Reader::new(header.value.as_bytes(), limits)?;
    let mut root = true;
    while let Some(event) = reader.next()? {
        let event = match event {
            Event::Start(mut start) if std::mem::take(&mut root) => {
                if start.name != name {
                    let reason = format!("a header {} under the name {name}", start.name);
                    return Err(XmlError::unexpected(reason));
                }
                if header.must_understand {
                    let name = Name {
                        prefix: "s".into(),
                        ..Name::new(version.namespace(), "mustUnderstand")
                    };
                    start.attributes.push(Attribute { name, value: Value::text("1") });
                }
                Event::Start(start)
            }
            Event::Comment(_) => continue,
            other => other,
        };
        composer.event(event)?;
    }
    Ok(())
}

/// Reads a header whose start has been taken. `None` if it is for somebody else on the way.
pub(super) fn read<S: Source>(
    mut start: Start,
    version: Version,
    cursor: &mut Cursor<S>,
) -> Result<Option<Header>, XmlError> {
    let envelope = version.namespace();
    if start.name.is(SOAP12, "NotUnderstood") {
        let name = start.attribute("", "qname").and_then(|name| cursor.resolve(name).ok());
        cursor.skip()?;
        let told = |name: Name| Header {
            name: SmolStr::new_static(NOT_UNDERSTOOD),
            value: name_of(&name),
            must_understand: false,
        };
        return Ok(name.map(told));
    }
    let for_us = is_for_us(&start, version);
    let must_understand = must_understand(&start, version);
    start.attributes.retain(|attribute| attribute.name.namespace != envelope);
    let name = start.name.clone();
    let mut bounded = Bounded(Vec::new());
    let mut composer = Composer::new(&mut bounded as AnySink<'_>);
    element_of(cursor, start, version.declared(), &mut composer)?;
    composer.finish()?;
    let Bounded(events) = bounded;
    if !for_us {
        return Ok(None);
    }
    let (name, value) = match simple(&events) {
        Some((attributes, text)) if name.is(HEADERS, "Property") => match attributes {
            [own] if own.name.is("", "name") => (own.value.to_text(), text),
            _ => (name_of(&name), element_text(&events)?),
        },
        Some(([], text)) if !text.starts_with('<') && !name.namespace.is_empty() => {
            (name_of(&name), text)
        }
        _ => (name_of(&name), element_text(&events)?),
    };
    Ok(Some(Header { name, value, must_understand }))
}

/// The events of a header. An event is much larger than the few bytes it may come from.
struct Bounded(Vec<Event>);

impl Sink for Bounded {
    fn write(&mut self, event: &Event) -> Result<(), XmlError> {
        check("the number of parts of a header", self.0.len() + 1, 1024)?;
        self.0.write(event)
    }
}

fn name_of(name: &Name) -> SmolStr {
    smol_str::format_smolstr!("{{{}}}{}", name.namespace, name.local)
}

/// The attributes and the text of an element without elements.
fn simple(events: &[Event]) -> Option<(&[Attribute], SmolStr)> {
    let [Event::Start(start), content @ .., Event::End] = events else { return None };
    let mut text = String::new();
    for event in content {
        match event {
            Event::Text(value) => text.push_str(&value.to_text()),
            Event::Comment(_) => {}
            _ => return None,
        }
    }
    Some((&start.attributes, text.into()))
}

/// Declarations are put in order: those of an envelope's own namespaces come and go as a header travels, and
/// what is written and read again must be the same.
fn element_text(events: &[Event]) -> Result<SmolStr, XmlError> {
    let mut writer = text::Writer::default();
    for event in events {
        match event {
            Event::Start(start) if start.declarations.len() > 1 => {
                let mut start = start.clone();
                start.declarations.sort_by(|one, other| one.prefix.cmp(&other.prefix));
                writer.write(&Event::Start(start))?;
            }
            other => writer.write(other)?,
        }
    }
    Ok(writer.into_text().into())
}

pub(super) fn must_understand(start: &Start, version: Version) -> bool {
    let value = start.attribute(version.namespace(), "mustUnderstand").map(Value::to_text);
    value.is_some_and(|value| matches!(value.trim(), "1" | "true"))
}

/// Headers may be meant for somebody on the way (SOAP 1.1 section 4.2.2, SOAP 1.2 part 1 section 2.2).
fn is_for_us(start: &Start, version: Version) -> bool {
    let role = if version.soap12 { "role" } else { "actor" };
    let Some(role) = start.attribute(version.namespace(), role).map(Value::to_text) else {
        return true;
    };
    let role = role.trim();
    role.is_empty()
        || role.ends_with("/role/next")
        || role.ends_with("/role/ultimateReceiver")
        || role.ends_with("/actor/next")
}
