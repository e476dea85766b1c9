//! Just enough Rust grammar to tell code from comments.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// The files below a folder with the given extension, sorted; build products left out.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    const PRODUCTS: &[&str] = &["target", "node_modules", "dist", "pkg"];
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !PRODUCTS.contains(&name) {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The source with comments and literals blanked out; lines stay where they are.
pub(crate) fn code(source: &str) -> String {
    let mut blanker = Blanker { rest: source.chars().collect(), at: 0, out: String::new() };
    while blanker.at < blanker.rest.len() {
        blanker.step();
    }
    blanker.out
}

struct Blanker {
    rest: Vec<char>,
    at: usize,
    out: String,
}

impl Blanker {
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.blank_while(|it| it.peek(0) != '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if self.starts_raw() => self.raw_string(),
            ('\'', '\\') => {
                self.blank(3);
                self.blank_while(|it| it.peek(0) != '\'');
                self.blank(1);
            }
            // Anything else behind an apostrophe is a lifetime.
            ('\'', _) if self.peek(2) == '\'' => self.blank(3),
            (letter, _) => {
                self.out.push(letter);
                self.at += 1;
            }
        }
    }

    fn peek(&self, ahead: usize) -> char {
        self.rest.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn blank(&mut self, count: usize) {
        let end = self.rest.len().min(self.at + count);
        for letter in &self.rest[self.at..end] {
            self.out.push(if *letter == '\n' { '\n' } else { ' ' });
        }
        self.at = end;
    }

    fn blank_while(&mut self, more: impl Fn(&Self) -> bool) {
        while self.at < self.rest.len() && more(self) {
            self.blank(1);
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ if self.at >= self.rest.len() => return,
                _ => {
                    self.blank(1);
                    continue;
                }
            }
            self.blank(2);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.blank(1);
        while self.at < self.rest.len() && self.peek(0) != '"' {
            self.blank(if self.peek(0) == '\\' { 2 } else { 1 });
        }
        self.blank(1);
    }

    fn starts_raw(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).map_or(' ', |at| self.rest[at]);
        // `br"` and `cr"` are raw as well.
        let prefixed = matches!(before(1), 'b' | 'c') && !named(before(2));
        let part_of_name = named(before(1)) && !prefixed;
        let quote = (1..).find(|ahead| self.peek(*ahead) != '#').unwrap_or(1);
        !part_of_name && self.peek(quote) == '"'
    }

    fn raw_string(&mut self) {
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == '#').count();
        self.blank(hashes + 2);
        self.blank_while(|it| {
            it.peek(0) != '"' || !(1..=hashes).all(|ahead| it.peek(ahead) == '#')
        });
        self.blank(hashes + 1);
    }
}

fn named(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether blanked code says `phrase`, not as a part of a longer name.
pub(crate) fn says(code: &str, phrase: &str) -> bool {
    let whole_start = phrase.starts_with(named);
    code.match_indices(phrase).any(|(at, _)| !(whole_start && code[..at].ends_with(named)))
}

/// Where the block that opens at or after `from` ends, in blanked code.
pub(crate) fn block_end(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in code[from..].char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth <= 1 => return Some(from + at),
            '}' => depth -= 1,
            ';' if depth == 0 => return Some(from + at),
            _ => {}
        }
    }
    None
}

/// Blanked code without the items that exist for tests only.
pub(crate) fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = String::new();
    let mut from = 0;
    while let Some(found) = code[from..].find(MARK) {
        let start = from + found;
        kept.push_str(&code[from..start]);
        let end = block_end(code, start + MARK.len()).map_or(code.len(), |end| end + 1);
        // Line numbers stay right.
        kept.extend(code[start..end].chars().filter(|letter| *letter == '\n'));
        from = end;
    }
    kept.push_str(&code[from..]);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        let source =
            "let a = \"async \\\" Rc<\"; // Waker\n/* Rc< /* x */ y */ let b = r#\"\"Rc<\"#;";
        let code = code(source);
        assert!(!says(&code, "Rc<") && !says(&code, "Waker") && !says(&code, "async "));
        assert!(code.contains("let a =") && code.contains("let b ="));
        assert_eq!(code.lines().count(), source.lines().count());
    }

    #[test]
    fn lifetimes_and_characters_are_told_apart() {
        let code = code("fn f<'a>(x: &'a str) { x == '\"'; x == '\\''; x == '{' } // }");
        assert!(code.starts_with("fn f<'a>(x: &'a str) {"));
        assert_eq!(code.matches('{').count(), 1);
        assert_eq!(code.matches('}').count(), 1);
    }

    #[test]
    fn a_part_of_a_name_is_not_the_name() {
        assert!(!says("Arc<u8>", "Rc<"));
        assert!(!says("xRc<u8>", "Rc<"));
        assert!(says("a: Rc<u8>", "Rc<"));
        assert!(says("std::rc::Rc<u8>", "Rc<"));
    }

    #[test]
    fn test_modules_are_left_out() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { Rc<u8> } }\nfn c() {}\n";
        let kept = without_tests(code);
        assert!(!says(&kept, "Rc<"));
        assert!(says(&kept, "fn c"));
        assert_eq!(without_tests("#[cfg(test)] mod tests; fn d() {}"), " fn d() {}");
    }
}
