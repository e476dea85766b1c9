//! What must hold for any input, as functions that panic: the fuzz targets and the replay of their seeds
//! share them.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each user needs some of them, and these are tests"
)]

use bytes::Bytes;
use sessionful::{Frame, Limits as Seam};
use sessionful_tests::codec_laws::reads_or_refuses;
use sessionful_wcf::XmlError;
use sessionful_wcf::binary::{self, Dictionary};
use sessionful_wcf::data::{
    Class, Definition, Enumeration, Field, List, Part, Primitive, Schema, Type, Wrapper,
};
use sessionful_wcf::soap::{Soap, Wire};
use sessionful_wcf::text;
use sessionful_wcf::wsdl::{Description, export, import, typescript};
use sessionful_wcf::xml::{Event, Limits, Name, Sink, Source};

fn all(mut source: impl Source) -> Result<Vec<Event>, XmlError> {
    let mut events = Vec::new();
    while let Some(event) = source.next()? {
        events.push(event);
    }
    Ok(events)
}

fn limits() -> Limits {
    Limits { document: 1 << 20, ..Limits::default() }
}

/// Text is refused, or comes back as the same from our own writer; and a reference reader sees the same
/// in it.
pub(crate) fn text(bytes: &[u8]) {
    let ours = text::Reader::new(bytes, limits()).and_then(all);
    if let Ok(events) = &ours {
        let mut writer = text::Writer::default();
        events.iter().for_each(|event| writer.write(event).unwrap());
        let written = writer.into_text();
        let again = text::Reader::new(written.as_bytes(), limits()).and_then(all);
        assert_eq!(again.as_ref(), Ok(events), "{written:?}");
    }
    let Ok(document) = std::str::from_utf8(bytes) else { return };
    match (ours, roxmltree::Document::parse(document)) {
        // It forgets to normalize a return before a reference or a section (roxmltree 0.21).
        _ if document.contains("\r&") || document.contains("\r<![CDATA[") => {}
        (Ok(events), Ok(theirs)) => {
            assert_eq!(of_events(&events), of_tree(&theirs), "{document:?}");
        }
        (Ok(_), Err(error)) => panic!("the reference refuses {document:?}: {error}"),
        (Err(XmlError::Malformed { reason, .. }), Ok(_)) => {
            // It is the more lenient one, in ways that are known.
            assert!(lenient(&reason, document), "the reference reads {document:?}: {reason}");
        }
        _ => {}
    }
}

/// The reference passes over declarations of other encodings and versions, over what is before a
/// declaration, over empty prefixes (`:a`), over reserved ones
/// that are declared, and over any prefix before `xmlns`.
fn lenient(reason: &str, document: &str) -> bool {
    let known = ["not supported", "a prefix that is no name", "the declaration of prefix"];
    known.iter().any(|known| reason.contains(known))
        || document.contains("<?xml")
        || ["</:", ":xmlns"].iter().any(|odd| document.contains(odd))
}

fn of_events(events: &[Event]) -> String {
    let mut out = String::new();
    for event in events {
        match event {
            Event::Start(start) => {
                out.push_str(&format!("<{}", start.name));
                for attribute in &start.attributes {
                    out.push_str(&format!(" {}={:?}", attribute.name, attribute.value.to_text()));
                }
                out.push('>');
            }
            Event::End => out.push_str("end"),
            Event::Text(value) => out.push_str(&format!("text {:?}", value.to_text())),
            Event::Comment(comment) => out.push_str(&format!("comment {comment:?}")),
            Event::Array(_) => unreachable!("text has no arrays"),
        }
        out.push('\n');
    }
    out
}

