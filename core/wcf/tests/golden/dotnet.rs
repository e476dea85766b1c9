//! Vectors from .NET's own writers (`dotnet31`, `dotnet31-more`).

use crate::canonical::limits;
use crate::fixtures::{folders, hex, json, text, unhex};
use crate::session::{Exchange, address_in};
use crate::{Case, canonical, contracts};
use sessionful_wcf::binary::{self, Dictionary};
use sessionful_wcf::data::{DataError, Part, Wrapper};
use sessionful_wcf::soap::SOAP12;
use sessionful_wcf::text::{Reader, Writer};
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan, Value};
use sessionful_wcf::xml::{Composer, Name, Source, copy};

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    folders("dotnet").iter().flat_map(|folder| of_folder(folder)).collect()
}

fn of_folder(folder: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut sessions = Sessions::default();
    let document = json(&format!("{folder}/vectors.json"));
    for vector in document["vectors"].as_array().expect("a list of vectors") {
        let group = text(vector, "group").to_owned();
        let name = format!("{folder}::{group}::{}", text(vector, "name"));
        let vector = vector.clone();
        match group.as_str() {
            "nbfx" => cases.push(Case::new(name, move || nbfx(&vector))),
            "nbfx-head" => cases.push(Case::new(name, move || head(&vector))),
            "dcs" => cases.push(Case::new(name, move || contract(&vector))),
            "soap-session" => {
                let (session, before) = sessions.next(&vector);
                cases.push(Case::new(name, move || message(&vector, &session, &before)));
            }
            _ => cases.push(Case::new(name, move || panic!("unknown group {group}"))),
        }
    }
    cases
}

/// Text and records say the same, in both directions, and the records are what the typed value gives.
fn nbfx(vector: &serde_json::Value) {
    infoset(vector);
    let (xml, records) = (text(vector, "xml"), text(vector, "nbfx"));
    let content = xml.strip_prefix("<e>").and_then(|xml| xml.strip_suffix("</e>"));
    let Some(value) = typed(text(vector, "name"), content.unwrap_or_default()) else { return };
    let mut composer = Composer::new(binary::Writer::new(None));
    composer.element("", "e", value.clone()).unwrap();
    assert_eq!(hex(&composer.finish().unwrap().into_bytes()), records, "{value:?} as records");
    let mut composer = Composer::new(Writer::default());
    composer.element("", "e", value.clone()).unwrap();
    assert_eq!(composer.finish().unwrap().into_text(), xml, "{value:?} as text");
}

/// The value that the generator wrote, by the kind in the vector's name and the text in it.
fn typed(name: &str, content: &str) -> Option<Value> {
    let (kind, _) = name.split_once(' ').unwrap_or((name, ""));
    let float = |text: &str| text.replace("INF", "inf").parse::<f64>().expect("a number");
    if name.contains(" array") {
        return None;
    }
    let value = match kind {
        "int64" | "int32" => Value::Int(content.parse().expect("a whole number")),
        "double" => Value::Double(float(content)),
        // .NET on x86 makes a quiet NaN with its sign bit set.
        "float" if content == "NaN" => Value::Float(f32::from_bits(0xffc0_0000)),
        "float" => Value::Float(float(content) as f32),
        "decimal" | "uint64" => Value::Decimal(Decimal::parse(content).expect("a decimal")),
        "bool" => Value::Bool(content == "true"),
        "guid" => Value::Guid(Guid::parse(content).expect("a GUID")),
        "uniqueid" => Value::unique_id(content),
        "timespan" => Value::TimeSpan(TimeSpan::parse(content).expect("a span")),
        "datetime" => Value::DateTime(DateTime::parse(content).expect("a time")),
        "string" if !content.contains('&') => Value::text(content),
        "dictionary" => Value::Shared(content.into()),
        _ => return None,
    };
    Some(match value {
        Value::Double(double) if double.is_nan() => Value::Double(f64::from_bits(0xfff8 << 48)),
        other => other,
    })
}

