//! The documents of a description: the first one, and what it imports.

use crate::text::Reader;
use crate::wsdl::WsdlError;
use crate::wsdl::names::WSDL;
use crate::xml::{Element, Limits, XSD};

/// Gives the text of a document by its location, as the importing document writes it, or says why not.
pub type Documents<'a> = dyn FnMut(&str) -> Result<String, String> + 'a;

/// What descriptions may be: larger than messages, and no better trusted.
const LIMITS: Limits = Limits {
    document: 8 << 20,
    depth: 128,
    attributes: 128,
    declarations: 1024,
    names: 1 << 20,
    dictionary: 0,
};
const PARTS: usize = 256;

#[derive(Default)]
pub(super) struct Parts {
    /// The documents of WSDL, the first one first.
    pub(super) documents: Vec<Element>,
    /// Schemas, each with the namespace of the one that includes it.
    pub(super) schemas: Vec<(Element, String)>,
}

/// Breadth first, each location once.
pub(super) fn collect(document: &str, fetch: &mut Documents<'_>) -> Result<Parts, WsdlError> {
    let mut parts = Parts::default();
    let mut seen: Vec<String> = Vec::new();
    let mut waiting = Vec::new();
    take(parse(document, "the description")?, String::new(), &mut parts, &mut waiting)?;
    if parts.documents.is_empty() {
        let found = parts.schemas.pop().map(|(schema, _)| schema.name.to_string());
        let document = "the description".to_owned();
        return Err(WsdlError::NotWsdl { document, found: found.unwrap_or_default() });
    }
    while let Some((location, around)) = waiting.pop() {
        if seen.contains(&location) {
            continue;
        }
        seen.push(location.clone());
        if seen.len() > PARTS {
            return Err(WsdlError::TooManyParts { limit: PARTS });
        }
        let text = fetch(&location)
            .map_err(|reason| WsdlError::Unreachable { location: location.clone(), reason })?;
        take(parse(&text, &location)?, around, &mut parts, &mut waiting)?;
    }
    Ok(parts)
}

fn parse(text: &str, document: &str) -> Result<Element, WsdlError> {
    let root = Reader::new(text.as_bytes(), LIMITS).and_then(Element::read);
    let root = root.map_err(|error| WsdlError::Xml { document: document.to_owned(), error })?;
    if root.is(WSDL, "definitions") || root.is(XSD, "schema") {
        return Ok(root);
    }
    let found = root.name.to_string();
    Err(WsdlError::NotWsdl { document: document.to_owned(), found })
}

fn take(
    root: Element,
    around: String,
    parts: &mut Parts,
    waiting: &mut Vec<(String, String)>,
) -> Result<(), WsdlError> {
    if root.is(XSD, "schema") {
        schema(root, around, parts, waiting);
        return Ok(());
    }
    for import in root.all(WSDL, "import") {
        if let Some(location) = import.get("location").filter(|location| !location.is_empty()) {
            waiting.push((location.to_owned(), String::new()));
        }
    }
    let types = root.children.iter().filter(|child| child.is(WSDL, "types"));
    let schemas: Vec<Element> = types.flat_map(|types| types.all(XSD, "schema")).cloned().collect();
    for inline in schemas {
        schema(inline, String::new(), parts, waiting);
    }
    parts.documents.push(root);
    Ok(())
}

fn schema(root: Element, around: String, parts: &mut Parts, waiting: &mut Vec<(String, String)>) {
    let own = root.get("targetNamespace").unwrap_or(&around).to_owned();
    for child in &root.children {
        let included = child.is(XSD, "include") || child.is(XSD, "redefine");
        if !included && !child.is(XSD, "import") {
            continue;
        }
        // Without a location the schema is another one of the same description. Mono writes empty ones.
        if let Some(location) = child.get("schemaLocation").filter(|text| !text.is_empty()) {
            let around = if included { own.clone() } else { String::new() };
            waiting.push((location.to_owned(), around));
        }
    }
    parts.schemas.push((root, around));
}
