//! Which tests cite which rules.
//!
//! A test cites a rule by naming its id in a comment above it or anywhere in its body. A test that
//! has no body of its own (made by a macro, driven by data) is cited by a comment
//! `rules(name_of_test): CONC-4, CONC-5` in any file below a package or the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::run::Case;
use crate::{setup, source};

const AREAS: &[&str] = &[
    "PROXY", "CALL", "CHAN", "ERR", "HOST", "CO", "SESS", "RM", "INST", "CONC", "THR", "OP", "FLT",
    "CTX", "GOT", "ORC", "MOD",
];
/// The packages a runtime test may live in; the commands themselves follow no rule.
const FOLDERS: &[&str] = &["core", "web", "www", "tests"];
const MARK: &str = "rules(";

/// A rule and a test that claims to prove it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Citation {
    pub(crate) rule: String,
    /// The file of the test, relative to the root.
    pub(crate) file: String,
    pub(crate) test: String,
}

impl Citation {
    /// Whether the test ran, and passed wherever it ran.
    pub(crate) fn result(&self, cases: &[Case]) -> Option<bool> {
        let binary = binary(&self.file);
        let scripted = binary.as_deref() == Some("node");
        let same_name = |case: &&Case| {
            scripted && case.name == self.test
                || !scripted
                    && case
                        .name
                        .strip_suffix(self.test.as_str())
                        .is_some_and(|path| path.is_empty() || path.ends_with("::"))
        };
        let named: Vec<_> = cases
            .iter()
            .filter(|case| binary.as_ref().is_none_or(|binary| case.binary == *binary))
            .filter(same_name)
            .collect();
        // Two modules of one binary may each have a test of this name.
        let module = module(&self.file);
        let here: Vec<_> = named.iter().filter(|case| case.name.contains(&module)).collect();
        let found = if here.is_empty() { named.iter().collect() } else { here };
        (!found.is_empty()).then(|| found.iter().all(|case| case.passed))
    }
}

