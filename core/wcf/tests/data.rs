//! Data contracts: what is read beyond what .NET writes, and what is refused.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use sessionful_wcf::binary;
use sessionful_wcf::data::{
    Class, DataError, Datum, Definition, Enumeration, Field, Object, Part, Primitive, Schema, Type,
    Wrapper,
};
use sessionful_wcf::text;
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};
use sessionful_wcf::xml::{Limits, Name, copy};

/// A body from text.
fn body(xml: &str) -> Vec<u8> {
    let mut writer = binary::Writer::new(None);
    copy(&mut text::Reader::new(xml.as_bytes(), Limits::default()).unwrap(), &mut writer).unwrap();
    writer.into_bytes()
}

fn as_text(body: &[u8]) -> String {
    let mut writer = text::Writer::default();
    copy(&mut binary::Reader::new(body, None, Limits::default()).unwrap(), &mut writer).unwrap();
    writer.into_text()
}

fn shapes() -> Schema {
    let mut schema = Schema::default();
    let point = Class::contract().member("X", Primitive::Int).member("Y", Primitive::Int);
    schema.class(Name::new("urn:s", "Point"), point.build());
    let shape = Class::contract().member("Id", Primitive::Int).required();
    let shape = schema.class(Name::new("urn:s", "Shape"), shape.build());
    let circle = Class::contract().extends(shape.name()).member("Radius", Primitive::Double);
    schema.class(Name::new("urn:s", "Circle"), circle.build());
    let access = Enumeration {
        values: vec![("None".into(), 0), ("Read".into(), 1), ("Write".into(), 2)],
        flags: true,
    };
    schema.define(Name::new("urn:s", "Access"), Definition::Enumeration(access));
    schema
}

fn read(schema: &Schema, field: impl Into<Field>, content: &str) -> Result<Datum, DataError> {
    let wrapper = Wrapper::new(Name::new("urn:o", "Op"), [Part::new("v", field)]);
    let xml = format!(
        "<Op xmlns=\"urn:o\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:x=\"http://www.w3.org/2001/XMLSchema\" xmlns:s=\"urn:s\">{content}</Op>"
    );
    let values = schema.read_body(&wrapper, &body(&xml))?;
    Ok(values.into_iter().next().map_or(Datum::Nil, |(_, datum)| datum))
}

fn write(schema: &Schema, field: impl Into<Field>, datum: Datum) -> Result<String, DataError> {
    let wrapper = Wrapper::new(Name::new("urn:o", "Op"), [Part::new("v", field)]);
    schema.write_body(&wrapper, &[("v".into(), datum)]).map(|body| as_text(&body))
}

fn shape() -> Type {
    Type::named("urn:s", "Shape")
}

/// Other stacks write other spellings of the same values (XML Schema part 2).
#[test]
fn every_spelling_of_a_primitive_is_read() {
    let schema = Schema::default();
    for (primitive, text, expected) in [
        (Primitive::Boolean, " 1 ", Datum::Bool(true)),
        (Primitive::Boolean, "false", Datum::Bool(false)),
        (Primitive::Int, "\n+42\t", Datum::Int(42)),
        (Primitive::UnsignedByte, "255", Datum::UInt(255)),
        (Primitive::UnsignedLong, "18446744073709551615", Datum::UInt(u64::MAX)),
        (Primitive::Double, "1e3", Datum::Double(1000.0)),
        (Primitive::Double, "-INF", Datum::Double(f64::NEG_INFINITY)),
        (Primitive::Float, "0.1", Datum::Float(0.1)),
        (Primitive::Decimal, "1.50", Datum::Decimal(Decimal::new(false, 2, 150).unwrap())),
        (Primitive::Char, "65", Datum::Char(65)),
        (Primitive::String, " a ", Datum::text(" a ")),
        (Primitive::AnyUri, " urn:x ", Datum::text("urn:x")),
        (
            Primitive::DateTime,
            "2024-02-29T13:14:15Z",
            Datum::DateTime(DateTime::parse("2024-02-29T13:14:15Z").unwrap()),
        ),
        (Primitive::Duration, "PT90S", Datum::TimeSpan(TimeSpan { ticks: 900_000_000 })),
        (
            Primitive::Guid,
            "00112233-4455-6677-8899-AABBCCDDEEFF",
            Datum::Guid(Guid::parse("00112233-4455-6677-8899-aabbccddeeff").unwrap()),
        ),
        (Primitive::Base64Binary, "Zm9v\n YmFy", Datum::Bytes((&b"foobar"[..]).into())),
    ] {
        let found = read(&schema, primitive, &format!("<v>{text}</v>"));
        assert_eq!(found, Ok(expected), "{primitive} {text:?}");
    }
    let name = read(&schema, Primitive::QName, "<v>s:Local</v>");
    assert_eq!(name, Ok(Datum::QName(Name::new("urn:s", "Local"))));
}

