//! Bodies: the parameters of an operation inside their wrapper (interop.md, 3.1, rules 1 and 2).

use super::read::Reader;
use super::write::Writer;
use super::{DataError, Datum, Field, Schema};
use crate::binary;
use crate::xml::{AnySink, AnySource, Composer, Cursor, Limits, Name};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What a body looks like: one element with the parameters in it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Wrapper {
    /// The element: the operation, or the operation followed by `Response`.
    pub name: Name,
    /// The parameters, in order; of a reply the result and what is passed by reference.
    pub parts: Vec<Part>,
}

impl Wrapper {
    /// A wrapper of parameters.
    pub fn new(name: Name, parts: impl IntoIterator<Item = Part>) -> Wrapper {
        Wrapper { name, parts: parts.into_iter().collect() }
    }
}

/// A parameter.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Its name; its namespace is that of the wrapper.
    pub name: SmolStr,
    /// Its type.
    pub field: Field,
}

impl Part {
    /// A parameter.
    pub fn new(name: impl Into<SmolStr>, field: impl Into<Field>) -> Part {
        Part { name: name.into(), field: field.into() }
    }
}

impl Schema {
    /// How much may be read: what [`Soap`](crate::soap::Soap) makes of the largest frame.
    fn limits() -> Limits {
        Limits { document: 1 << 30, ..Limits::default() }
    }

    /// Writes parameters by name. Those that are not given are left out.
    pub fn write_body(
        &self,
        wrapper: &Wrapper,
        values: &[(SmolStr, Datum)],
    ) -> Result<Bytes, DataError> {
        if let Some((name, _)) =
            values.iter().find(|(name, _)| !wrapper.parts.iter().any(|part| part.name == *name))
        {
            let (owner, place) = (wrapper.name.local.clone(), name.clone());
            return Err(DataError::Unknown { owner, place });
        }
        let mut bytes = binary::Writer::new(None);
        let mut xml = Composer::new(&mut bytes as AnySink<'_>);
        xml.start(&wrapper.name.namespace, &wrapper.name.local)?;
        let mut writer = Writer::new(self, xml);
        for part in &wrapper.parts {
            if let Some((_, datum)) = values.iter().find(|(name, _)| *name == part.name) {
                let name = Name::new(wrapper.name.namespace.clone(), part.name.clone());
                writer.root(&name, &part.field, datum)?;
            }
        }
        let mut xml = writer.xml;
        xml.end()?;
        xml.finish()?;
        Ok(bytes.into_bytes().into())
    }

    /// Reads parameters, in the order in which they came.
    pub fn read_body(
        &self,
        wrapper: &Wrapper,
        body: &[u8],
    ) -> Result<Vec<(SmolStr, Datum)>, DataError> {
        let mut source = binary::Reader::new(body, None, Schema::limits())?;
        let mut reader = Reader { schema: self, xml: Cursor::new(&mut source as AnySource<'_>) };
        reader.xml.expect(&wrapper.name.namespace, &wrapper.name.local)?;
        let mut values: Vec<(SmolStr, Datum)> = Vec::new();
        while let Some(start) = reader.xml.start()? {
            let part = wrapper.parts.iter().find(|part| {
                start.name.is(&wrapper.name.namespace, &part.name)
                    && !values.iter().any(|(name, _)| *name == part.name)
            });
            match part {
                Some(part) => values.push((part.name.clone(), reader.value(&start, &part.field)?)),
                None => reader.xml.skip()?,
            }
        }
        reader.xml.end()?;
        reader.xml.finish()?;
        Ok(values)
    }

    /// Writes one value as a document: the detail of a fault, under the name of its contract.
    pub fn write_document(
        &self,
        name: &Name,
        field: &Field,
        datum: &Datum,
    ) -> Result<Bytes, DataError> {
        let mut bytes = binary::Writer::new(None);
        let xml = Composer::new(&mut bytes as AnySink<'_>);
        let mut writer = Writer::new(self, xml);
        writer.root(name, field, datum)?;
        writer.xml.finish()?;
        Ok(bytes.into_bytes().into())
    }

    /// Reads one value from a document, whatever its root is called.
    pub fn read_document(&self, field: &Field, body: &[u8]) -> Result<Datum, DataError> {
        let mut source = binary::Reader::new(body, None, Schema::limits())?;
        let mut reader = Reader { schema: self, xml: Cursor::new(&mut source as AnySource<'_>) };
        let Some(start) = reader.xml.start()? else {
            return Err(DataError::Missing { place: "the root".into() });
        };
        let datum = reader.value(&start, field)?;
        reader.xml.finish()?;
        Ok(datum)
    }
}