/// All citations in the repository.
pub(crate) fn citations() -> Result<BTreeSet<Citation>> {
    let root = setup::root();
    let mut found = BTreeSet::new();
    for folder in FOLDERS {
        for extension in ["rs", "toml", "mjs", "js", "ts", "txt"] {
            for path in source::files(&root.join(folder), extension)? {
                let relative = path.strip_prefix(&root)?;
                if relative.starts_with("tests/xtask") {
                    continue;
                }
                let file = relative.to_string_lossy().replace('\\', "/");
                let text = fs::read_to_string(&path)?;
                found.extend(marked(&file, &text));
                match extension {
                    "rs" => found.extend(in_rust(&file, &text)),
                    "mjs" | "js" | "ts" if file.contains(".test.") => {
                        found.extend(in_script(&file, &text));
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(found)
}

/// The rule ids in a text.
pub(crate) fn ids(text: &str) -> BTreeSet<String> {
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    words.filter(|word| is_id(word)).map(str::to_owned).collect()
}

fn is_id(word: &str) -> bool {
    word.split_once('-').is_some_and(|(area, number)| {
        AREAS.contains(&area)
            && !number.is_empty()
            && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// `rules(test): ids` in a comment of any language.
fn marked(file: &str, text: &str) -> Vec<Citation> {
    let mut found = Vec::new();
    for line in text.lines() {
        let Some((_, rest)) = line.split_once(MARK) else { continue };
        let Some((test, rules)) = rest.split_once("):") else { continue };
        found.extend(cite(file, test.trim(), rules));
    }
    found
}

fn cite(file: &str, test: &str, text: &str) -> impl Iterator<Item = Citation> {
    ids(text).into_iter().map(move |rule| Citation { rule, file: file.into(), test: test.into() })
}

/// Test functions with what is written above and in them; `dual_test!` holds one each.
fn in_rust(file: &str, text: &str) -> Vec<Citation> {
    let code = source::code(text);
    let lines: Vec<&str> = text.lines().collect();
    let blanked: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in blanked.iter().enumerate() {
        if !is_test_attribute(line.trim()) && line.trim() != "dual_test! {" {
            continue;
        }
        let Some(name) = blanked[at..].iter().find_map(|line| function(line)) else { continue };
        let offset: usize = blanked[..at].iter().map(|line| line.len() + 1).sum();
        let end = source::block_end(&code, offset).unwrap_or(code.len());
        let last = at + code[offset..end].matches('\n').count();
        let first = (0..at).rev().take_while(|above| leads(lines[*above])).last().unwrap_or(at);
        found.extend(cite(file, name, &lines[first..=last.min(lines.len() - 1)].join("\n")));
    }
    found
}

/// `#[test]`, `#[wasm_bindgen_test]`, `#[something::test(...)]`.
fn is_test_attribute(line: &str) -> bool {
    let Some(path) = line.strip_prefix("#[") else { return false };
    let path = path.split([']', '(']).next().unwrap_or_default();
    path == "test" || path.ends_with("::test") || path == "wasm_bindgen_test"
}

fn function(line: &str) -> Option<&str> {
    let (before, rest) = line.split_once("fn ")?;
    let starts = before.is_empty() || before.ends_with(' ');
    let name = rest.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next()?;
    (starts && !name.is_empty()).then_some(name)
}

/// Whether a line leads up to the item below it.
fn leads(line: &str) -> bool {
    let line = line.trim();
    line.starts_with("//") || line.starts_with("#[")
}

/// Scripted tests: from one `test("name"` and the comment above it to the next.
fn in_script(file: &str, text: &str) -> Vec<Citation> {
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .filter_map(|(at, line)| Some((at, scripted_name(line.trim())?)))
        .collect();
    let first =
        |at: usize| (0..at).rev().take_while(|above| leads(lines[*above])).last().unwrap_or(at);
    let mut found = Vec::new();
    for (index, (at, name)) in starts.iter().enumerate() {
        let end = starts.get(index + 1).map_or(lines.len(), |(next, _)| first(*next));
        found.extend(cite(file, name, &lines[first(*at)..end].join("\n")));
    }
    found
}

fn scripted_name(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("test(").or_else(|| line.strip_prefix("it("))?;
    let quote = rest.chars().next().filter(|quote| "\"'`".contains(*quote))?;
    rest[1..].split(quote).next()
}

/// The test binary a file ends up in; `None` where the file is data and any binary may read it.
fn binary(file: &str) -> Option<String> {
    let path = Path::new(file);
    match path.extension()?.to_str()? {
        "rs" => {}
        "mjs" | "js" | "ts" => return Some("node".into()),
        _ => return None,
    }
    let parts: Vec<&str> = file.split('/').collect();
    let (package, rest) = match parts.as_slice() {
        ["core", "macros", rest @ ..] => ("sessionful_macros", rest),
        ["core", rest @ ..] => ("sessionful", rest),
        ["web", rest @ ..] => ("sessionful_web", rest),
        ["www", rest @ ..] => ("sessionful_www", rest),
        ["tests", rest @ ..] => ("sessionful_tests", rest),
        _ => return None,
    };
    match rest {
        ["tests", target, ..] => Some(target.trim_end_matches(".rs").to_owned()),
        ["src", ..] => Some(package.to_owned()),
        _ => None,
    }
}

/// `core/src/host/throttle.rs` -> `throttle::`.
fn module(file: &str) -> String {
    let stem = Path::new(file).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    match stem.as_deref() {
        None | Some("lib" | "main") => String::new(),
        Some(stem) => format!("{stem}::"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(found: &[Citation]) -> Vec<String> {
        found.iter().map(|citation| format!("{} {}", citation.rule, citation.test)).collect()
    }

    #[test]
    fn ids_are_whole_words() {
        let found = ids("CONC-4, (INST-13) XCO-1 CO-1. CO-x SESS-3a FLT-");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["CO-1", "CONC-4", "INST-13"]);
    }

    #[test]
    fn a_test_cites_above_and_inside() {
        let text = "
fn helper() { // CO-1
}
/// CONC-4: old work first.
#[test]
#[should_panic]
fn hands_over() {
    // FLT-2
    if x { \"THR-1 }\" }
}

// CALL-1 is about something else

#[wasm_bindgen_test]
async fn in_browser() { /* OP-1 */ }
";
        let found = in_rust("core/src/gate.rs", text);
        assert_eq!(
            pairs(&found),
            ["CONC-4 hands_over", "FLT-2 hands_over", "THR-1 hands_over", "OP-1 in_browser"]
        );
    }

    #[test]
    fn a_dual_test_cites_from_its_block() {
        let text = "dual_test! {\n    /// CO-1: why\n    fn both() {\n        // CO-2\n    }\n}\n// CO-3\n";
        assert_eq!(pairs(&in_rust("tests/tests/a.rs", text)), ["CO-1 both", "CO-2 both"]);
    }

    #[test]
    fn a_comment_may_cite_for_a_test_without_body() {
        let found = marked("tests/a.toml", "# rules(all::of_it): CO-1 CO-2\nrules(x) CO-3");
        assert_eq!(pairs(&found), ["CO-1 all::of_it", "CO-2 all::of_it"]);
    }

    #[test]
    fn scripted_tests_are_told_apart() {
        let text = "// CO-1\ntest('a b', () => {\n  // CO-2\n});\n\n// CO-3\ntest(\"c\", f);\n";
        assert_eq!(pairs(&in_script("x.test.mjs", text)), ["CO-1 a b", "CO-2 a b", "CO-3 c"]);
    }

    #[test]
    fn results_are_found_by_binary_and_name() {
        let cases = [
            Case::new("sessionful", "gate::tests::opens", true),
            Case::new("sessionful", "proxy::tests::opens", false),
            Case::new("model", "opens", true),
            Case::new("node", "it opens", true),
        ];
        let result = |file: &str, test: &str| {
            Citation { rule: "CO-1".into(), file: file.into(), test: test.into() }.result(&cases)
        };
        assert_eq!(result("core/src/dispatch/gate.rs", "opens"), Some(true));
        assert_eq!(result("core/src/proxy.rs", "opens"), Some(false));
        assert_eq!(result("tests/tests/model.rs", "opens"), Some(true));
        assert_eq!(result("tests/tests/model.rs", "pens"), None);
        assert_eq!(result("tests/e2e/a.test.mjs", "it opens"), Some(true));
        assert_eq!(result("tests/scenarios/a/scenario.toml", "opens"), Some(false));
    }
}