fn head(vector: &serde_json::Value) {
    let first = text(vector, "nbfx_first_16_bytes");
    let length: usize = text(vector, "length").parse().unwrap();
    let count: usize = text(vector, "name").split(' ').nth(2).unwrap().parse().unwrap();
    let mut composer = Composer::new(binary::Writer::new(None));
    composer.element("", "e", Value::text("x".repeat(count))).unwrap();
    let bytes = composer.finish().unwrap().into_bytes();
    assert_eq!((hex(&bytes[..16]).as_str(), bytes.len()), (first, length));
    let again = canonical::of_binary(&bytes);
    assert_eq!(again.len(), count + "<e>\ntext \"\"\nend\n".len(), "it is read whole");
}

/// Records to text and to records again, text to text: each equal to the byte.
fn infoset(vector: &serde_json::Value) {
    let (xml, records) = (text(vector, "xml"), text(vector, "nbfx"));
    let bytes = unhex(records);
    let reader = || binary::Reader::new(&bytes, None, limits()).unwrap();
    let mut written = Writer::default();
    copy(&mut reader(), &mut written).unwrap();
    let written = written.into_text();
    // A whole number is a whole number as a record, whether it was -0 or 1E+10 as a text.
    let number = |xml: &str| xml.strip_prefix("<e>")?.strip_suffix("</e>")?.parse::<f64>().ok();
    let same_number = number(xml).is_some() && number(&written) == number(xml);
    assert!(written == xml || same_number, "records to text: {written} for {xml}");
    let xml_of_records = written;
    let mut written = binary::Writer::new(None);
    copy(&mut reader(), &mut written).unwrap();
    assert_eq!(hex(&written.into_bytes()), records, "records to records");
    let mut written = Writer::default();
    copy(&mut Reader::new(xml.as_bytes(), limits()).unwrap(), &mut written).unwrap();
    assert_eq!(written.into_text(), xml, "text to text");
    let of_text = canonical::of_text(xml_of_records.as_bytes());
    assert_eq!(canonical::of_binary(&bytes), of_text, "they say the same");
    if let Some(message) = vector.get("soap_nbfse") {
        let message = unhex(message.as_str().expect("hexadecimal digits"));
        session_message(&message, &Dictionary::new(2048), &Dictionary::new(2048));
    }
}

/// A message of a session to text and to records again. Returns the dictionary afterwards.
fn session_message(message: &[u8], read: &Dictionary, write: &Dictionary) -> (String, Vec<u8>) {
    let (mut read, mut write) = (read.clone(), write.clone());
    let records = read.read_block(message).unwrap();
    let reader = || binary::Reader::new(records, Some(&read), limits()).unwrap();
    let mut written = binary::Writer::new(Some(&mut write));
    copy(&mut reader(), &mut written).unwrap();
    let bytes = written.into_bytes();
    let again = [write.block(), bytes].concat();
    assert_eq!(hex(&again), hex(message), "session to session");
    let (mut xml, mut plain) = (Writer::default(), binary::Writer::new(None));
    copy(&mut reader(), &mut xml).unwrap();
    copy(&mut reader(), &mut plain).unwrap();
    (xml.into_text(), plain.into_bytes())
}

