//! Rust types as contracts: what `#[derive(DataContract)]` makes of them is what .NET makes of its own
//! types, in descriptions and, by the golden vectors, to the byte in values.

#![allow(clippy::unwrap_used, reason = "these are tests")]

#[allow(dead_code, reason = "shared with the golden vectors")]
#[path = "golden/canonical.rs"]
mod canonical;
#[allow(dead_code, reason = "shared with the golden vectors")]
#[path = "golden/contracts.rs"]
mod contracts;
#[allow(dead_code, reason = "shared with the golden vectors")]
#[path = "golden/fixtures.rs"]
mod fixtures;

use bytes::Bytes;
use sessionful_wcf::binary;
use sessionful_wcf::data::{
    Char, DataContract, DataError, Datum, Describe, Flags, Map, NamedContract, Part, Schema,
    Wrapper,
};
use sessionful_wcf::text::{Reader, Writer};
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};
use sessionful_wcf::xml::{Limits, Name, copy};

#[derive(DataContract, Clone, Copy, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data")]
enum Color {
    #[default]
    Red,
    #[data_contract(name = "Verde")]
    Green,
    Blue,
}

#[derive(DataContract, Clone, Copy, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data")]
enum PlainEnum {
    #[default]
    Zero,
    One,
    Two,
}

#[derive(DataContract, Clone, Copy, Debug, PartialEq)]
#[data_contract(clr = "Interop.Data", flags)]
enum Access {
    None = 0,
    Read = 1,
    Write = 2,
    Exec = 4,
}

/// With its members in another order than that of the wire.
#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data")]
struct Point {
    y: i32,
    x: i32,
    label: Option<String>,
}

#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(namespace = "urn:interop:shapes")]
struct Shape {
    #[data_contract(order = 2)]
    name: Option<String>,
    #[data_contract(order = 1, required)]
    id: i32,
    #[data_contract(order = 2, skip_default)]
    comment: Option<String>,
}

#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(namespace = "urn:interop:shapes")]
struct Circle {
    #[data_contract(base)]
    shape: Shape,
    radius: f64,
    center: Option<Point>,
}

#[derive(DataContract, Clone, Debug, PartialEq)]
enum AnyShape {
    Shape(Shape),
    Circle(Circle),
}

#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data", name = "PocoNoAttributes")]
struct Poco {
    b: Option<String>,
    a: i32,
}

/// It holds itself.
#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data")]
struct Node {
    name: Option<String>,
    next: Option<Box<Node>>,
}

#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(clr = "System", value_type)]
struct DateTimeOffset {
    #[data_contract(required)]
    date_time: DateTime,
    #[data_contract(required)]
    offset_minutes: i16,
}

#[derive(DataContract, Clone, Debug, Default, PartialEq)]
#[data_contract(clr = "Interop.Data")]
struct Zoo {
    a_bool: bool,
    a_byte: u8,
    a_s_byte: i8,
    a_short: i16,
    a_u_short: u16,
    an_int: i32,
    a_u_int: u32,
    a_long: i64,
    a_u_long: u64,
    a_float: f32,
    a_double: f64,
    a_decimal: Decimal,
    a_char: Char,
    a_string: Option<String>,
    a_null_string: Option<String>,
    a_date_utc: DateTime,
    a_date_unspec: DateTime,
    a_span: TimeSpan,
    a_guid: Guid,
    /// .NET calls it `anyURI`, which in Rust is text.
    a_uri: Option<Uri>,
    bytes: Option<Bytes>,
    ints: Option<Vec<i32>>,
    strings: Option<Vec<Option<String>>>,
    points: Option<Vec<Option<Point>>>,
    n_int: Option<i32>,
    n_null: Option<i32>,
    a_color: Color,
    a_plain: PlainEnum,
    a_flags: Flags<Access>,
    map: Option<Map<Option<String>, i32>>,
    jagged: Option<Vec<Option<Vec<i32>>>>,
    an_object: Option<Datum>,
    an_offset: DateTimeOffset,
}

/// A type of one's own is a contract by hand.
#[derive(Clone, Debug, Default, PartialEq)]
struct Uri(String);

impl DataContract for Uri {
    fn to_datum(&self) -> Datum {
        self.0.to_datum()
    }

    fn from_datum(datum: Datum) -> Result<Self, DataError> {
        String::from_datum(datum).map(Uri)
    }
}

impl Describe for Uri {
    fn describe(_: &mut Schema) -> sessionful_wcf::data::Field {
        sessionful_wcf::data::Primitive::AnyUri.into()
    }
}

/// The definition of a type, and of all that it refers to, is the one that was written by hand.
fn described<T: NamedContract>() {
    let mut schema = Schema::default();
    T::describe(&mut schema);
    let by_hand = contracts::schema(true);
    assert!(schema.get(&T::contract_name()).is_some());
    for (name, definition) in schema.types() {
        assert_eq!(Some(definition), by_hand.get(name), "{name}");
    }
}

#[test]
fn descriptions_are_those_of_the_contracts() {
    described::<Color>();
    described::<PlainEnum>();
    described::<Access>();
    described::<Point>();
    described::<Circle>();
    described::<Poco>();
    described::<Node>();
    described::<DateTimeOffset>();
    described::<Zoo>();
}

