//! TypeScript from a description: types, a service interface for each contract, and the description
//! itself as plain data, which is what the runtime reads.
//!
//! | contract | TypeScript | why |
//! |---|---|---|
//! | `boolean` | `boolean` | |
//! | whole numbers up to 32 bits, `float`, `double` | `number` | |
//! | `long`, `unsignedLong` | `bigint` | a `number` ends at 2^53 |
//! | `decimal` | `string` | no number of JavaScript keeps its digits |
//! | `dateTime`, `duration` | `string`, as on the wire | a `Date` has milliseconds and no kind; `new Date(text)` is near |
//! | `guid`, `anyURI`, `QName` (`{namespace}local`) | `string` | |
//! | `char` | `number` | a unit of UTF-16, which may be half a letter |
//! | `base64Binary` | `Uint8Array` | |
//! | lists, dictionaries | `T[]`, `Map<K, V>` | |
//! | enumerations, flags | a union of names, a list of them | |
//! | `object` | `{ $type, value }`, or an object with a `$type` | |

mod text;

use super::model::{Contract, Description, Operation};
use crate::data::{Class, Definition, Field, Part, Primitive, Type};
use crate::xml::Name;
use smol_str::{SmolStr, format_smolstr};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use text::{comment, identifier, key, literal};

/// Writes a module without imports, which compiles under `strict`.
pub fn typescript(description: &Description) -> String {
    let names = Names::new(description);
    let mut out = String::new();
    let title = format!("Made by sessionful from the description of {}.", description.name);
    comment(&mut out, "", &format!("{title} Make it again rather than change it."));
    out.push_str(PRELUDE);
    for (name, definition) in description.schema.types() {
        names.definition(&mut out, name, definition);
    }
    for contract in &description.contracts {
        names.contract(&mut out, contract);
    }
    let json = serde_json::to_string_pretty(description).unwrap_or_default();
    comment(&mut out, "", "What the runtime reads: types, operations, actions, endpoints.");
    let _ = writeln!(out, "export const description = {} as const;", escape_separators(&json));
    out
}

const PRELUDE: &str = "
/** A time as on the wire: `2024-02-29T13:14:15.12Z`. */
export type DateTime = string;
/** A span of time as on the wire: `P1DT2H3M4.005S`. */
export type TimeSpan = string;
/** A decimal with all its digits. */
export type Decimal = string;
/** A GUID with hyphens. */
export type Guid = string;
/** A qualified name: `{namespace}local`. */
export type QName = string;
/** A value of any type, with the name of its type: `{namespace}local`. */
export type Any = { readonly $type?: string; readonly value?: unknown } & { readonly [member: string]: unknown };

";

/// Valid in JSON, and in JavaScript only since 2019.
fn escape_separators(json: &str) -> String {
    json.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The names of types in the module: local names, with numbers where they clash.
struct Names<'a> {
    description: &'a Description,
    chosen: BTreeMap<Name, String>,
}

