//! CoreWCF's own descriptions are imported, and what they say is what their services do.

use crate::Case;
use crate::fixtures::{folder, read};
use sessionful_wcf::data::{Datum, Definition, Field, Primitive, Schema, Type};
use sessionful_wcf::soap::Wire;
use sessionful_wcf::wsdl::{Description, import};

/// All of them.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut names: Vec<String> = std::fs::read_dir(folder().join("corewcf-wsdl"))
        .expect("the folder of descriptions")
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".wsdl"))
        .collect();
    names.sort();
    for name in names {
        let case = format!("corewcf-wsdl::{}", name.trim_end_matches(".wsdl"));
        cases.push(Case::new(case, move || description(&name)));
    }
    cases
}

fn imported(name: &str) -> Description {
    let text = read(&format!("corewcf-wsdl/{name}"));
    import(&text, &mut |location| Err(format!("{location} is not wanted"))).unwrap()
}

fn description(name: &str) {
    let description = imported(name);
    assert_eq!(description.unsupported, [], "everything is supported");
    let [contract] = &description.contracts[..] else { panic!("one contract") };
    let text = read(&format!("corewcf-wsdl/{name}"));
    let port_type =
        &text[text.find("<wsdl:portType").unwrap()..text.find("</wsdl:portType").unwrap()];
    assert_eq!(contract.operations.len(), port_type.matches("<wsdl:operation").count());
    contract.contract().unwrap().check().unwrap();
    for endpoint in &description.endpoints {
        assert_eq!((endpoint.wire, &endpoint.contract), (Wire::BasicHttp, &contract.name));
        assert!(endpoint.address.starts_with("http://"), "{}", endpoint.address);
    }
    assert_eq!(description.endpoints.len(), text.matches("<wsdl:port ").count());
    for operation in &contract.operations {
        assert!(port_type.contains(&format!("Action=\"{}\"", operation.action)));
        assert!(port_type.contains(&format!("Action=\"{}\"", operation.reply_action)));
        assert_eq!(operation.request.name.local, operation.name);
        let reply = operation.reply.as_ref().unwrap();
        for wrapper in [&operation.request, reply] {
            let sample = |field: &Field| sample(&description.schema, field);
            let values: Vec<_> =
                wrapper.parts.iter().map(|part| (part.name.clone(), sample(&part.field))).collect();
            let body = description.schema.write_body(wrapper, &values).unwrap();
            assert_eq!(description.schema.read_body(wrapper, &body).unwrap(), values);
        }
    }
}

/// Some value of a type, without nulls.
pub(crate) fn sample(schema: &Schema, field: &Field) -> Datum {
    match &field.ty {
        Type::Any => Datum::Typed(Box::new((Primitive::Int.into(), Datum::Int(1)))),
        Type::Primitive(primitive) => primitive_sample(*primitive),
        Type::Named(name) => match schema.get(name).expect("a type of the schema") {
            Definition::Class(_) => {
                let members = schema.members(name).unwrap();
                Datum::object(
                    members
                        .into_iter()
                        .map(|(name, member)| (name.local, sample(schema, &member.field))),
                )
            }
            Definition::Enumeration(known) => Datum::Enum(vec![known.values[0].0.clone()]),
            Definition::List(list) => Datum::List(vec![sample(schema, &list.field); 2]),
            Definition::Dictionary(known) => Datum::Map(vec![(
                sample(schema, &known.key_field),
                sample(schema, &known.value_field),
            )]),
        },
    }
}

fn primitive_sample(primitive: Primitive) -> Datum {
    use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};
    match primitive {
        Primitive::Boolean => Datum::Bool(true),
        Primitive::Byte | Primitive::Short | Primitive::Int | Primitive::Long => Datum::Int(-1),
        Primitive::UnsignedByte
        | Primitive::UnsignedShort
        | Primitive::UnsignedInt
        | Primitive::UnsignedLong => Datum::UInt(200),
        Primitive::Float => Datum::Float(1.5),
        Primitive::Double => Datum::Double(0.1),
        Primitive::Decimal => Datum::Decimal(Decimal::parse("1.50").unwrap()),
        Primitive::Char => Datum::Char(65),
        Primitive::String | Primitive::AnyUri => Datum::text("urn:x"),
        Primitive::DateTime => Datum::DateTime(DateTime::parse("2024-02-29T13:14:15Z").unwrap()),
        Primitive::Duration => Datum::TimeSpan(TimeSpan { ticks: 5 }),
        Primitive::Guid => Datum::Guid(Guid::default()),
        Primitive::Base64Binary => Datum::Bytes((&b"abc"[..]).into()),
        Primitive::QName => Datum::QName(sessionful_wcf::xml::Name::new("urn:q", "n")),
    }
}
