//! The contracts of the programs that made the vectors, and CLR names of types.

use sessionful_wcf::data::{
    Class, DATA, Definition, Enumeration, Field, List, Part, Primitive, Schema, Type, Wrapper,
};
use sessionful_wcf::xml::Name;

const TEMPURI: &str = "http://tempuri.org/";
const SAMPLES: &str = "http://Interop.Samples";

fn data(local: &str) -> Name {
    Name::new(format!("{DATA}Interop.Data"), local)
}

fn enumeration(schema: &mut Schema, local: &str, values: &[(&str, i64)], flags: bool) -> Field {
    let values = values.iter().map(|(name, value)| ((*name).into(), *value)).collect();
    let definition = Definition::Enumeration(Enumeration { values, flags });
    Field::new(schema.define(data(local), definition)).not_null()
}

/// The schema of `Interop.Data`, with members in the order of the source, not of the wire. `offset`
/// says whether the zoo has a `DateTimeOffset`: Mono's has none.
pub(crate) fn schema(offset: bool) -> Schema {
    let mut schema = Schema::default();
    let color = enumeration(&mut schema, "Color", &[("Red", 0), ("Verde", 1), ("Blue", 2)], false);
    let plain =
        enumeration(&mut schema, "PlainEnum", &[("Zero", 0), ("One", 1), ("Two", 2)], false);
    let flags = [("None", 0), ("Read", 1), ("Write", 2), ("Exec", 4)];
    let access = enumeration(&mut schema, "Access", &flags, true);
    // Some vectors have it in an `object`, so it must be there.
    schema.array_of(Primitive::Int);
    let point = Class::contract()
        .member("Y", Primitive::Int)
        .member("X", Primitive::Int)
        .member("Label", Primitive::String);
    let point = schema.class(data("Point"), point.build());
    let shape = Class::contract()
        .ordered("Name", Primitive::String, 2)
        .ordered("Id", Primitive::Int, 1)
        .required()
        .ordered("Comment", Primitive::String, 2);
    let shape_name = Name::new("urn:interop:shapes", "Shape");
    schema.class(shape_name.clone(), shape.build());
    let circle = Class::contract()
        .extends(shape_name)
        .member("Radius", Primitive::Double)
        .member("Center", point.clone());
    let circle = schema.class(Name::new("urn:interop:shapes", "Circle"), circle.build());
    let poco = Class::contract().member("B", Primitive::String).member("A", Primitive::Int);
    schema.class(data("PocoNoAttributes"), poco.build());
    let entries = List { item: "entry".into(), field: Primitive::String.into(), packed: false };
    schema.define(Name::new("urn:interop:coll", "Entries"), Definition::List(entries));
    let node = Class::contract().member("Name", Primitive::String);
    let node = node.member("Next", Type::Named(data("Node")));
    schema.class(data("Node"), node.build());
    let points = schema.array_of(point.clone());
    let nested = Class::contract()
        .member("P", point.clone())
        .member("C", circle)
        .member("L", points.clone());
    schema.class(data("Nested"), nested.build());
    let fault = Class::contract().member("Operation", Primitive::String);
    schema.class(data("MathFault"), fault.member("ProblemType", Primitive::String).build());
    more(&mut schema, &point, access.clone());
    zoo(&mut schema, offset, points, [color, plain, access]);
    schema
}