impl<'a> Names<'a> {
    fn new(description: &'a Description) -> Names<'a> {
        let reserved = ["DateTime", "TimeSpan", "Decimal", "Guid", "QName", "Any", "description"];
        let mut taken: BTreeSet<String> = reserved.map(str::to_owned).into();
        for contract in &description.contracts {
            taken.insert(identifier(&contract.name));
            taken.insert(format!("{}Callback", identifier(&contract.name)));
        }
        // What the platform calls its own must keep its meaning here.
        taken.extend(["Map", "Uint8Array", "Promise"].map(str::to_owned));
        let mut chosen_names = BTreeMap::new();
        for (name, definition) in description.schema.types() {
            if matches!(definition, Definition::Class(_) | Definition::Enumeration(_)) {
                let base = identifier(&name.local);
                let numbered = (2..).map(|number| format!("{base}{number}"));
                let mut free = std::iter::once(base.clone()).chain(numbered);
                let chosen = free.find(|name| !taken.contains(name)).unwrap_or(base);
                taken.insert(chosen.clone());
                chosen_names.insert(name.clone(), chosen);
            }
        }
        Names { description, chosen: chosen_names }
    }

    fn definition(&self, out: &mut String, name: &Name, definition: &Definition) {
        let Some(chosen) = self.chosen.get(name) else { return };
        let note = |key: &str| self.description.documentation.get(key).map(String::as_str);
        comment(out, "", note(&name.to_string()).unwrap_or_default());
        match definition {
            Definition::Class(class) => self.class(out, name, chosen, class),
            Definition::Enumeration(known) => {
                let values: Vec<String> =
                    known.values.iter().map(|(value, _)| literal(value)).collect();
                let union = if values.is_empty() { "never".to_owned() } else { values.join(" | ") };
                let list = if known.flags { format!("readonly ({union})[]") } else { union };
                let _ = writeln!(out, "export type {chosen} = {list};\n");
            }
            Definition::List(_) | Definition::Dictionary(_) => {}
        }
    }

    fn class(&self, out: &mut String, name: &Name, chosen: &str, class: &Class) {
        let base = class.base.as_ref().and_then(|base| self.chosen.get(base));
        let extends = base.map(|base| format!(" extends {base}")).unwrap_or_default();
        let _ = writeln!(out, "export interface {chosen}{extends} {{");
        if base.is_none() {
            comment(out, "  ", "The name of its class, if that is not the declared one.");
            out.push_str("  readonly $type?: string;\n");
        }
        for member in &class.members {
            let note = format_smolstr!("{name}/{}", member.name);
            let note = self.description.documentation.get(&note);
            comment(out, "  ", note.map(String::as_str).unwrap_or_default());
            let optional = if member.required { "" } else { "?" };
            let ty = self.field(&member.field, 0);
            let _ = writeln!(out, "  {}{optional}: {ty};", key(&member.name));
        }
        out.push_str("}\n\n");
    }

    fn field(&self, field: &Field, depth: usize) -> String {
        let ty = self.ty(&field.ty, depth);
        if field.nillable { format!("{ty} | null") } else { ty }
    }

    fn ty(&self, ty: &Type, depth: usize) -> String {
        let name = match ty {
            Type::Any => return "Any".to_owned(),
            Type::Primitive(primitive) => return self::primitive(*primitive).to_owned(),
            Type::Named(name) => name,
        };
        if let Some(chosen) = self.chosen.get(name) {
            return chosen.clone();
        }
        let inner = |field: &Field| self.field(field, depth + 1);
        match self.description.schema.get(name) {
            // A list may be an item of itself.
            _ if depth > 8 => "unknown".to_owned(),
            Some(Definition::List(list)) => format!("({})[]", inner(&list.field)),
            Some(Definition::Dictionary(known)) => {
                format!("Map<{}, {}>", inner(&known.key_field), inner(&known.value_field))
            }
            _ => "unknown".to_owned(),
        }
    }

    fn contract(&self, out: &mut String, contract: &Contract) {
        let name = identifier(&contract.name);
        comment(out, "", &contract.documentation);
        self.interface(out, &name, &contract.operations);
        if !contract.callbacks.is_empty() {
            comment(out, "", &format!("What {} calls back.", contract.name));
            self.interface(out, &format!("{name}Callback"), &contract.callbacks);
        }
    }

    fn interface(&self, out: &mut String, name: &str, operations: &[Operation]) {
        let _ = writeln!(out, "export interface {name} {{");
        for operation in operations {
            comment(out, "  ", &operation.documentation);
            let parameters = self.parameters(&operation.request.parts);
            let result = self.result(operation);
            let _ = writeln!(out, "  {}({parameters}): Promise<{result}>;", key(&operation.name));
        }
        out.push_str("}\n\n");
    }

    fn parameters(&self, parts: &[Part]) -> String {
        let mut taken: BTreeSet<SmolStr> = BTreeSet::new();
        let parameter = |part: &Part| {
            let mut name = SmolStr::new(identifier(&part.name));
            while !taken.insert(name.clone()) {
                name = format_smolstr!("{name}_");
            }
            format!("{name}: {}", self.field(&part.field, 0))
        };
        parts.iter().map(parameter).collect::<Vec<_>>().join(", ")
    }

    /// Nothing, the one result, or all that comes back by name.
    fn result(&self, operation: &Operation) -> String {
        match operation.reply.as_ref().map(|reply| &reply.parts[..]) {
            None | Some([]) => "void".to_owned(),
            Some([part]) => self.field(&part.field, 0),
            Some(parts) => {
                let member =
                    |part: &Part| format!("{}: {}", key(&part.name), self.field(&part.field, 0));
                format!("{{ {} }}", parts.iter().map(member).collect::<Vec<_>>().join("; "))
            }
        }
    }
}

fn primitive(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "boolean",
        Primitive::Long | Primitive::UnsignedLong => "bigint",
        Primitive::Decimal => "Decimal",
        Primitive::String | Primitive::AnyUri => "string",
        Primitive::DateTime => "DateTime",
        Primitive::Duration => "TimeSpan",
        Primitive::Guid => "Guid",
        Primitive::Base64Binary => "Uint8Array",
        Primitive::QName => "QName",
        _ => "number",
    }
}
