//! The reader of text.

use super::attributes::{self, Raw, is_space};
use super::characters;
use crate::error::XmlError;
use crate::value::Value;
use crate::xml::{
    Attribute, Declaration, Event, Limits, Name, NameTable, Scope, Source, Start, check, is_ncname,
};
use quick_xml::events::Event as Token;
use smol_str::SmolStr;

/// Reads a document from UTF-8 text.
///
/// ```
/// use sessionful_wcf::text::Reader;
/// use sessionful_wcf::xml::{Event, Limits, Source};
///
/// let mut reader = Reader::new(b"<a xmlns='urn:a'>1 &lt; 2</a>", Limits::default())?;
/// assert!(matches!(reader.next()?, Some(Event::Start(start)) if start.name.is("urn:a", "a")));
/// assert!(matches!(reader.next()?, Some(Event::Text(text)) if text.to_text() == "1 < 2"));
/// assert_eq!((reader.next()?, reader.next()?), (Some(Event::End), None));
/// # Ok::<(), sessionful_wcf::XmlError>(())
/// ```
pub struct Reader<'a> {
    tokens: quick_xml::Reader<&'a [u8]>,
    limits: Limits,
    scope: Scope,
    names: NameTable,
    /// What was read too far: a text ends only where something else begins.
    ahead: Option<(Token<'a>, usize)>,
    /// An element without content ends right after it began.
    end: bool,
    /// Whether the root has begun.
    rooted: bool,
    /// Whether nothing but white space has been read.
    fresh: bool,
}