/// What the generator of `dotnet31-more` adds: types that live in several namespaces.
fn more(schema: &mut Schema, point: &Type, access: Field) {
    let points = List { item: "pt".into(), field: point.clone().into(), packed: false };
    let points = schema.define(Name::new("urn:more", "Points"), Definition::List(points));
    let base = Class::contract().member("B", Primitive::Int).member("A", point.clone());
    let base = schema.class(Name::new("urn:base", "Base"), base.build());
    let derived = Class::contract()
        .extends(base.name())
        .member("P", point.clone())
        .member("Z", Primitive::String);
    schema.class(Name::new("urn:derived", "Derived"), derived.build());
    let many = schema.array_of(base.clone());
    let holder = Class::contract()
        .member("L", points)
        .member("H", base)
        .member("O", Type::Any)
        .member("Many", many);
    schema.class(Name::new("urn:holder", "Holder"), holder.build());
    let offset = schema.date_time_offset();
    let pair = Class::contract()
        .member("When", Field::new(offset).nullable())
        .member("Flags", access.nullable())
        .member("Small", Field::new(Primitive::UnsignedByte).nullable())
        .member("Id", Primitive::Guid)
        .value_type();
    schema.class(Name::new("urn:holder", "Pair"), pair.build());
}

fn zoo(schema: &mut Schema, offset: bool, points: Type, [color, plain, access]: [Field; 3]) {
    let ints = schema.array_of(Primitive::Int);
    let strings = schema.array_of(Primitive::String);
    let jagged = schema.array_of(ints.clone());
    let map = schema.dictionary_of(Primitive::String, Primitive::Int);
    let mut class = Class::contract();
    for (name, primitive) in [
        ("ABool", Primitive::Boolean),
        ("AByte", Primitive::UnsignedByte),
        ("ASByte", Primitive::Byte),
        ("AShort", Primitive::Short),
        ("AUShort", Primitive::UnsignedShort),
        ("AnInt", Primitive::Int),
        ("AUInt", Primitive::UnsignedInt),
        ("ALong", Primitive::Long),
        ("AULong", Primitive::UnsignedLong),
        ("AFloat", Primitive::Float),
        ("ADouble", Primitive::Double),
        ("ADecimal", Primitive::Decimal),
        ("AChar", Primitive::Char),
        ("AString", Primitive::String),
        ("ANullString", Primitive::String),
        ("ADateUtc", Primitive::DateTime),
        ("ADateUnspec", Primitive::DateTime),
        ("ASpan", Primitive::Duration),
        ("AGuid", Primitive::Guid),
        ("AUri", Primitive::AnyUri),
        ("Bytes", Primitive::Base64Binary),
    ] {
        class = class.member(name, primitive);
    }
    let nullable = Field::new(Primitive::Int).nullable();
    class = class
        .member("Ints", ints)
        .member("Strings", strings)
        .member("Points", points)
        .member("NInt", nullable.clone())
        .member("NNull", nullable)
        .member("AColor", color)
        .member("APlain", plain)
        .member("AFlags", access)
        .member("Map", map)
        .member("Jagged", jagged)
        .member("AnObject", Type::Any);
    if offset {
        let offset = schema.date_time_offset();
        class = class.member("AnOffset", Field::new(offset).not_null());
    }
    schema.class(data("Zoo"), class.build());
}

/// The type of a CLR name, as `Type.ToString()` gives it; `None` if no contract has it. `xml` is a value of
/// it, for the hashes in its names.
pub(crate) fn clr(schema: &mut Schema, xml: &str, name: &str) -> Option<Field> {
    if let Some(item) = name.strip_suffix("[]").filter(|item| *item != "System.Byte") {
        let item = clr(schema, xml, item)?;
        return Some(schema.array_of(item).into());
    }
    if let Some((generic, arguments)) = name.split_once('[').filter(|_| name.contains('`')) {
        let arguments: Vec<&str> = split(arguments.strip_suffix(']')?);
        return generic_type(schema, xml, generic, &arguments);
    }
    let primitive = match name.strip_prefix("System.") {
        Some("String") => Primitive::String,
        Some("Boolean") => Primitive::Boolean,
        Some("SByte") => Primitive::Byte,
        Some("Byte") => Primitive::UnsignedByte,
        Some("Int16") => Primitive::Short,
        Some("UInt16") => Primitive::UnsignedShort,
        Some("Int32") => Primitive::Int,
        Some("UInt32") => Primitive::UnsignedInt,
        Some("Int64") => Primitive::Long,
        Some("UInt64") => Primitive::UnsignedLong,
        Some("Single") => Primitive::Float,
        Some("Double") => Primitive::Double,
        Some("Decimal") => Primitive::Decimal,
        Some("Char") => Primitive::Char,
        Some("DateTime") => Primitive::DateTime,
        Some("TimeSpan") => Primitive::Duration,
        Some("Guid") => Primitive::Guid,
        Some("Uri") => Primitive::AnyUri,
        Some("Byte[]") => Primitive::Base64Binary,
        Some("DateTimeOffset") => {
            return Some(Field::new(schema.date_time_offset()).not_null());
        }
        Some("Object") => return Some(Type::Any.into()),
        _ => return named(schema, name),
    };
    Some(primitive.into())
}

