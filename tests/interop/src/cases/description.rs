//! Descriptions: what zeep makes of CoreWCF's and of ours, and of calls that we write by them.

use crate::canonical::{of_binary, of_text};
use crate::fixtures::folder;
use crate::report::Report;
use crate::samples;
use crate::tools::{Tools, start};
use sessionful_wcf::binary;
use sessionful_wcf::data::{Datum, Definition, Field, Primitive, Schema, Type, Wrapper};
use sessionful_wcf::soap::Wire;
use sessionful_wcf::text::Writer;
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};
use sessionful_wcf::wsdl::{Description, export, import, typescript};
use sessionful_wcf::xml::{Limits, Name, copy};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Every way to write to a sample's service.
pub(crate) const WIRES: &[(&str, Wire)] =
    &[("basic", Wire::BasicHttp), ("soap12", Wire::Soap12Http), ("ws", Wire::WsHttp)];

/// zeep reads each element as the description's schema says, and writes what it has understood.
pub(crate) fn zeep(report: &mut Report, tools: &Tools) {
    let Some(mut peer) = start(report, &mut tools.python("zeep_peer.py")) else { return };
    for (name, file, description) in descriptions(report, tools) {
        let path = file.to_string_lossy().into_owned();
        report.case(&format!("loads {name}"), || {
            let loaded = peer.ask("load", &[path.as_bytes()]).unwrap();
            let found = String::from_utf8(loaded).unwrap();
            let operations: usize = description
                .endpoints
                .iter()
                .map(|one| description.contract(&one.contract).unwrap().operations.len())
                .sum();
            assert_eq!(found.lines().count(), operations, "{found}");
        });
        for operation in description.contracts.iter().flat_map(|one| &one.operations) {
            for wrapper in
                [Some(&operation.request), operation.reply.as_ref()].into_iter().flatten()
            {
                report.case(&format!("understands {name} {}", wrapper.name.local), || {
                    let body = sample(&description, wrapper);
                    let text = as_text(&body);
                    let read = peer.ask("echo", &[path.as_bytes(), text.as_bytes()]).unwrap();
                    assert_eq!(open(&of_text(&read)), open(&of_binary(&body)));
                });
            }
        }
    }
}

/// What is generated compiles under `strict`, and is not so loose that anything would.
pub(crate) fn types(report: &mut Report, tools: &Tools) {
    let folder = tools.path("typescript");
    fs::create_dir_all(&folder).unwrap();
    for (name, _, description) in descriptions(report, tools) {
        let module = folder.join(format!("{name}.ts"));
        fs::write(&module, typescript(&description)).unwrap();
        let contract = &description.contracts[0];
        let operation = &contract.operations[0].name;
        let user = |what: &str, call: &str| {
            let user = folder.join(format!("{name}.{what}.ts"));
            let import =
                format!("import type {{ {} as Service }} from './{name}.js';", contract.name);
            let body = format!("export const use = (service: Service) => service.{call};");
            fs::write(&user, format!("{import}\n{body}\n")).unwrap();
            user
        };
        let right = user("right", operation);
        report.case(&format!("{name} compiles"), || {
            let said = compile(&[&module, &right]);
            assert!(said.is_ok(), "{said:?}");
        });
        let wrong = user("wrong", &format!("{operation}(Symbol(), Symbol())"));
        report.case(&format!("{name} refuses what it does not say"), || {
            let said = compile(&[&wrong]).unwrap_err();
            assert!(said.contains("wrong.ts(2,"), "{said}");
        });
    }
}

fn compile(files: &[&PathBuf]) -> Result<(), String> {
    let mut compiler = Command::new("node");
    compiler.arg(Tools::source("node/node_modules/typescript/bin/tsc")).args([
        "--strict",
        "--noEmit",
        "--exactOptionalPropertyTypes",
        "--noUncheckedIndexedAccess",
        "--target",
        "es2022",
        "--module",
        "nodenext",
    ]);
    let output = compiler.args(files).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stdout).into())
    }
}