#[test]
fn what_does_not_fit_a_primitive_is_refused_with_its_place() {
    let schema = Schema::default();
    for (primitive, text) in [
        (Primitive::Boolean, "yes"),
        (Primitive::Byte, "128"),
        (Primitive::UnsignedByte, "-1"),
        (Primitive::Int, "2147483648"),
        (Primitive::Int, "1.0"),
        (Primitive::Int, ""),
        (Primitive::Long, "9223372036854775808"),
        (Primitive::Decimal, "1e3"),
        (Primitive::Char, "65536"),
        (Primitive::Double, "inf"),
        (Primitive::DateTime, "yesterday"),
        (Primitive::Duration, "90"),
        (Primitive::Guid, "0"),
        (Primitive::Base64Binary, "Zg"),
        (Primitive::QName, "nobody:Local"),
    ] {
        let error = read(&schema, primitive, &format!("<v>{text}</v>")).unwrap_err();
        assert!(matches!(&error, DataError::Kind { place, .. } if place == "v"), "{error:?}");
    }
    assert_eq!(
        read(&schema, Primitive::Int, "<v i:nil='1'/>"),
        Err(DataError::Null { place: "v".into() })
    );
    assert_eq!(
        read(&schema, Field::new(Primitive::Int).nullable(), "<v i:nil='1'/>"),
        Ok(Datum::Nil)
    );
}

/// interop.md 3.1, rules 2, 3 and 9: unknown elements are skipped, members may come in any order,
/// types may be said although they need not be.
#[test]
fn members_may_come_in_any_order_and_unknown_ones_are_skipped() {
    let schema = shapes();
    let point = Datum::object([("Y", Datum::Int(2)), ("X", Datum::Int(1))]);
    let xml = "<v i:type='s:Point'><s:Y>2</s:Y><s:Z><deep/></s:Z><s:X i:type='x:int'>1</s:X></v>";
    assert_eq!(read(&schema, Type::named("urn:s", "Point"), xml), Ok(point));
    let other = "<v><X xmlns='urn:other'>1</X></v>";
    let found = read(&schema, Type::named("urn:s", "Point"), other).unwrap();
    assert_eq!(found, Datum::object::<&str>([]), "a member is known by its namespace too");
}

#[test]
fn types_that_are_said_must_be_known_and_fit() {
    let schema = shapes();
    let circle = Datum::Object(Object {
        class: Some(Name::new("urn:s", "Circle")),
        members: vec![("Id".into(), Datum::Int(1)), ("Radius".into(), Datum::Double(2.0))],
    });
    let xml = "<v i:type='s:Circle'><s:Id>1</s:Id><s:Radius>2</s:Radius></v>";
    assert_eq!(read(&schema, shape(), xml), Ok(circle.clone()));
    assert_eq!(read(&schema, Type::Any, xml), Ok(circle.clone()));
    let point = read(&schema, shape(), "<v i:type='s:Point'/>");
    assert!(matches!(point, Err(DataError::WrongType { .. })), "{point:?}");
    for field in [shape(), Type::Any] {
        let unknown = read(&schema, field, "<v i:type='s:Square'/>");
        assert!(matches!(unknown, Err(DataError::UnknownType { .. })), "{unknown:?}");
    }
    let missing = read(&schema, shape(), "<v/>");
    assert_eq!(missing, Err(DataError::Missing { place: "Id".into() }));
    let undeclared = read(&schema, shape(), "<v i:type='q:Circle'/>");
    assert!(matches!(undeclared, Err(DataError::Xml(_))), "{undeclared:?}");
    assert!(matches!(
        write(&schema, Type::named("urn:s", "Point"), circle),
        Err(DataError::WrongType { .. })
    ));
}

#[test]
fn references_between_objects_are_refused() {
    let xml = "<v xmlns:z='http://schemas.microsoft.com/2003/10/Serialization/' z:Ref='i1'/>";
    let error = read(&shapes(), shape(), xml);
    assert_eq!(error, Err(DataError::Reference { place: "v".into() }));
}