/// A vector is read into the type, and what the type gives is the vector again, as text and to the byte
/// as binary XML.
fn through<T: Describe>(xml: &str, nbfx: &str) {
    let mut schema = Schema::default();
    // Types that an `object` may hold must be known.
    Vec::<i32>::describe(&mut schema);
    Point::describe(&mut schema);
    let part = Part::new("value", T::describe(&mut schema));
    let wrapper = Wrapper::new(Name::new("http://tempuri.org/", "Op"), [part]);
    let limits = Limits { document: 1 << 20, ..Limits::default() };
    let mut records = binary::Writer::new(None);
    copy(&mut Reader::new(xml.as_bytes(), limits).unwrap(), &mut records).unwrap();
    let (name, datum) = schema.read_body(&wrapper, &records.into_bytes()).unwrap().pop().unwrap();
    let value = T::from_datum(datum).unwrap();
    let written = schema.write_body(&wrapper, &[(name, value.to_datum())]).unwrap();
    let mut text = Writer::default();
    copy(&mut binary::Reader::new(&written, None, limits).unwrap(), &mut text).unwrap();
    assert_eq!(canonical::of_text(text.into_text().as_bytes()), canonical::of_text(xml.as_bytes()));
    assert_eq!(fixtures::hex(&written), nbfx);
}

#[test]
fn values_are_those_of_dotnet_to_the_byte() {
    type Known = (&'static str, fn(&str, &str));
    let known: &[Known] = &[
        ("System.String", through::<Option<String>>),
        ("System.Int32", through::<i32>),
        ("System.Int64", through::<i64>),
        ("System.UInt64", through::<u64>),
        ("System.Int16", through::<i16>),
        ("System.SByte", through::<i8>),
        ("System.Boolean", through::<bool>),
        ("System.Char", through::<Char>),
        ("System.Double", through::<f64>),
        ("System.Single", through::<f32>),
        ("System.Decimal", through::<Decimal>),
        ("System.DateTime", through::<DateTime>),
        ("System.DateTimeOffset", through::<DateTimeOffset>),
        ("System.TimeSpan", through::<TimeSpan>),
        ("System.Guid", through::<Guid>),
        ("System.Uri", through::<Option<Uri>>),
        ("System.Byte[]", through::<Option<Bytes>>),
        ("System.Nullable`1[System.Int32]", through::<Option<i32>>),
        ("System.Int32[]", through::<Option<Vec<i32>>>),
        ("System.Boolean[]", through::<Vec<bool>>),
        ("System.Double[]", through::<Vec<f64>>),
        ("System.Guid[]", through::<Vec<Guid>>),
        ("System.Collections.Generic.List`1[System.String]", through::<Vec<Option<String>>>),
        ("System.Int32[][]", through::<Vec<Option<Vec<i32>>>>),
        (
            "System.Collections.Generic.List`1[System.Nullable`1[System.Int32]]",
            through::<Vec<Option<i32>>>,
        ),
        (
            "System.Collections.Generic.Dictionary`2[System.String,System.Int32]",
            through::<Map<Option<String>, i32>>,
        ),
        ("Interop.Data.Color", through::<Color>),
        ("Interop.Data.PlainEnum", through::<PlainEnum>),
        ("Interop.Data.Access", through::<Flags<Access>>),
        ("Interop.Data.Point", through::<Option<Point>>),
        ("Interop.Data.Point[]", through::<Vec<Option<Point>>>),
        ("Interop.Data.Shape", through::<AnyShape>),
        ("Interop.Data.PocoNoAttributes", through::<Poco>),
        ("System.Object", through::<Option<Datum>>),
        ("Interop.Data.Zoo", through::<Option<Zoo>>),
    ];
    // Generic types and lists with names of their own are no derived types.
    let other = ["Interop.Data.Generic`1", "Interop.Data.Entries"];
    let document = fixtures::json("dotnet31/vectors.json");
    let mut count = 0;
    for vector in document["vectors"].as_array().unwrap() {
        if vector["group"] != "dcs" {
            continue;
        }
        let clr = fixtures::text(vector, "clr");
        if other.iter().any(|other| clr.starts_with(other)) {
            continue;
        }
        let (_, through) = known.iter().find(|(name, _)| *name == clr).expect(clr);
        through(fixtures::text(vector, "xml"), fixtures::text(vector, "nbfx"));
        count += 1;
    }
    assert_eq!(count, 55, "every vector but those of generic types and lists");
}

#[test]
fn what_does_not_fit_is_refused_and_what_is_missing_is_the_default() {
    let object = |members: Vec<(&'static str, Datum)>| Datum::object(members);
    assert_eq!(Point::from_datum(object(vec![])), Ok(Point::default()));
    let point = Point::from_datum(object(vec![("X", Datum::Int(1)), ("Z", Datum::Int(2))]));
    assert_eq!(point, Ok(Point { x: 1, ..Point::default() }), "what it does not know is left");
    let error = Point::from_datum(object(vec![("X", Datum::text("1"))])).unwrap_err();
    assert!(error.to_string().contains('X'), "{error}");
    assert!(Point::from_datum(Datum::Nil).is_err());
    assert!(Color::from_datum(Datum::Enum(vec!["Green".into()])).is_err(), "it is Verde");
    assert!(Color::from_datum(Datum::Enum(vec![])).is_err());
    assert_eq!(Flags::<Access>::from_datum(Datum::Enum(vec![])), Ok(Flags::default()));
    assert!(Flags::<Access>::from_datum(Datum::Enum(vec!["Rread".into()])).is_err());
}

/// A class that nobody has heard of is read as the declared one, as far as it goes.
#[test]
fn kinds_are_told_by_their_class() {
    let circle = AnyShape::Circle(Circle { radius: 2.0, ..Circle::default() });
    let Datum::Object(mut object) = circle.to_datum() else { panic!("an object") };
    assert_eq!(object.class, Some(Circle::contract_name()));
    object.class = Some(Name::new("urn:other", "Square"));
    let read = AnyShape::from_datum(Datum::Object(object)).unwrap();
    assert_eq!(read, AnyShape::Shape(Shape::default()));
    let Datum::Object(shape) = AnyShape::Shape(Shape::default()).to_datum() else { panic!("one") };
    assert_eq!(shape.class, None);
}