fn named(schema: &Schema, name: &str) -> Option<Field> {
    let local = name.strip_prefix("Interop.Data.")?;
    let mut types = schema.types().filter(|(known, _)| known.local == local);
    let (name, definition) = types.next()?;
    let field = Field::new(Type::Named(name.clone()));
    let is_enum = matches!(definition, Definition::Enumeration(_));
    let is_struct = matches!(definition, Definition::Class(class) if class.is_struct);
    Some(if is_enum || is_struct { field.not_null() } else { field })
}

fn generic_type(
    schema: &mut Schema,
    xml: &str,
    generic: &str,
    arguments: &[&str],
) -> Option<Field> {
    let mut fields = Vec::new();
    for argument in arguments {
        fields.push(clr(schema, xml, argument)?);
    }
    match (generic, &fields[..]) {
        ("System.Nullable`1", [field]) => Some(field.clone().nullable()),
        ("System.Collections.Generic.List`1", [field]) => {
            let list = schema.array_of(field.clone());
            let name = list.name();
            if let Some(Definition::List(known)) = schema.get(&name).cloned() {
                schema.define(name, Definition::List(List { packed: false, ..known }));
            }
            Some(list.into())
        }
        ("System.Collections.Generic.Dictionary`2", [key, value]) => {
            let dictionary = schema.dictionary_of(key.clone(), value.clone());
            // .NET adds a hash of the namespace to the names of contract types.
            let name = dictionary.name();
            if let Some(Definition::Dictionary(known)) = schema.get(&name).cloned() {
                let item = hashed(xml, &known.item).into();
                let known = sessionful_wcf::data::Dictionary { item, ..known };
                schema.define(name, Definition::Dictionary(known));
            }
            Some(dictionary.into())
        }
        ("Interop.Data.Generic`1", [field]) => {
            let class = Class::contract().member("Value", field.clone()).build();
            Some(schema.class(data("GenericOf"), class).into())
        }
        _ => None,
    }
}

/// The name of an entry with the hash that it has in the vector.
fn hashed(xml: &str, item: &str) -> String {
    let Some(at) = xml.find(&format!(":{item}")) else { return item.to_owned() };
    let is_name = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    xml[at + 1..].chars().take_while(is_name).collect()
}

/// The arguments of a generic type: commas inside brackets belong to one of them.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[from..]);
    parts
}

/// The wrapper of an operation of the recorded services, by the name of its body's element.
pub(crate) fn wrapper(schema: &mut Schema, body: &Name) -> Option<Wrapper> {
    let part = |schema: &mut Schema, (name, ty): (&str, &str)| {
        Part::new(name, clr(schema, "", ty).expect("a known type"))
    };
    let table = if body.namespace == SAMPLES { CALCULATOR } else { TYPES };
    let namespace = if body.namespace == SAMPLES { SAMPLES } else { TEMPURI };
    let (_, parts) = table.iter().find(|(name, _)| body.is(namespace, name))?;
    Some(Wrapper::new(body.clone(), parts.iter().map(|one| part(schema, *one))))
}

type Table = &'static [(&'static str, &'static [(&'static str, &'static str)])];

