//! Rust from a description: a struct for each class and for the parameters of each operation, an enum
//! for each enumeration, and the description itself as JSON.
//!
//! Members that are missing have the default value of their type. A class that others extend becomes an
//! enum `...Kind` of all of them where it is used.

use super::model::{Contract, Description, Operation};
use crate::data::{Definition, Enumeration, Field, Primitive, Type, Wrapper};
use crate::xml::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Writes a module that needs this crate only.
pub fn rust(description: &Description) -> String {
    let names = Names::new(description);
    let mut out = format!(
        "// Made by sessionful from the description of {}. Make it again rather than change it.\n\n{IMPORTS}",
        description.name.replace(char::is_control, " ")
    );
    for (name, definition) in description.schema.types() {
        names.definition(&mut out, name, definition);
    }
    for contract in &description.contracts {
        names.contract(&mut out, contract);
    }
    let json = serde_json::to_string(description).unwrap_or_default();
    let _ = writeln!(out, "/// What the runtime reads: types, operations, actions, endpoints.");
    let _ = writeln!(out, "pub const DESCRIPTION: &str = {json:?};");
    out
}

const IMPORTS: &str = "\
#[allow(unused_imports, reason = \"not every contract needs each\")]
use sessionful_wcf::data::{
    Char, DataContract, DataError, Datum, Map, Members, names_of, object, of_class, unknown_name,
};
#[allow(unused_imports, reason = \"not every contract needs each\")]
use sessionful_wcf::value::{DateTime, Decimal, Guid, TimeSpan};

";

struct Names<'a> {
    description: &'a Description,
    /// The Rust name of each class and enumeration.
    chosen: BTreeMap<Name, String>,
    /// The classes that extend a class, itself first.
    kinds: BTreeMap<Name, Vec<Name>>,
}