fn of_tree(document: &roxmltree::Document<'_>) -> String {
    fn name(namespace: Option<&str>, local: &str) -> String {
        Name::new(namespace.unwrap_or_default(), local).to_string()
    }
    fn walk(node: roxmltree::Node<'_, '_>, out: &mut String) {
        let tag = node.tag_name();
        match node.node_type() {
            roxmltree::NodeType::Element => {
                out.push_str(&format!("<{}", name(tag.namespace(), tag.name())));
                for attribute in node.attributes() {
                    let key = name(attribute.namespace(), attribute.name());
                    out.push_str(&format!(" {key}={:?}", attribute.value()));
                }
                out.push_str(">\n");
            }
            roxmltree::NodeType::Text if node.text() != Some("") => {
                out.push_str(&format!("text {:?}\n", node.text().unwrap_or_default()));
            }
            roxmltree::NodeType::Comment => {
                // It leaves line ends as they are here (XML 1.0 section 2.11 does not).
                let text = node.text().unwrap_or_default();
                let text = text.replace("\r\n", "\n").replace('\r', "\n");
                out.push_str(&format!("comment {text:?}\n"));
            }
            _ => {}
        }
        node.children().for_each(|child| walk(child, out));
        if node.is_element() {
            out.push_str("end\n");
        }
    }
    let mut out = String::new();
    document.root().children().for_each(|child| walk(child, &mut out));
    out
}

/// Records are refused, or come back from our own writer as what says the same. The first byte tells
/// whether there is a session.
pub(crate) fn records(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let mut session = Dictionary::new(2048);
    let bytes = if first & 1 == 0 {
        bytes
    } else {
        let Ok(bytes) = session.read_block(bytes) else { return };
        bytes
    };
    let Ok(events) = binary::Reader::new(bytes, Some(&session), limits()).and_then(all) else {
        return;
    };
    let mut own = Dictionary::new(2048);
    let mut writer = binary::Writer::new(Some(&mut own));
    events.iter().for_each(|event| writer.write(event).unwrap());
    let written = writer.into_bytes();
    let mut told = Dictionary::new(2048);
    assert_eq!(told.read_block(&own.block()), Ok(&[][..]));
    let large = Limits { document: usize::MAX, names: usize::MAX, ..limits() };
    let again = binary::Reader::new(&written, Some(&told), large).and_then(all).unwrap();
    assert_eq!(plain(&again), plain(&events));
}

/// Events with their values as text, neighbouring texts joined, arrays element by element: writers choose
/// other records for the same.
fn plain(events: &[Event]) -> String {
    let (mut out, mut text) = (String::new(), String::new());
    // A number is written as the shortest record that has it, in a list too; a single that is whole has
    // more digits as a whole number.
    let number = |value: &sessionful_wcf::value::Value| {
        let text = value.to_text();
        let one = |word: &str| match word.parse::<f64>() {
            Ok(number) => format!("{:?}", number as f32).replace("-0.0", "0.0"),
            Err(_) => word.to_owned(),
        };
        text.split(' ').map(one).collect::<Vec<_>>().join(" ")
    };
    let flush = |text: &mut String, out: &mut String| {
        if !text.is_empty() {
            out.push_str(&format!("text {text:?}\n"));
            text.clear();
        }
    };
    for event in events {
        match event {
            Event::Text(value) => text.push_str(&number(value)),
            Event::Start(start) => {
                flush(&mut text, &mut out);
                out.push_str(&format!("<{}", start.name));
                for attribute in &start.attributes {
                    out.push_str(&format!(" {}={:?}", attribute.name, number(&attribute.value)));
                }
                out.push_str(">\n");
            }
            Event::End => {
                flush(&mut text, &mut out);
                out.push_str("end\n");
            }
            Event::Comment(comment) => {
                flush(&mut text, &mut out);
                out.push_str(&format!("comment {comment:?}\n"));
            }
            Event::Array(array) => {
                flush(&mut text, &mut out);
                for value in &array.values {
                    out.push_str(&format!(
                        "<{}>\ntext {:?}\nend\n",
                        array.element.name,
                        number(value)
                    ));
                }
            }
        }
    }
    out
}