/// A value of a data contract: read from text and from records, written as both, inside a session
/// and outside.
fn contract(vector: &serde_json::Value) {
    infoset(vector);
    let mut schema = contracts::schema(true);
    let clr = text(vector, "clr");
    let field = contracts::clr(&mut schema, text(vector, "xml"), clr)
        .unwrap_or_else(|| panic!("no type {clr}"));
    let wrapper = Wrapper::new(Name::new("http://tempuri.org/", "Op"), [Part::new("value", field)]);
    let (xml, records) = (text(vector, "xml"), unhex(text(vector, "nbfx")));
    let mut untyped = binary::Writer::new(None);
    copy(&mut Reader::new(xml.as_bytes(), limits()).unwrap(), &mut untyped).unwrap();
    let of_records = schema.read_body(&wrapper, &records);
    let of_text = schema.read_body(&wrapper, &untyped.into_bytes());
    if xml.contains(" z:Ref=") {
        assert!(matches!(of_text, Err(DataError::Reference { .. })), "{of_text:?}");
        assert!(matches!(of_records, Err(DataError::Reference { .. })), "{of_records:?}");
        return;
    }
    let values = of_text.unwrap();
    // Not a number is not equal to itself.
    assert_eq!(format!("{values:?}"), format!("{:?}", of_records.unwrap()));
    let body = schema.write_body(&wrapper, &values).unwrap();
    assert_eq!(hex(&body), hex(&records), "{values:?} as records");
    let mut written = Writer::default();
    copy(&mut binary::Reader::new(&body, None, limits()).unwrap(), &mut written).unwrap();
    let expected = if clr == "System.Double" { xml.replace(">-0<", ">0<") } else { xml.to_owned() };
    let same_number = matches!(clr, "System.Double" | "System.Single");
    let written = written.into_text();
    assert!(written == expected || same_number, "{written}");
    let mut session = Dictionary::new(2048);
    let mut composer = Composer::new(binary::Writer::new(Some(&mut session)));
    composer.start_as("s", SOAP12, "Envelope").unwrap();
    composer.start(SOAP12, "Body").unwrap();
    let mut reader = binary::Reader::new(&body, None, limits()).unwrap();
    while let Some(event) = reader.next().unwrap() {
        composer.event(event).unwrap();
    }
    composer.end().unwrap();
    composer.end().unwrap();
    let message = composer.finish().unwrap().into_bytes();
    let message = [session.block(), message].concat();
    assert_eq!(hex(&message), text(vector, "soap_nbfse"), "{values:?} in a session");
}

/// The vectors of a direction build on each other.
#[derive(Default)]
struct Sessions(std::collections::BTreeMap<String, Vec<Vec<u8>>>);

impl Sessions {
    fn next(&mut self, vector: &serde_json::Value) -> (String, Vec<Vec<u8>>) {
        let direction = text(vector, "name").split(' ').nth(1).expect("a direction").to_owned();
        let messages = self.0.entry(direction.clone()).or_default();
        let before = messages.clone();
        messages.push(unhex(text(vector, "nbfse")));
        (direction, before)
    }
}

fn message(vector: &serde_json::Value, direction: &str, before: &[Vec<u8>]) {
    let frame = unhex(text(vector, "nbfse"));
    let (xml, msbin1) = session_to_session(before, &frame);
    assert_eq!(xml, text(vector, "xml"), "session to text");
    assert_eq!(hex(&msbin1), text(vector, "msbin1"), "session to no session");
    let (mut read, mut write) = (Dictionary::new(2048), Dictionary::new(2048));
    before.iter().for_each(|message| {
        read.read_block(message).unwrap();
        write.read_block(message).unwrap();
    });
    let _ = write.block();
    let mut reader = binary::Reader::new(&msbin1, None, limits()).unwrap();
    let mut written = binary::Writer::new(Some(&mut write));
    copy(&mut reader, &mut written).unwrap();
    let records = written.into_bytes();
    // Outside a session the strings of Action and To are inline, and stay so.
    let canonical = canonical::of(binary::Reader::new(&records, Some(&write), limits()).unwrap());
    assert_eq!(canonical, canonical::of_text(xml.as_bytes()), "no session to session");
    let exchange = Exchange {
        to_server: direction == "c2s",
        before: before.to_vec(),
        message: frame,
        address: address_in(&xml),
    };
    exchange.check_text(&xml);
}

/// A message behind others of its direction, to text and to records outside a session.
pub(crate) fn session_to_session(before: &[Vec<u8>], message: &[u8]) -> (String, Vec<u8>) {
    let (mut read, mut write) = (Dictionary::new(2048), Dictionary::new(2048));
    for message in before {
        read.read_block(message).unwrap();
        write.read_block(message).unwrap();
    }
    let _ = write.block();
    session_message(message, &read, &write)
}
