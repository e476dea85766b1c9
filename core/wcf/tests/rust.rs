//! Rust made from a description: `generated/shapes.rs` is what is made of `wsdl/duplex.wsdl`, formatted,
//! and it compiles here.

#![allow(clippy::unwrap_used, reason = "these are tests")]

#[allow(dead_code, missing_docs, unreachable_pub, reason = "made by the generator")]
#[rustfmt::skip]
mod generated {
    pub mod shapes;
}

use generated::shapes::{Circle, Colors, ColorsFlag, DESCRIPTION, Shape, ShapeKind, ishapes};
use sessionful_wcf::data::DataContract;
use sessionful_wcf::value::Guid;
use sessionful_wcf::wsdl::{Description, import, rust};

const DUPLEX: &str = include_str!("wsdl/duplex.wsdl");
const DATA: &str = include_str!("wsdl/data.xsd");

/// Layout is the formatter's, which is no part of the library.
fn tokens(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != ',').collect()
}

#[test]
fn the_generated_module_is_up_to_date() {
    let description = import(DUPLEX, &mut |_| Ok(DATA.to_owned())).unwrap();
    let made = tokens(&rust(&description));
    assert_eq!(made, tokens(include_str!("generated/shapes.rs")), "make it again");
}

#[test]
fn values_survive_a_body() {
    let description: Description = serde_json::from_str(DESCRIPTION).unwrap();
    let draw = &description.contracts[0].operations[0];
    let shape = Shape {
        id: Guid::parse("00112233-4455-6677-8899-aabbccddeeff").unwrap(),
        colors: Colors(vec![ColorsFlag::Red, ColorsFlag::Blue]),
        ..Shape::default()
    };
    let circle =
        Circle { parts: Some(vec![Some(ShapeKind::Shape(shape)), None]), ..Circle::default() };
    let circle = Circle { colors: Colors(vec![ColorsFlag::Green]), constructor: 0.5, ..circle };
    let request =
        ishapes::DrawRequest { shape: Some(Box::new(ShapeKind::Circle(circle))), class: i64::MAX };
    let body = description.schema.write_parameters(&draw.request, &request).unwrap();
    let read: ishapes::DrawRequest =
        description.schema.read_parameters(&draw.request, &body).unwrap();
    assert_eq!(read, request);
    let wrong = ishapes::DrawnRequest::from_datum(sessionful_wcf::data::Datum::Bool(true));
    assert!(wrong.is_err());
}
