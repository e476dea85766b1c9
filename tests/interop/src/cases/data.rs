//! Values of data contracts: .NET's serializer makes objects of what we write, and writes them again.

use crate::canonical::{of_binary, of_text};
use crate::contracts;
use crate::fixtures::{json, text};
use crate::report::Report;
use crate::samples::TEMPURI;
use crate::tools::{Tools, start};
use sessionful_wcf::binary;
use sessionful_wcf::data::{Datum, Part, Schema, Wrapper};
use sessionful_wcf::text::{Reader, Writer};
use sessionful_wcf::xml::{Limits, Name, copy};

/// As text and as binary XML. A member that .NET did not understand would be missing from its object.
pub(crate) fn dotnet(report: &mut Report, tools: &Tools) {
    let Some(mut peer) = start(report, &mut tools.dotnet()) else { return };
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
            let expected: Vec<Datum> = values(&schema, &wrapper, &ours);
            assert_eq!(
                format!("{:?}", values(&schema, &wrapper, &theirs)),
                format!("{expected:?}")
            );
        });
    }
}

fn contract(clr: &str, xml: &str) -> (Schema, Wrapper) {
    let mut schema = contracts::schema(true);
    let field = contracts::clr(&mut schema, xml, clr).unwrap_or_else(|| panic!("no type {clr}"));
    (schema, Wrapper::new(Name::new(TEMPURI, "Op"), [Part::new("value", field)]))
}

fn values(schema: &Schema, wrapper: &Wrapper, body: &[u8]) -> Vec<Datum> {
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