impl<'a> Names<'a> {
    fn new(description: &'a Description) -> Names<'a> {
        let reserved = "Char DataContract DataError Datum Map Members DateTime Decimal Guid TimeSpan \
            Option Vec Box String Result Ok Err Self Some None Default Clone Debug PartialEq Eq Copy";
        let mut taken: BTreeSet<String> = reserved.split(' ').map(str::to_owned).collect();
        let (mut chosen, mut kinds) = (BTreeMap::new(), BTreeMap::<Name, Vec<Name>>::new());
        for (name, definition) in description.schema.types() {
            if !matches!(definition, Definition::Class(_) | Definition::Enumeration(_)) {
                continue;
            }
            let free = unique(&camel(&name.local), &mut taken);
            // What is made of the name must be free too.
            taken.extend([format!("{free}Kind"), format!("{free}Flag")]);
            chosen.insert(name.clone(), free);
            let mut base = Some(name.clone());
            for _ in 0..64 {
                let Some(class) = base.take() else { break };
                if let Some(Definition::Class(known)) = description.schema.get(&class) {
                    base = known.base.clone();
                    kinds.entry(class).or_default().push(name.clone());
                }
            }
        }
        for (name, kinds) in &mut kinds {
            kinds.sort_by_key(|kind| kind != name);
        }
        Names { description, chosen, kinds }
    }

    fn definition(&self, out: &mut String, name: &Name, definition: &Definition) {
        let Some(chosen) = self.chosen.get(name) else { return };
        let note = self.description.documentation.get(name.to_string().as_str());
        let note = note.map(String::as_str).unwrap_or_default();
        match definition {
            Definition::Class(_) => {
                let members = self.description.schema.members(name).unwrap_or_default();
                let fields =
                    members.iter().map(|(_, member)| (member.name.as_str(), &member.field));
                self.structure(out, chosen, note, fields.collect());
                self.kind(out, name, chosen);
            }
            Definition::Enumeration(known) if known.flags && !known.values.is_empty() => {
                flags(out, chosen, note, known);
            }
            Definition::Enumeration(known) => enumeration(out, chosen, note, known),
            Definition::List(_) | Definition::Dictionary(_) => {}
        }
    }

    fn structure(&self, out: &mut String, name: &str, note: &str, fields: Vec<(&str, &Field)>) {
        let mut taken = BTreeSet::new();
        let fields: Vec<(String, &str, String)> = fields
            .into_iter()
            .map(|(wire, field)| (unique(&snake(wire), &mut taken), wire, self.field(field, 0)))
            .collect();
        comment(out, note);
        let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq, Default)]\npub struct {name} {{");
        for (field, wire, ty) in &fields {
            let _ = writeln!(out, "    /// `{}`.\n    pub {field}: {ty},", plain(wire));
        }
        let _ = writeln!(
            out,
            "}}\n\nimpl DataContract for {name} {{\n    fn to_datum(&self) -> Datum {{"
        );
        out.push_str("        object([\n");
        for (field, wire, _) in &fields {
            let _ = writeln!(out, "            ({wire:?}, self.{field}.to_datum()),");
        }
        out.push_str(
            "        ])\n    }\n\n    fn from_datum(datum: Datum) -> Result<Self, DataError> {\n",
        );
        let mutable = if fields.is_empty() { "let _" } else { "let mut members" };
        let _ = writeln!(out, "        {mutable} = Members::new(datum)?;\n        Ok({name} {{");
        for (field, wire, _) in &fields {
            let _ = writeln!(out, "            {field}: members.take({wire:?})?,");
        }
        out.push_str("        })\n    }\n}\n\n");
    }

    /// All the classes that may be where a class is declared.
    fn kind(&self, out: &mut String, name: &Name, chosen: &str) {
        let kinds: Vec<(&Name, &String)> = self.kinds_of(name);
        if kinds.len() < 2 {
            return;
        }
        let _ = writeln!(out, "/// A [`{chosen}`], or a class that extends it.");
        let _ = writeln!(out, "#[derive(Clone, Debug, PartialEq)]\npub enum {chosen}Kind {{");
        for (_, kind) in &kinds {
            let _ = writeln!(out, "    /// A [`{kind}`].\n    {kind}({kind}),");
        }
        let _ = writeln!(
            out,
            "}}\n\nimpl Default for {chosen}Kind {{\n    fn default() -> Self {{\n        \
             {chosen}Kind::{chosen}({chosen}::default())\n    }}\n}}\n\n\
             impl DataContract for {chosen}Kind {{\n    fn to_datum(&self) -> Datum {{\n        match self {{"
        );
        for (class, kind) in &kinds {
            let value = match class == &name {
                true => "value.to_datum()".to_owned(),
                false => {
                    format!("of_class(value.to_datum(), {:?}, {:?})", class.namespace, class.local)
                }
            };
            let _ = writeln!(out, "            {chosen}Kind::{kind}(value) => {value},");
        }
        out.push_str(
            "        }\n    }\n\n    fn from_datum(datum: Datum) -> Result<Self, DataError> {\n        \
             let class = match &datum {\n            Datum::Object(object) => object.class.clone(),\n            \
             _ => None,\n        };\n        \
             let class = class.as_ref().map(|name| (name.namespace.as_str(), name.local.as_str()));\n        \
             Ok(match class {\n",
        );
        for (class, kind) in kinds.iter().filter(|(class, _)| class != &name) {
            let _ = writeln!(
                out,
                "            Some(({:?}, {:?})) => {chosen}Kind::{kind}(DataContract::from_datum(datum)?),",
                class.namespace, class.local
            );
        }
        let _ = writeln!(
            out,
            "            _ => {chosen}Kind::{chosen}(DataContract::from_datum(datum)?),\n        }})\n    }}\n}}\n"
        );
    }

    fn kinds_of(&self, name: &Name) -> Vec<(&Name, &String)> {
        let kinds = self.kinds.get(name).into_iter().flatten();
        kinds.filter_map(|kind| Some((kind, self.chosen.get(kind)?))).collect()
    }

    fn field(&self, field: &Field, depth: usize) -> String {
        let ty = self.ty(&field.ty, depth);
        if field.nillable { format!("Option<{ty}>") } else { ty }
    }

    fn ty(&self, ty: &Type, depth: usize) -> String {
        let name = match ty {
            Type::Any => return "Datum".to_owned(),
            Type::Primitive(primitive) => return self::primitive(*primitive).to_owned(),
            Type::Named(name) => name,
        };
        let inner = |field: &Field| self.field(field, depth + 1);
        match (self.description.schema.get(name), self.chosen.get(name)) {
            // A list may be an item of itself.
            _ if depth > 8 => "Datum".to_owned(),
            (Some(Definition::Class(_)), Some(chosen)) => {
                let kind = if self.kinds_of(name).len() > 1 { "Kind" } else { "" };
                // A class may hold itself.
                if depth == 0 { format!("Box<{chosen}{kind}>") } else { format!("{chosen}{kind}") }
            }
            (Some(Definition::Enumeration(_)), Some(chosen)) => chosen.clone(),
            (Some(Definition::List(list)), _) => format!("Vec<{}>", inner(&list.field)),
            (Some(Definition::Dictionary(known)), _) => {
                format!("Map<{}, {}>", inner(&known.key_field), inner(&known.value_field))
            }
            _ => "Datum".to_owned(),
        }
    }

    /// A module for each contract, with the parameters and results of its operations.
    fn contract(&self, out: &mut String, contract: &Contract) {
        comment(out, &contract.documentation);
        let _ = writeln!(out, "pub mod {} {{\n    use super::*;\n", snake(&contract.name));
        let mut taken: BTreeSet<String> = self.chosen.values().cloned().collect();
        let mut inside = String::new();
        for operation in contract.operations.iter().chain(&contract.callbacks) {
            self.operation(&mut inside, operation, &mut taken);
        }
        for line in inside.lines() {
            let _ = writeln!(out, "{}", format!("    {line}").trim_end());
        }
        out.push_str("}\n\n");
    }

    fn operation(&self, out: &mut String, operation: &Operation, taken: &mut BTreeSet<String>) {
        let base = camel(&operation.name);
        let mut wrapper = |out: &mut String, suffix: &str, wrapper: &Wrapper| {
            let name = unique(&format!("{base}{suffix}"), taken);
            let note = format!("The {} of `{}`.", suffix.to_lowercase(), plain(&operation.name));
            let fields = wrapper.parts.iter().map(|part| (part.name.as_str(), &part.field));
            self.structure(out, &name, &note, fields.collect());
        };
        wrapper(out, "Request", &operation.request);
        if let Some(reply) = &operation.reply {
            wrapper(out, "Response", reply);
        }
    }
}

fn enumeration(out: &mut String, name: &str, note: &str, known: &Enumeration) {
    let mut taken = BTreeSet::new();
    let values: Vec<(String, &str)> = known
        .values
        .iter()
        .map(|(value, _)| (unique(&camel(value), &mut taken), value.as_str()))
        .collect();
    comment(out, note);
    if values.is_empty() {
        let _ = writeln!(out, "pub type {name} = Datum;\n");
        return;
    }
    let _ =
        writeln!(out, "#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]\npub enum {name} {{");
    for (index, (variant, wire)) in values.iter().enumerate() {
        let default = if index == 0 { "    #[default]\n" } else { "" };
        let _ = writeln!(out, "    /// `{}`.\n{default}    {variant},", plain(wire));
    }
    let _ = writeln!(
        out,
        "}}\n\nimpl {name} {{\n    /// The name on the wire.\n    pub fn name(self) -> &'static str {{\n        \
         match self {{"
    );
    for (variant, wire) in &values {
        let _ = writeln!(out, "            {name}::{variant} => {wire:?},");
    }
    let _ = writeln!(
        out,
        "        }}\n    }}\n\n    /// The value of a name on the wire.\n    \
         pub fn from_name(name: &str) -> Result<Self, DataError> {{\n        Ok(match name {{"
    );
    for (variant, wire) in &values {
        let _ = writeln!(out, "            {wire:?} => {name}::{variant},");
    }
    let _ = writeln!(
        out,
        "            other => return Err(unknown_name(other, {name:?})),\n        }})\n    }}\n}}\n\n\
         impl DataContract for {name} {{\n    fn to_datum(&self) -> Datum {{\n        \
         Datum::Enum(vec![self.name().into()])\n    }}\n\n    \
         fn from_datum(datum: Datum) -> Result<Self, DataError> {{\n        match &names_of(datum)?[..] {{\n            \
         [name] => {name}::from_name(name),\n            _ => Err(unknown_name(\"several\", {name:?})),\n        \
         }}\n    }}\n}}\n"
    );
}

fn flags(out: &mut String, name: &str, note: &str, known: &Enumeration) {
    comment(out, note);
    let _ = writeln!(
        out,
        "#[derive(Clone, Debug, PartialEq, Eq, Default)]\npub struct {name}(pub Vec<{name}Flag>);\n\n\
         impl DataContract for {name} {{\n    fn to_datum(&self) -> Datum {{\n        \
         Datum::Enum(self.0.iter().map(|flag| flag.name().into()).collect())\n    }}\n\n    \
         fn from_datum(datum: Datum) -> Result<Self, DataError> {{\n        \
         let names = names_of(datum)?;\n        \
         names.iter().map(|name| {name}Flag::from_name(name)).collect::<Result<_, _>>().map({name})\n    \
         }}\n}}\n"
    );
    enumeration(out, &format!("{name}Flag"), "", known);
}

fn primitive(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Boolean => "bool",
        Primitive::Byte => "i8",
        Primitive::UnsignedByte => "u8",
        Primitive::Short => "i16",
        Primitive::UnsignedShort => "u16",
        Primitive::Int => "i32",
        Primitive::UnsignedInt => "u32",
        Primitive::Long => "i64",
        Primitive::UnsignedLong => "u64",
        Primitive::Float => "f32",
        Primitive::Double => "f64",
        Primitive::Decimal => "Decimal",
        Primitive::Char => "Char",
        Primitive::String | Primitive::AnyUri => "String",
        Primitive::DateTime => "DateTime",
        Primitive::Duration => "TimeSpan",
        Primitive::Guid => "Guid",
        Primitive::Base64Binary => "bytes::Bytes",
        Primitive::QName => "sessionful_wcf::xml::Name",
    }
}