impl<'a> Reader<'a> {
    /// A reader before the first event. A byte order mark is passed over.
    pub fn new(document: &'a [u8], limits: Limits) -> Result<Reader<'a>, XmlError> {
        check("the length of the document", document.len(), limits.document)?;
        let text = std::str::from_utf8(document)
            .map_err(|error| XmlError::malformed("not UTF-8", error.valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        // The tokens pass over one as well; a second one is text before the root.
        if text.starts_with('\u{feff}') {
            return Err(XmlError::malformed("text outside the root", 3));
        }
        let mut tokens = quick_xml::Reader::from_str(text);
        tokens.config_mut().check_comments = true;
        Ok(Reader {
            tokens,
            limits,
            scope: Scope::default(),
            names: NameTable::default(),
            ahead: None,
            end: false,
            rooted: false,
            fresh: true,
        })
    }

    fn token(&mut self) -> Result<(Token<'a>, usize), XmlError> {
        if let Some(ahead) = self.ahead.take() {
            return Ok(ahead);
        }
        let at = place(self.tokens.buffer_position());
        let token = self.tokens.read_event().map_err(|error| {
            XmlError::malformed(error.to_string(), place(self.tokens.error_position()))
        })?;
        Ok((token, at))
    }

    /// Collects neighbouring texts, references and sections into one text.
    fn text(&mut self) -> Result<Option<String>, XmlError> {
        let mut text: Option<String> = None;
        loop {
            let (token, at) = self.token()?;
            let into = text.get_or_insert_default();
            match &token {
                Token::Text(raw) => {
                    let raw = &**raw;
                    if !self.inside() && !raw.chars().all(is_space) {
                        return Err(XmlError::malformed("text outside the root", at));
                    }
                    characters::read(raw, false, at, into)?;
                }
                Token::GeneralRef(name) if self.inside() => {
                    characters::read(&format!("&{};", &**name), false, at, into)?;
                }
                Token::CData(raw) if self.inside() => {
                    characters::read_cdata(raw, at, into)?;
                }
                _ => {
                    self.ahead = Some((token, at));
                    return Ok(text.filter(|text| self.inside() && !text.is_empty()));
                }
            }
            self.fresh = false;
        }
    }

    fn inside(&self) -> bool {
        self.scope.depth() > 0
    }

    fn start(&mut self, tag: &str, at: usize) -> Result<Event, XmlError> {
        if self.rooted && !self.inside() {
            return Err(XmlError::malformed("a second root", at));
        }
        self.rooted = true;
        self.scope.push();
        check("the depth of nesting", self.scope.depth(), self.limits.depth)?;
        let (qualified, rest) = tag.split_at(tag.find(is_space).unwrap_or(tag.len()));
        let raw = attributes::parse(rest, at + 1 + qualified.len(), &self.limits)?;
        let (declared, plain): (Vec<_>, Vec<_>) =
            raw.into_iter().partition(|raw| raw.name == "xmlns" || raw.name.starts_with("xmlns:"));
        check("the number of attributes", plain.len().max(declared.len()), self.limits.attributes)?;
        let declarations = self.declare(&declared)?;
        let name = self.name(qualified, false, at)?;
        let attributes = self.attributes(plain)?;
        Ok(Event::Start(Start { name, attributes, declarations }))
    }

    fn declare(&mut self, declared: &[Raw<'_>]) -> Result<Vec<Declaration>, XmlError> {
        let mut declarations = Vec::with_capacity(declared.len());
        for Raw { name, value, at } in declared {
            let prefix = match name.strip_prefix("xmlns:") {
                None => "",
                Some(prefix) if is_ncname(prefix) => prefix,
                Some(_) => return Err(XmlError::malformed("a prefix that is no name", *at)),
            };
            let prefix = self.names.intern(prefix, &self.limits)?;
            let namespace = self.names.intern(value, &self.limits)?;
            self.scope
                .declare(prefix.clone(), namespace.clone())
                .map_err(|error| XmlError::malformed(error.to_string(), *at))?;
            check("the number of namespaces", self.scope.len(), self.limits.declarations)?;
            declarations.push(Declaration { prefix, namespace });
        }
        Ok(declarations)
    }

    fn attributes(&mut self, plain: Vec<Raw<'_>>) -> Result<Vec<Attribute>, XmlError> {
        let mut attributes: Vec<Attribute> = Vec::with_capacity(plain.len());
        for Raw { name, value, at } in plain {
            let name = self.name(name, true, at)?;
            if attributes.iter().any(|other| other.name == name) {
                return Err(XmlError::malformed(format!("attribute {name} twice"), at));
            }
            attributes.push(Attribute { name, value: Value::Text(value.into()) });
        }
        Ok(attributes)
    }

    fn name(&mut self, qualified: &str, attribute: bool, at: usize) -> Result<Name, XmlError> {
        let (prefix, local) = match qualified.split_once(':') {
            Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
            Some(_) => return Err(XmlError::malformed("a prefix that is no name", at)),
            None => ("", qualified),
        };
        if !is_ncname(local) {
            return Err(XmlError::malformed("a name that is none", at));
        }
        let namespace = match (attribute, prefix) {
            (true, "") => Some(SmolStr::default()),
            _ => self.scope.lookup(prefix),
        };
        let Some(namespace) = namespace else {
            return Err(XmlError::malformed(format!("prefix `{prefix}` is not declared"), at));
        };
        let prefix = self.names.intern(prefix, &self.limits)?;
        Ok(Name { prefix, local: self.names.intern(local, &self.limits)?, namespace })
    }

    fn finish(&self, at: usize) -> Result<Option<Event>, XmlError> {
        match (self.inside(), self.rooted) {
            (true, _) => Err(XmlError::malformed("the document ends inside an element", at)),
            (false, false) => Err(XmlError::malformed("no root", at)),
            (false, true) => Ok(None),
        }
    }
}

impl Source for Reader<'_> {
    fn next(&mut self) -> Result<Option<Event>, XmlError> {
        loop {
            if std::mem::take(&mut self.end) {
                self.scope.pop();
                return Ok(Some(Event::End));
            }
            let fresh = self.fresh;
            if let Some(text) = self.text()? {
                return Ok(Some(Event::Text(Value::Text(text.into()))));
            }
            let fresh = fresh && self.fresh;
            let (token, at) = self.token()?;
            self.fresh = false;
            match token {
                Token::Start(tag) => return self.start(&tag, at).map(Some),
                Token::Empty(tag) => {
                    self.end = true;
                    return self.start(&tag, at).map(Some);
                }
                Token::End(_) => {
                    self.scope.pop();
                    return Ok(Some(Event::End));
                }
                Token::Comment(raw) => {
                    let mut comment = String::new();
                    characters::read_cdata(&raw, at, &mut comment)?;
                    return Ok(Some(Event::Comment(comment)));
                }
                Token::Decl(declaration) if fresh && at == 0 => {
                    declaration_of(&declaration, at, &self.limits)?;
                }
                Token::Eof => return self.finish(at),
                Token::DocType(_) => {
                    return Err(XmlError::Forbidden { what: "a document type", at });
                }
                Token::PI(_) | Token::Decl(_) => {
                    return Err(XmlError::Forbidden { what: "a processing instruction", at });
                }
                Token::Text(_) | Token::CData(_) | Token::GeneralRef(_) => {
                    return Err(XmlError::malformed("text outside the root", at));
                }
            }
        }
    }
}

/// `<?xml version="1.0" encoding="utf-8" standalone="yes"?>` (production 23): another encoding than
/// UTF-8 is refused.
fn declaration_of(text: &str, at: usize, limits: &Limits) -> Result<(), XmlError> {
    let wrong = || XmlError::malformed("an XML declaration that is none", at);
    let mut order = ["version", "encoding", "standalone"].into_iter();
    let rest = text.strip_prefix("xml").ok_or_else(wrong)?;
    let found = attributes::parse(rest, at, limits)?;
    if found.first().is_none_or(|first| first.name != "version") {
        return Err(wrong());
    }
    for Raw { name, value, .. } in found {
        if !order.any(|next| next == name) {
            return Err(wrong());
        }
        let known = match name {
            "version" => value == "1.0",
            "encoding" => value.eq_ignore_ascii_case("utf-8"),
            _ => value == "yes" || value == "no",
        };
        if !known {
            return Err(XmlError::malformed(format!("{name} {value} is not supported"), at));
        }
    }
    Ok(())
}

fn place(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
