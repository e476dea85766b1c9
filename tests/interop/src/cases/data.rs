//! Values of data contracts: .NET's serializer makes objects of what we write, and writes them again.

use crate::canonical::{of_binary, of_text};
use crate::contracts;
use crate::fixtures::{json, text};
use crate::peer::Peer;
use crate::report::Report;
use crate::samples::TEMPURI;
use crate::tools::{Tools, start};
use sessionful_wcf::binary;
use sessionful_wcf::data::{DATA, Datum, Definition, Enumeration, Field, Part, Schema, Wrapper};
use sessionful_wcf::text::{Reader, Writer};
use sessionful_wcf::xml::{Limits, Name, copy};

/// As text and as binary XML. A member that .NET did not understand would be missing from its object.
pub(crate) fn dotnet(report: &mut Report, tools: &Tools) {
    let Some(mut peer) = start(report, &mut tools.dotnet()) else { return };
    report.case("writes no flags without a name for nothing as we do", || flags(&mut peer));
    let document = json("dotnet31/vectors.json");
    let vectors = document["vectors"].as_array().unwrap();
    for vector in vectors.iter().filter(|vector| vector["group"] == "dcs") {
        let (name, clr, xml) = (text(vector, "name"), text(vector, "clr"), text(vector, "xml"));
        report.case(&format!("makes an object of our text: {name}"), || {
            let ours = as_text(&written(clr, xml));
            let theirs = peer.ask("data", &[clr.as_bytes(), ours.as_bytes()]).unwrap();
            assert_eq!(of_text(&theirs), of_text(xml.as_bytes()));
        });
        report.case(&format!("makes an object of our records: {name}"), || {
            let ours = written(clr, xml);
            let theirs = peer.ask("data-records", &[clr.as_bytes(), &ours]).unwrap();
            assert_eq!(of_binary(&theirs), of_text(xml.as_bytes()));
            let (schema, wrapper) = contract(clr, xml);
            let expected: Vec<Datum> = values_of(&schema, &wrapper, &ours);
            assert_eq!(
                format!("{:?}", values_of(&schema, &wrapper, &theirs)),
                format!("{expected:?}")
            );
        });
    }
}

/// .NET makes nothing of an empty text, and an empty text of nothing.
fn flags(peer: &mut Peer) {
    let mut schema = Schema::default();
    let values = vec![("One".into(), 1), ("Two".into(), 2)];
    let bits = Definition::Enumeration(Enumeration { values, flags: true });
    let bits = schema.define(Name::new(format!("{DATA}Interop.Data"), "Bits"), bits);
    let part = Part::new("value", Field::new(bits).not_null());
    let wrapper = Wrapper::new(Name::new(TEMPURI, "Op"), [part]);
    for names in [vec![], vec!["Two".into()], vec!["One".into(), "Two".into()]] {
        let value = Datum::Enum(names);
        let body = schema.write_body(&wrapper, &[("value".into(), value.clone())]).unwrap();
        let theirs = peer.ask("data-records", &[b"Interop.Data.Bits", &body]).unwrap();
        assert_eq!(of_binary(&theirs), of_binary(&body));
        assert_eq!(values_of(&schema, &wrapper, &theirs), [value]);
    }
}

fn contract(clr: &str, xml: &str) -> (Schema, Wrapper) {
    let mut schema = contracts::schema(true);
    let field = contracts::clr(&mut schema, xml, clr).unwrap_or_else(|| panic!("no type {clr}"));
    (schema, Wrapper::new(Name::new(TEMPURI, "Op"), [Part::new("value", field)]))
}

fn values_of(schema: &Schema, wrapper: &Wrapper, body: &[u8]) -> Vec<Datum> {
    schema.read_body(wrapper, body).unwrap().into_iter().map(|(_, datum)| datum).collect()
}

/// The value of a vector, read and written by the contract.
fn written(clr: &str, xml: &str) -> Vec<u8> {
    let (schema, wrapper) = contract(clr, xml);
    let mut records = binary::Writer::new(None);
    let limits = Limits { document: 1 << 20, ..Limits::default() };
    copy(&mut Reader::new(xml.as_bytes(), limits).unwrap(), &mut records).unwrap();
    let values = schema.read_body(&wrapper, &records.into_bytes()).unwrap();
    schema.write_body(&wrapper, &values).unwrap().to_vec()
}

fn as_text(records: &[u8]) -> String {
    let limits = Limits { document: 1 << 20, ..Limits::default() };
    let mut writer = Writer::default();
    copy(&mut binary::Reader::new(records, None, limits).unwrap(), &mut writer).unwrap();
    writer.into_text()
}
