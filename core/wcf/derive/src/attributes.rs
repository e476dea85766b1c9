//! What is said in `#[data_contract(...)]`.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Error, LitInt, LitStr, Result};

/// Where `clr` puts a contract, and one that says nothing.
const CLR: &str = "http://schemas.datacontract.org/2004/07/";

/// What is said of a type.
#[derive(Default)]
pub(crate) struct OfType {
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) value_type: bool,
    pub(crate) flags: bool,
}

impl OfType {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<OfType> {
        let mut found = OfType::default();
        each(attributes, |meta| {
            if meta.path.is_ident("name") {
                found.name = Some(text(&meta)?);
            } else if meta.path.is_ident("namespace") {
                found.namespace = Some(text(&meta)?);
            } else if meta.path.is_ident("clr") {
                found.namespace = Some(format!("{CLR}{}", text(&meta)?));
            } else if meta.path.is_ident("value_type") {
                found.value_type = true;
            } else if meta.path.is_ident("flags") {
                found.flags = true;
            } else {
                return Err(meta.error("expected name, namespace, clr, value_type or flags"));
            }
            Ok(())
        })?;
        Ok(found)
    }

    pub(crate) fn namespace(&self) -> String {
        self.namespace.clone().unwrap_or_else(|| CLR.to_owned())
    }
}

/// What is said of a member, or of a value of an enumeration.
#[derive(Default)]
pub(crate) struct OfMember {
    pub(crate) name: Option<String>,
    pub(crate) order: Option<i32>,
    pub(crate) required: bool,
    pub(crate) skip_default: bool,
    pub(crate) base: bool,
}

impl OfMember {
    pub(crate) fn read(attributes: &[Attribute]) -> Result<OfMember> {
        let mut found = OfMember::default();
        each(attributes, |meta| {
            if meta.path.is_ident("name") {
                found.name = Some(text(&meta)?);
            } else if meta.path.is_ident("order") {
                found.order = Some(meta.value()?.parse::<LitInt>()?.base10_parse()?);
            } else if meta.path.is_ident("required") {
                found.required = true;
            } else if meta.path.is_ident("skip_default") {
                found.skip_default = true;
            } else if meta.path.is_ident("base") {
                found.base = true;
            } else {
                return Err(meta.error("expected name, order, required, skip_default or base"));
            }
            Ok(())
        })?;
        Ok(found)
    }
}

fn each(
    attributes: &[Attribute],
    mut read: impl FnMut(ParseNestedMeta<'_>) -> Result<()>,
) -> Result<()> {
    let ours = attributes.iter().filter(|attribute| attribute.path().is_ident("data_contract"));
    ours.into_iter().try_for_each(|attribute| attribute.parse_nested_meta(&mut read))
}

/// A text that is not empty.
fn text(meta: &ParseNestedMeta<'_>) -> Result<String> {
    let literal: LitStr = meta.value()?.parse()?;
    match literal.value() {
        text if text.is_empty() => Err(Error::new_spanned(literal, "a name is not empty")),
        text => Ok(text),
    }
}