/// CoreWCF's own, and ours of the samples; each as a file and as we import it.
fn descriptions(report: &mut Report, tools: &Tools) -> Vec<(String, PathBuf, Description)> {
    let mut found = Vec::new();
    let mut files: Vec<PathBuf> = fs::read_dir(folder().join("corewcf-wsdl"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "wsdl"))
        .collect();
    files.sort();
    let own = tools.path("wsdl");
    fs::create_dir_all(&own).unwrap();
    for sample in ["percall", "types"] {
        let file = own.join(format!("{sample}.wsdl"));
        let description = samples::description(sample, "http://localhost:18080", WIRES);
        fs::write(&file, export(&description).unwrap()).unwrap();
        files.push(file);
    }
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        report.case(&format!("we import {name}"), || {
            let text = fs::read_to_string(&file).unwrap();
            let description = import(&text, &mut |other| Err(format!("{other} is not wanted")));
            let description = description.unwrap();
            assert_eq!(description.unsupported, []);
            found.push((name.clone(), file.clone(), description));
        });
    }
    found
}

/// zeep reads a value whose type is left open, and forgets the type that it had.
fn open(canonical: &str) -> String {
    let line =
        |line: &str| match line.split_once(" {http://www.w3.org/2001/XMLSchema-instance}type=") {
            Some((start, _)) => format!("{start}>"),
            None => line.to_owned(),
        };
    canonical.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn as_text(body: &[u8]) -> String {
    let mut writer = Writer::default();
    copy(&mut binary::Reader::new(body, None, Limits::default()).unwrap(), &mut writer).unwrap();
    writer.into_text()
}

/// A body with some value for every part.
fn sample(description: &Description, wrapper: &Wrapper) -> Vec<u8> {
    let schema = &description.schema;
    let value = |field: &Field| some(schema, field, 0);
    let values: Vec<_> =
        wrapper.parts.iter().map(|part| (part.name.clone(), value(&part.field))).collect();
    schema.write_body(wrapper, &values).unwrap().to_vec()
}

/// Some value of a type; what holds itself ends with null.
fn some(schema: &Schema, field: &Field, depth: usize) -> Datum {
    match &field.ty {
        _ if depth > 6 => Datum::Nil,
        Type::Any => Datum::Typed(Box::new((Primitive::Int.into(), Datum::Int(1)))),
        Type::Primitive(primitive) => primitive_value(*primitive),
        Type::Named(name) => match schema.get(name).unwrap() {
            Definition::Class(_) => object(schema, name, depth),
            Definition::Enumeration(known) => Datum::Enum(vec![known.values[0].0.clone()]),
            Definition::List(list) => Datum::List(vec![some(schema, &list.field, depth + 1); 2]),
            Definition::Dictionary(known) => Datum::Map(vec![(
                some(schema, &known.key_field, depth + 1),
                some(schema, &known.value_field, depth + 1),
            )]),
        },
    }
}

fn object(schema: &Schema, name: &Name, depth: usize) -> Datum {
    let members = schema.members(name).unwrap().into_iter();
    Datum::object(
        members.map(|(name, member)| (name.local, some(schema, &member.field, depth + 1))),
    )
}

fn primitive_value(primitive: Primitive) -> Datum {
    match primitive {
        Primitive::Boolean => Datum::Bool(true),
        Primitive::Byte | Primitive::Short | Primitive::Int | Primitive::Long => Datum::Int(-1),
        Primitive::UnsignedByte
        | Primitive::UnsignedShort
        | Primitive::UnsignedInt
        | Primitive::UnsignedLong => Datum::UInt(200),
        Primitive::Float => Datum::Float(1.5),
        Primitive::Double => Datum::Double(0.1),
        Primitive::Decimal => Datum::Decimal(Decimal::parse("1.5").unwrap()),
        Primitive::Char => Datum::Char(65),
        Primitive::String | Primitive::AnyUri => Datum::text("urn:x"),
        Primitive::DateTime => Datum::DateTime(DateTime::parse("2024-02-29T13:14:15Z").unwrap()),
        Primitive::Duration => Datum::TimeSpan(TimeSpan { ticks: 50_000_000 }),
        Primitive::Guid => Datum::Guid(Guid::default()),
        Primitive::Base64Binary => Datum::Bytes((&b"abc"[..]).into()),
        Primitive::QName => Datum::QName(Name::new("urn:q", "n")),
    }
}