/// A frame of any form is refused, or is a message that can be passed on. The first byte is the form.
pub(crate) fn envelope(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let wires = [
        Wire::BasicHttp,
        Wire::Soap12Http,
        Wire::WsHttp,
        Wire::BinaryHttp,
        Wire::SocketText,
        Wire::SocketBinary,
    ];
    let wire = wires[usize::from(*first) % wires.len()];
    let codec = Soap::host(wire, Seam::default());
    let frame = Frame::Bytes(Bytes::copy_from_slice(bytes));
    if let Ok(message) = sessionful::Codec::decode(&mut codec.clone(), frame.clone()) {
        // A body that binary may carry and text may not cannot be passed on as text.
        let mut relay = codec.clone();
        if let Err(error) = sessionful::Codec::encode(&mut relay, &message) {
            let known = matches!(error, sessionful::CodecError::TooLarge { .. })
                || error.to_string().contains("XML cannot carry");
            assert!(known, "{error}");
            return;
        }
        let _ = reads_or_refuses(&codec, frame);
    }
}

/// A body is refused, or is a value that can be written and read again. The first byte is the type.
pub(crate) fn contract(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let (schema, fields) = types();
    let field = fields[usize::from(*first) % fields.len()].clone();
    let wrapper = Wrapper::new(Name::new("", "o"), [Part::new("v", field)]);
    // Text is what a fuzzer finds its way in; records are tried as they are.
    let body = match text::Reader::new(bytes, limits()).and_then(all) {
        Ok(events) => {
            let mut writer = binary::Writer::new(None);
            events.iter().for_each(|event| writer.write(event).unwrap());
            writer.into_bytes()
        }
        Err(_) => bytes.to_vec(),
    };
    let Ok(values) = schema.read_body(&wrapper, &body) else { return };
    match schema.write_body(&wrapper, &values) {
        Ok(written) => {
            let again = schema.read_body(&wrapper, &written).unwrap();
            assert_eq!(schema.write_body(&wrapper, &again), Ok(written), "{values:?}");
        }
        Err(sessionful_wcf::data::DataError::TooDeep { .. }) => {}
        Err(error) => panic!("{values:?} was read and cannot be written: {error}"),
    }
}

/// A schema with a type of each kind.
fn types() -> (Schema, Vec<Field>) {
    let mut schema = Schema::default();
    let point = Class::contract().member("X", Primitive::Int).member("Any", Type::Any);
    let point = schema.class(Name::new("p", "P"), point.build());
    let circle = Class::contract().extends(Name::new("p", "P")).member("R", Primitive::Double);
    schema.class(Name::new("p", "C"), circle.build());
    let flags = Enumeration { values: vec![("A".into(), 1), ("B".into(), 2)], flags: true };
    let flags = schema.define(Name::new("p", "F"), Definition::Enumeration(flags));
    let node = List { item: "n".into(), field: Type::named("p", "N").into(), packed: false };
    let node = schema.define(Name::new("p", "N"), Definition::List(node));
    let mut fields: Vec<Field> =
        vec![point.clone().into(), flags.into(), node.into(), Type::Any.into()];
    fields.push(schema.dictionary_of(Primitive::String, Primitive::Int).into());
    fields.push(schema.array_of(point).into());
    fields.push(schema.date_time_offset().into());
    for primitive in Primitive::ALL {
        fields.push((*primitive).into());
        fields.push(schema.array_of(*primitive).into());
    }
    (schema, fields)
}

/// A description is refused, or can be exported and imported again, and made into source code.
pub(crate) fn description(bytes: &[u8]) {
    let Ok(document) = std::str::from_utf8(bytes) else { return };
    let Ok(description) = import(document, &mut |_| Err("nothing is fetched".to_owned())) else {
        return;
    };
    assert!(!typescript(&description).is_empty());
    let Ok(text) = export(&description) else { return };
    if let Ok(again) = import(&text, &mut |_| Err("nothing is fetched".to_owned())) {
        let kept = Description { unsupported: vec![], ..again };
        assert_eq!(kept.contracts.len(), description.contracts.len(), "{text}");
    }
}
