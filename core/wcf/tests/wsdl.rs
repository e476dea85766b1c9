//! Descriptions: what is understood, what is named as unsupported, what is refused.

#![allow(clippy::unwrap_used, reason = "these are tests")]

use sessionful::SessionMode;
use sessionful_wcf::data::{Definition, Primitive, Type};
use sessionful_wcf::soap::Wire;
use sessionful_wcf::wsdl::{Description, WsdlError, export, import, typescript};
use sessionful_wcf::xml::Name;

const DUPLEX: &str = include_str!("wsdl/duplex.wsdl");
const DATA: &str = include_str!("wsdl/data.xsd");

fn duplex() -> Description {
    import(DUPLEX, &mut |location| match location {
        "data.xsd" => Ok(DATA.to_owned()),
        other => Err(format!("{other} is not there")),
    })
    .unwrap()
}

#[test]
fn sessions_callbacks_and_faults_are_understood() {
    let description = duplex();
    assert_eq!(
        (description.name.as_str(), description.namespace.as_str()),
        ("ShapeService", "urn:shapes")
    );
    let [contract] = &description.contracts[..] else { panic!("one contract") };
    assert_eq!((contract.name.as_str(), contract.session), ("IShapes", SessionMode::Required));
    let [draw, end] = &contract.operations[..] else { panic!("{:?}", contract.operations) };
    assert_eq!((draw.action.as_str(), draw.reply_action.as_str()), ("urn:draw", "urn:drawn"));
    assert_eq!(
        (end.action.as_str(), end.initiating, end.terminating),
        ("urn:shapes/IShapes/End", false, true)
    );
    assert!(end.reply.is_none(), "one-way");
    let [fault] = &draw.faults[..] else { panic!("one fault") };
    assert_eq!(
        (fault.action.as_str(), &fault.element),
        ("urn:problem", &Name::new("urn:data", "Problem"))
    );
    assert_eq!(contract.callbacks.len(), 1);
    assert_eq!(contract.callbacks[0].action, "urn:progress");
    let runtime = contract.contract().unwrap();
    runtime.check().unwrap();
    assert_eq!(runtime.callback().unwrap().operations()[0].action, "urn:progress");
}

#[test]
fn endpoints_say_what_they_speak() {
    let endpoints: Vec<(String, Wire)> =
        duplex().endpoints.into_iter().map(|endpoint| (endpoint.address, endpoint.wire)).collect();
    assert_eq!(
        endpoints,
        [
            ("ws://localhost/shapes".to_owned(), Wire::SocketBinary),
            ("ws://localhost/text".to_owned(), Wire::SocketText),
            ("http://localhost/ws".to_owned(), Wire::WsHttp),
        ]
    );
}

#[test]
fn types_are_those_of_data_contracts() {
    let schema = duplex().schema;
    let get = |local: &str| schema.get(&Name::new("urn:data", local)).unwrap();
    let Definition::Class(circle) = get("Circle") else { panic!("a class") };
    assert_eq!(circle.base, Some(Name::new("urn:data", "Shape")));
    let Definition::Class(size) = get("Size") else { panic!("a class") };
    assert!(size.is_struct);
    assert_eq!(
        size.members[0].field.ty,
        Type::from(Primitive::UnsignedInt),
        "a restriction of one"
    );
    let Definition::Class(shape) = get("Shape") else { panic!("a class") };
    let required: Vec<bool> = shape.members.iter().map(|member| member.required).collect();
    assert_eq!(required, [true, false, false, false, false, false]);
    assert_eq!(shape.members[4].field.ty, Type::Any);
    let Definition::Enumeration(colors) = get("Colors") else { panic!("an enumeration") };
    assert!(colors.flags);
    let values: Vec<i64> = colors.values.iter().map(|(_, value)| *value).collect();
    assert_eq!(values, [1, 2, 8], "counted by powers of two where nothing is said");
    assert!(matches!(get("ArrayOfKeyValueOfstringShape"), Definition::Dictionary(_)));
    assert!(matches!(get("ArrayOfShape"), Definition::List(_)));
}

#[test]
fn what_is_not_supported_is_named_with_advice() {
    let unsupported: Vec<String> = duplex().unsupported.iter().map(ToString::to_string).collect();
    for (place, what) in [
        ("IShapes.Chosen", "xs:choice"),
        ("IShapes.Old", "RPC style"),
        ("IShapes.Linked", "IsReference"),
        ("Secure", "message security"),
        ("Tcp", "the transport http://schemas.microsoft.com/soap/tcp"),
        ("{urn:data}Linked", "IsReference"),
    ] {
        let found = unsupported.iter().find(|one| one.starts_with(&format!("{place}: ")));
        let found = found.unwrap_or_else(|| panic!("{place} in {unsupported:#?}"));
        assert!(found.contains(what) && found.contains("; "), "{found}");
    }
    assert_eq!(unsupported.len(), 6, "{unsupported:#?}");
}

