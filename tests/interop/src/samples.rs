//! The services of the samples, and messages of theirs.

use crate::contracts;
use crate::fixtures::{json, read};
use sessionful::{Codec, Limits, Message, SessionMode};
use sessionful_wcf::data::{DATA, Field, Part, Primitive, Schema, Type, Wrapper};
use sessionful_wcf::soap::{Entity, Soap, Wire};
use sessionful_wcf::wsdl::{Contract, Description, Endpoint, Fault, Operation};
use sessionful_wcf::xml::Name;

/// The namespace of the calculators.
pub(crate) const SAMPLES: &str = "http://Interop.Samples";
/// The namespace of contracts that have none of their own.
pub(crate) const TEMPURI: &str = "http://tempuri.org/";

const CALCULATOR: &[&str] = &[
    "Clear",
    "AddTo",
    "Add",
    "Equals",
    "Divide",
    "DivideSub",
    "InstanceId",
    "ThrowUndeclared",
    "ThrowUnhandled",
    "Nothing",
];
const TYPES: &[&str] = &[
    "EchoString",
    "EchoZoo",
    "EchoShape",
    "EchoInts",
    "EchoPoints",
    "EchoBytes",
    "EchoDate",
    "EchoGuid",
    "EchoNullable",
    "EchoColor",
    "Mixed",
    "Renamed",
    "Bool",
    "EchoObject",
    "EchoMap",
];

const DUPLEX: &[&str] = &["AddTo", "Sum", "Ask"];
const CALLBACKS: &[&str] = &["Told", "Confirm"];

/// The description of a sample, with an endpoint for each form.
pub(crate) fn description(sample: &str, base: &str, wires: &[(&str, Wire)]) -> Description {
    let (contract, namespace, names) = match sample {
        "types" => ("ITypes", TEMPURI, TYPES),
        "duplex" => ("ICalculatorDuplex", SAMPLES, DUPLEX),
        _ => ("ICalculatorSession", SAMPLES, CALCULATOR),
    };
    let duplex = sample == "duplex";
    let mut schema = contracts::schema(false);
    let operations = names.iter().map(|name| operation(&mut schema, contract, namespace, name));
    let operations = operations.collect();
    let callbacks = CALLBACKS.iter().map(|name| operation(&mut schema, contract, namespace, name));
    let callbacks = callbacks.collect();
    let endpoints = wires.iter().map(|(path, wire)| Endpoint {
        name: (*path).into(),
        contract: contract.into(),
        address: format!("{base}/{sample}/{path}"),
        wire: *wire,
    });
    Description {
        name: sample.into(),
        namespace: namespace.into(),
        contracts: vec![Contract {
            name: contract.into(),
            session: if duplex { SessionMode::Required } else { SessionMode::Allowed },
            operations,
            callbacks: if duplex { callbacks } else { Vec::new() },
            ..Contract::default()
        }],
        endpoints: endpoints.collect(),
        schema,
        ..Description::default()
    }
}

fn operation(schema: &mut Schema, contract: &str, namespace: &str, name: &str) -> Operation {
    let own = |name: String| Name::new(namespace, name);
    let action = |name: &str| {
        let separator = if namespace.ends_with('/') { "" } else { "/" };
        format!("{namespace}{separator}{contract}/{name}")
    };
    let reply_name = own(format!("{name}Response"));
    let one_way = ["Clear", "AddTo", "Told"].contains(&name);
    let request = wrapper(schema, own(name.into()));
    let reply = wrapper(schema, reply_name);
    let custom = name == "Renamed";
    Operation {
        name: name.into(),
        action: if custom { "urn:custom-action".into() } else { action(name).into() },
        reply_action: match (one_way, custom) {
            (true, _) => "".into(),
            (_, true) => "urn:custom-reply".into(),
            _ => action(&format!("{name}Response")).into(),
        },
        request,
        reply: (!one_way).then_some(reply),
        faults: if name.starts_with("Divide") {
            vec![math_fault(&action(name))]
        } else {
            Vec::new()
        },
        initiating: true,
        terminating: false,
        documentation: String::new(),
    }
}

/// What was recorded has most of them; the others are of the duplex sample.
fn wrapper(schema: &mut Schema, name: Name) -> Wrapper {
    let part = |part, primitive: Primitive| vec![Part::new(part, primitive)];
    let parts = match name.local.as_str() {
        "Told" => part("result", Primitive::Double),
        "Ask" => part("text", Primitive::String),
        "AskResponse" => part("AskResult", Primitive::String),
        "Equals" => Vec::new(), // recorded with the part of a callback
        _ => match contracts::wrapper(schema, &name) {
            Some(recorded) => return recorded,
            None => Vec::new(),
        },
    };
    Wrapper::new(name, parts)
}

fn math_fault(action: &str) -> Fault {
    let element = Name::new(format!("{DATA}Interop.Data"), "MathFault");
    Fault {
        name: "MathFaultFault".into(),
        action: format!("{action}MathFaultFault").into(),
        field: Field::new(Type::Named(element.clone())),
        element,
    }
}

/// Requests and replies that were recorded, by name, as the codec reads them.
pub(crate) fn messages() -> Vec<(String, Message)> {
    let index = json("mono/index.json");
    let mut messages = Vec::new();
    for entry in index.as_array().unwrap() {
        let vector = entry["vector"].as_str().unwrap();
        let side = |side: &str| Some((entry[side].as_str()?.to_owned(), side.to_owned()));
        let text = vector.contains("soap12wsa10/");
        for (file, side) in [side("request"), side("response")].into_iter().flatten() {
            // Mono's faults are no WCF's.
            if text
                && file.ends_with(".xml")
                && !vector.contains("fault")
                && !vector.contains("Throw")
            {
                messages.push((format!("{vector} {side}"), recorded(&file)));
            }
        }
    }
    messages
}

fn recorded(file: &str) -> Message {
    let body = read(&format!("mono/{file}")).into_bytes().into();
    let content_type = Wire::WsHttp.content_type().to_owned();
    let entity = Entity { status: 200, content_type, soap_action: None, body };
    Soap::host(Wire::WsHttp, Limits::default()).decode(entity.into_frame()).unwrap()
}