#[test]
fn enumerations_know_their_names() {
    let schema = shapes();
    let access = || Field::new(Type::named("urn:s", "Access")).not_null();
    let both = Datum::Enum(vec!["Read".into(), "Write".into()]);
    assert_eq!(read(&schema, access(), "<v> Read \n Write </v>"), Ok(both.clone()));
    assert_eq!(
        write(&schema, access(), both),
        Ok("<Op xmlns=\"urn:o\"><v>Read Write</v></Op>".into())
    );
    assert!(read(&schema, access(), "<v>Execute</v>").is_err());
    assert!(write(&schema, access(), Datum::Enum(vec!["Execute".into()])).is_err());
    // The golden vector `enum flags none`: a name stands for no flags.
    let nothing = write(&schema, access(), Datum::Enum(vec![]));
    assert_eq!(nothing, Ok("<Op xmlns=\"urn:o\"><v>None</v></Op>".into()));
    assert_eq!(read(&schema, access(), "<v></v>"), Ok(Datum::Enum(vec![])));
}

#[test]
fn values_that_do_not_fit_are_not_written() {
    let schema = shapes();
    let point = || Type::named("urn:s", "Point");
    let unknown = write(&schema, point(), Datum::object([("Z", Datum::Int(1))]));
    assert_eq!(unknown, Err(DataError::Unknown { owner: "Point".into(), place: "Z".into() }));
    let missing = write(&schema, shape(), Datum::object::<&str>([]));
    assert_eq!(missing, Err(DataError::Missing { place: "Id".into() }));
    let null = write(&schema, Primitive::Int, Datum::Nil);
    assert_eq!(null, Err(DataError::Null { place: "v".into() }));
    for (field, datum) in [
        (Field::new(Primitive::Int), Datum::Int(1 << 31)),
        (Field::new(Primitive::Int), Datum::text("1")),
        (Field::new(Primitive::UnsignedLong), Datum::Int(-1)),
        (point().into(), Datum::List(vec![])),
        (Type::Any.into(), Datum::Int(1)),
    ] {
        let error = write(&schema, field, datum).unwrap_err();
        assert!(matches!(error, DataError::Kind { .. }), "{error:?}");
    }
    let nobody = write(&schema, Type::named("urn:s", "Square"), Datum::Nil);
    assert!(matches!(nobody, Err(DataError::UnknownType { .. })));
}

/// Neither a value nor a schema may run away.
#[test]
fn depth_is_bounded() {
    let mut schema = Schema::default();
    let node = Name::new("urn:s", "Node");
    let class = Class::contract().member("Next", Type::Named(node.clone())).build();
    schema.class(node.clone(), class);
    let mut datum = Datum::Nil;
    for _ in 0..100 {
        datum = Datum::object([("Next", datum)]);
    }
    let error = write(&schema, Type::Named(node), datum);
    assert_eq!(error, Err(DataError::TooDeep { limit: 60 }));
    let circle = Class { base: Some(Name::new("urn:s", "B")), ..Class::default() };
    let other = Class { base: Some(Name::new("urn:s", "A")), ..Class::default() };
    let a = schema.class(Name::new("urn:s", "A"), circle);
    schema.class(Name::new("urn:s", "B"), other);
    let error = write(&schema, a, Datum::object::<&str>([]));
    assert!(matches!(error, Err(DataError::TooDeep { .. })), "{error:?}");
}

/// interop.md 3.1, rules 1 and 2.
#[test]
fn parameters_are_written_in_declared_order() {
    let schema = Schema::default();
    let parts = [Part::new("zebra", Primitive::String), Part::new("apple", Primitive::Int)];
    let wrapper = Wrapper::new(Name::new("http://tempuri.org/", "Mixed"), parts);
    let values = [("apple".into(), Datum::Int(3)), ("zebra".into(), Datum::text("z"))];
    let body = schema.write_body(&wrapper, &values).unwrap();
    let xml = "<Mixed xmlns=\"http://tempuri.org/\"><zebra>z</zebra><apple>3</apple></Mixed>";
    assert_eq!(as_text(&body), xml);
    let other = schema.write_body(&wrapper, &[("pear".into(), Datum::Nil)]);
    assert_eq!(other, Err(DataError::Unknown { owner: "Mixed".into(), place: "pear".into() }));
    let wrong = Wrapper::new(Name::new("http://tempuri.org/", "Other"), []);
    assert!(matches!(schema.read_body(&wrong, &body), Err(DataError::Xml(_))));
}