#[test]
fn what_is_no_description_is_refused() {
    let never = &mut |_: &str| -> Result<String, String> { Err("no".to_owned()) };
    assert!(matches!(import("<a", never), Err(WsdlError::Xml { .. })));
    assert!(matches!(import("<html/>", never), Err(WsdlError::NotWsdl { .. })));
    assert!(matches!(import(DATA, never), Err(WsdlError::NotWsdl { .. })), "a schema alone");
    assert!(matches!(import(DUPLEX, never), Err(WsdlError::Unreachable { .. })));
    let empty = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'/>";
    assert!(matches!(import(empty, never), Err(WsdlError::Nothing { .. })));
    let missing = DUPLEX.replace("message name=\"End\"", "message name=\"Other\"");
    let error = import(&missing, &mut |_| Ok(DATA.to_owned()));
    assert!(matches!(error, Err(WsdlError::Missing { .. })), "{error:?}");
    let mut count = 0;
    let endless = "<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'><import location='0'/></definitions>";
    let error = import(endless, &mut |_| {
        count += 1;
        Ok(endless.replace("'0'", &format!("'{count}'")))
    });
    assert_eq!(error, Err(WsdlError::TooManyParts { limit: 256 }));
}

/// The runtime reads the description as plain data.
#[test]
fn a_description_survives_json() {
    let description = duplex();
    let json = serde_json::to_string(&description).unwrap();
    let read: Description = serde_json::from_str(&json).unwrap();
    assert_eq!(read, Description { unsupported: vec![], ..description });
}

#[test]
fn typescript_says_what_the_contract_says() {
    let module = typescript(&duplex());
    for expected in [
        "/**\n * Draws. * / alert(1)\n */\nexport interface IShapes {\n",
        "  Draw(shape: Shape | null, class_: bigint): \
         Promise<{ DrawResult: Decimal; rest: TimeSpan }>;\n",
        "  End(): Promise<void>;\n",
        "export interface IShapesCallback {\n  Drawn(percent: number): Promise<void>;\n}\n",
        "/**\n * Something to draw.\n */\nexport interface Shape {\n",
        "  /**\n   * Its id.\n   */\n  Id: Guid;\n",
        "  Colors?: Colors;\n",
        "  Parts?: (Shape | null)[] | null;\n",
        "  Size?: Size;\n",
        "  Extra?: Any | null;\n",
        "  When?: DateTime | null;\n",
        "export interface Circle extends Shape {\n  \"constructor\"?: number;\n  \
         Map?: Map<string | null, Shape | null> | null;\n}\n",
        "export type Colors = readonly (\"Red\" | \"Green\" | \"Blue\")[];\n",
        "export const description = {\n",
    ] {
        assert!(module.contains(expected), "{expected}\nis not in\n{module}");
    }
}

/// What is written is read as the same, types, actions, sessions and endpoints included.
#[test]
fn an_exported_description_is_imported_as_the_same() {
    let mut all = vec![duplex()];
    for name in [
        "BasicHttpSimpleServiceTest.BasicHttpRequestReplyEchoString",
        "DataTypesTest.CollectionsDataContract",
        "DataTypesTest.ComplexTypesWithCollectionsDataContract",
        "DataTypesTest.PrimitivesDataContract",
        "EnumTest.BasicHttpRequestEnumType",
    ] {
        let folder =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/golden/corewcf-wsdl");
        let text = std::fs::read_to_string(format!("{folder}/{name}.wsdl")).unwrap();
        all.push(import(&text, &mut |location| Err(location.to_owned())).unwrap());
    }
    for description in all {
        let text = export(&description).unwrap();
        let again = import(&text, &mut |location| Err(location.to_owned())).unwrap();
        assert_eq!(again.unsupported, []);
        assert_eq!(again, Description { unsupported: vec![], ..description }, "{text}");
    }
}

#[test]
fn names_that_xml_cannot_carry_are_not_exported() {
    let mut description = duplex();
    description.documentation.insert("{urn:data}Shape".into(), "\u{1}".to_owned());
    assert!(export(&description).is_err());
}