const CALCULATOR: Table = &[
    ("Clear", &[]),
    ("AddTo", &[("n", "System.Double")]),
    ("Add", &[("n", "System.Double")]),
    ("AddResponse", &[("AddResult", "System.Double")]),
    ("Equals", &[("result", "System.Double")]),
    ("EqualsResponse", &[("EqualsResult", "System.Double")]),
    ("Divide", &[("n1", "System.Int32"), ("n2", "System.Int32")]),
    ("DivideResponse", &[("DivideResult", "System.Int32")]),
    ("DivideSub", &[("n1", "System.Int32"), ("n2", "System.Int32")]),
    ("DivideSubResponse", &[("DivideSubResult", "System.Int32")]),
    ("InstanceId", &[]),
    ("InstanceIdResponse", &[("InstanceIdResult", "System.String")]),
    ("ThrowUndeclared", &[]),
    ("ThrowUnhandled", &[]),
    ("Nothing", &[]),
    ("NothingResponse", &[]),
    ("Sum", &[]),
    ("SumResponse", &[("SumResult", "System.Double")]),
    ("Confirm", &[("text", "System.String")]),
    ("ConfirmResponse", &[("ConfirmResult", "System.String")]),
];

const MAP: &str = "System.Collections.Generic.Dictionary`2[System.String,System.Int32]";

const TYPES: Table = &[
    ("EchoString", &[("value", "System.String")]),
    ("EchoStringResponse", &[("EchoStringResult", "System.String")]),
    ("EchoZoo", &[("zoo", "Interop.Data.Zoo")]),
    ("EchoZooResponse", &[("EchoZooResult", "Interop.Data.Zoo")]),
    ("EchoShape", &[("shape", "Interop.Data.Shape")]),
    ("EchoShapeResponse", &[("EchoShapeResult", "Interop.Data.Shape")]),
    ("EchoInts", &[("values", "System.Int32[]")]),
    ("EchoIntsResponse", &[("EchoIntsResult", "System.Int32[]")]),
    ("EchoPoints", &[("points", "Interop.Data.Point[]")]),
    ("EchoPointsResponse", &[("EchoPointsResult", "Interop.Data.Point[]")]),
    ("EchoBytes", &[("data", "System.Byte[]")]),
    ("EchoBytesResponse", &[("EchoBytesResult", "System.Byte[]")]),
    ("EchoDate", &[("when", "System.DateTime")]),
    ("EchoDateResponse", &[("EchoDateResult", "System.DateTime")]),
    ("EchoGuid", &[("id", "System.Guid")]),
    ("EchoGuidResponse", &[("EchoGuidResult", "System.Guid")]),
    ("EchoNullable", &[("v", "System.Nullable`1[System.Int32]")]),
    ("EchoNullableResponse", &[("EchoNullableResult", "System.Nullable`1[System.Int32]")]),
    ("EchoColor", &[("c", "Interop.Data.Color")]),
    ("EchoColorResponse", &[("EchoColorResult", "Interop.Data.Color")]),
    (
        "Mixed",
        &[
            ("zebra", "System.String"),
            ("apple", "System.Int32"),
            ("middle", "System.Double"),
            ("last", "System.Boolean"),
        ],
    ),
    (
        "MixedResponse",
        &[("MixedResult", "System.Int32"), ("middle", "System.Double"), ("extra", "System.String")],
    ),
    ("Renamed", &[("q", "System.String")]),
    ("RenamedResponse", &[("answer", "System.String")]),
    ("Bool", &[("b", "System.Boolean")]),
    ("BoolResponse", &[("BoolResult", "System.Boolean")]),
    ("EchoObject", &[("o", "System.Object")]),
    ("EchoObjectResponse", &[("EchoObjectResult", "System.Object")]),
    ("EchoMap", &[("map", MAP)]),
    ("EchoMapResponse", &[("EchoMapResult", MAP)]),
];
