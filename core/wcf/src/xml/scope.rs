//! Which prefix means which namespace, element by element.

use super::{XML, XMLNS};
use crate::error::XmlError;
use smol_str::SmolStr;

/// The declarations in scope.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    declared: Vec<(SmolStr, SmolStr)>,
    /// For each open element, how many declarations there were before it.
    marks: Vec<usize>,
}

impl Scope {
    /// An element begins.
    pub fn push(&mut self) {
        self.marks.push(self.declared.len());
    }

    /// The innermost element ended.
    pub fn pop(&mut self) {
        if let Some(mark) = self.marks.pop() {
            self.declared.truncate(mark);
        }
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.marks.len()
    }

    /// How many declarations are in scope.
    pub fn len(&self) -> usize {
        self.declared.len()
    }

    /// Whether nothing is declared.
    pub fn is_empty(&self) -> bool {
        self.declared.is_empty()
    }

    /// Declares a prefix on the innermost element; the empty one is the default namespace.
    ///
    /// What Namespaces in XML 1.0 (section 3) forbids is an error: rebinding `xml` or `xmlns`,
    /// undeclaring a prefix, declaring one twice.
    pub fn declare(&mut self, prefix: SmolStr, namespace: SmolStr) -> Result<(), XmlError> {
        let reserved =
            (prefix == "xml") != (namespace == XML) || prefix == "xmlns" || namespace == XMLNS;
        let undeclared = namespace.is_empty() && !prefix.is_empty();
        let own = &self.declared[self.marks.last().copied().unwrap_or(0)..];
        if reserved || undeclared || own.iter().any(|(other, _)| *other == prefix) {
            return Err(XmlError::unexpected(format!("the declaration of prefix `{prefix}`")));
        }
        self.declared.push((prefix, namespace));
        Ok(())
    }

    /// What a prefix means; `None` if nobody declared it.
    pub fn lookup(&self, prefix: &str) -> Option<SmolStr> {
        let found = self.declared.iter().rev().find(|(declared, _)| declared == prefix);
        match (found, prefix) {
            (Some((_, namespace)), _) => Some(namespace.clone()),
            (None, "") => Some(SmolStr::default()),
            (None, "xml") => Some(SmolStr::new_static(XML)),
            (None, _) => None,
        }
    }

    /// A prefix that means the namespace here. Attributes cannot use the default namespace, so the
    /// empty prefix is none for them.
    pub fn prefix_of(&self, namespace: &str, attribute: bool) -> Option<SmolStr> {
        if namespace == XML {
            return Some(SmolStr::new_static("xml"));
        }
        let fits = |(prefix, declared): &&(SmolStr, SmolStr)| {
            declared == namespace
                && !(attribute && prefix.is_empty())
                && self.lookup(prefix).as_ref() == Some(declared)
        };
        self.declared.iter().rev().find(fits).map(|(prefix, _)| prefix.clone())
    }

    /// The first letter that no declaration in scope uses, as .NET chooses prefixes; after `z`
    /// numbered ones.
    pub fn fresh_prefix(&self) -> SmolStr {
        let free = |prefix: &SmolStr| !self.declared.iter().any(|(declared, _)| declared == prefix);
        let letters = ('a'..='z').map(|letter| SmolStr::from_iter([letter]));
        let numbered = (0..).map(|number| smol_str::format_smolstr!("d{}p{number}", self.depth()));
        letters.chain(numbered).find(free).unwrap_or_default()
    }

    /// Everything in scope that no inner declaration hides, outermost first.
    pub fn visible(&self) -> impl Iterator<Item = (&SmolStr, &SmolStr)> {
        let hidden = |at: usize, prefix: &SmolStr| {
            self.declared[at + 1..].iter().any(|(inner, _)| inner == prefix)
        };
        let all = self.declared.iter().enumerate();
        all.filter(move |(at, (prefix, _))| !hidden(*at, prefix)).map(|(_, (p, n))| (p, n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_declarations_hide_outer_ones_and_end_with_their_element() {
        let mut scope = Scope::default();
        scope.push();
        scope.declare("a".into(), "urn:1".into()).unwrap();
        scope.push();
        scope.declare("a".into(), "urn:2".into()).unwrap();
        assert_eq!(scope.lookup("a").as_deref(), Some("urn:2"));
        assert_eq!(scope.prefix_of("urn:1", false), None, "it is hidden");
        assert_eq!(scope.fresh_prefix(), "b");
        assert_eq!(scope.visible().count(), 1);
        scope.pop();
        assert_eq!(scope.lookup("a").as_deref(), Some("urn:1"));
        assert_eq!(scope.lookup("b"), None);
        assert_eq!(scope.lookup("").as_deref(), Some(""));
        assert_eq!(scope.lookup("xml").as_deref(), Some(XML));
    }

    #[test]
    fn what_the_standard_forbids_is_refused() {
        for (prefix, namespace) in [
            ("xml", "urn:1"),
            ("x", XML),
            ("xmlns", "urn:1"),
            ("x", XMLNS),
            ("", XMLNS),
            ("", XML),
            ("x", ""),
        ] {
            assert!(Scope::default().declare(prefix.into(), namespace.into()).is_err());
        }
        let mut scope = Scope::default();
        scope.declare("a".into(), "urn:1".into()).unwrap();
        assert!(scope.declare("a".into(), "urn:1".into()).is_err(), "twice on one element");
        assert!(Scope::default().declare("xml".into(), XML.into()).is_ok());
    }
}