fn comment(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = writeln!(out, "{}", format!("/// {}", line.trim()).trim_end());
    }
}

/// A stranger's name inside a comment.
fn plain(name: &str) -> String {
    name.replace(|letter: char| letter.is_control() || letter == '`', " ")
}

fn unique(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut free = std::iter::once(name.to_owned()).chain(numbered);
    let found = free.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(found.clone());
    found
}

/// The words of a name: other letters separate them, and so does a capital behind a small one.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        let word = letter.is_ascii_alphanumeric();
        if !word || (small && letter.is_ascii_uppercase()) {
            words.push(String::new());
        }
        small = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        if let (true, Some(last)) = (word, words.last_mut()) {
            last.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn camel(name: &str) -> String {
    let capital = |word: &String| word[..1].to_ascii_uppercase() + &word[1..];
    let name: String = words(name).iter().map(capital).collect();
    if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("N{name}");
    }
    name
}

fn snake(name: &str) -> String {
    let name = words(name).join("_").to_ascii_lowercase();
    let keywords = "as break const continue crate else enum extern false fn for if impl in let loop match mod \
        move mut pub ref return self static struct super trait true type unsafe use where while async await \
        dyn abstract become box do final macro override priv typeof unsized virtual yield try gen";
    match name.chars().next() {
        None => "n".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("n{name}"),
        _ if keywords.split_whitespace().any(|keyword| keyword == name) => format!("{name}_"),
        _ => name,
    }
}
