//! Where in the values of an operation something is: `order.lines[3].price`.

use smol_str::SmolStr;
use std::fmt;

/// How deeply values may nest: as deeply as the writer of data contracts goes.
const DEEPEST: usize = 64;

/// A place. It is only put into words when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    above: Option<&'a Path<'a>>,
    step: Step<'a>,
    depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Item(u32),
    Key(u32),
    Value(u32),
}

impl<'a> Path<'a> {
    /// A parameter, a result or a detail.
    pub(crate) fn root(name: &'a str) -> Path<'a> {
        Path { above: None, step: Step::Name(name), depth: 0 }
    }

    fn below(&'a self, step: Step<'a>) -> Path<'a> {
        Path { above: Some(self), step, depth: self.depth + 1 }
    }

    pub(crate) fn member(&'a self, name: &'a str) -> Path<'a> {
        self.below(Step::Name(name))
    }

    pub(crate) fn item(&'a self, index: u32) -> Path<'a> {
        self.below(Step::Item(index))
    }

    pub(crate) fn key(&'a self, index: u32) -> Path<'a> {
        self.below(Step::Key(index))
    }

    pub(crate) fn value(&'a self, index: u32) -> Path<'a> {
        self.below(Step::Value(index))
    }

    /// A value may refer to itself, so somewhere there is an end.
    pub(crate) fn check_depth(&self) -> Result<(), SmolStr> {
        match self.depth > DEEPEST {
            true => Err(self.wrong(&format!("values nest more than {DEEPEST} deep"))),
            false => Ok(()),
        }
    }

    /// What is wrong here.
    pub(crate) fn wrong(&self, what: &str) -> SmolStr {
        smol_str::format_smolstr!("{self}: {what}")
    }
}

/// The last steps of a long way are those that help.
const MOST_STEPS: usize = 12;

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps = Vec::new();
        let mut next = Some(self);
        while let Some(path) = next {
            if steps.len() == MOST_STEPS {
                f.write_str("…")?;
                break;
            }
            steps.push(path.step);
            next = path.above;
        }
        for (at, step) in steps.into_iter().rev().enumerate() {
            match step {
                Step::Name(name) if at == 0 => f.write_str(name)?,
                Step::Name(name) => write!(f, ".{name}")?,
                Step::Item(index) => write!(f, "[{index}]")?,
                Step::Key(index) => write!(f, "[key {index}]")?,
                Step::Value(index) => write!(f, "[value {index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DEEPEST, Path};

    #[test]
    fn a_place_reads_like_an_expression() {
        let root = Path::root("order");
        let lines = root.member("lines");
        let third = lines.item(3);
        assert_eq!(third.member("price").wrong("null").as_str(), "order.lines[3].price: null");
        assert_eq!(third.key(0).to_string(), "order.lines[3][key 0]");
        assert_eq!(third.value(0).to_string(), "order.lines[3][value 0]");
    }

    #[test]
    fn a_long_way_is_told_by_its_end() {
        fn down(path: &Path<'_>, left: usize) -> String {
            match left {
                0 => path.to_string(),
                _ => down(&path.item(left as u32), left - 1),
            }
        }
        assert!(down(&Path::root("a"), 30).starts_with("…[12]"));
        fn deep(path: &Path<'_>) -> usize {
            if path.check_depth().is_err() { 0 } else { 1 + deep(&path.item(0)) }
        }
        assert_eq!(deep(&Path::root("a")), DEEPEST + 1);
    }
}
