//! Which rule is proven by which test: `tests/rules.toml` says which rules there are,
//! `tests/RULES.md` keeps the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::cite::{self, Citation};
use crate::run::{Case, Tally};
use crate::{setup, suites};

/// The rules, in the order of their file.
struct Book {
    /// How many rules in scope may be without a test.
    uncited: usize,
    titles: Vec<(String, String)>,
    out_of_scope: BTreeMap<String, String>,
    chosen: Vec<(String, String)>,
}

impl Book {
    fn read() -> Result<Self> {
        Self::parse(&fs::read_to_string(path("rules.toml")).context("tests/rules.toml")?)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut sections: BTreeMap<&str, Vec<(String, String)>> = BTreeMap::new();
        let mut section = "";
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                section = name;
                continue;
            }
            let (key, value) = entry(line)
                .with_context(|| format!("line {}: expected `KEY = \"text\"`", number + 1))?;
            sections.entry(section).or_default().push((key.to_owned(), value.to_owned()));
        }
        let mut take = |name| sections.remove(name).unwrap_or_default();
        let gate = take("gate");
        let uncited = gate.iter().find(|(key, _)| key == "uncited").map(|(_, count)| count.parse());
        let book = Self {
            uncited: uncited.unwrap_or(Ok(0)).context("[gate] uncited is a number in quotes")?,
            titles: take("rules"),
            out_of_scope: take("out-of-scope").into_iter().collect(),
            chosen: take("chosen"),
        };
        if let Some(section) = sections.keys().next() {
            bail!("there is no section `{section}`");
        }
        Ok(book)
    }

    fn knows(&self, id: &str) -> bool {
        self.titles.iter().any(|(rule, _)| rule == id)
    }

    /// What is wrong with the book itself.
    fn flaws(&self) -> Vec<String> {
        let mut flaws = Vec::new();
        let mut seen = BTreeSet::new();
        for (rule, _) in &self.titles {
            if !seen.insert(rule) {
                flaws.push(format!("{rule} is listed twice"));
            }
        }
        for rule in self.out_of_scope.keys().chain(self.chosen.iter().map(|(rule, _)| rule)) {
            if !self.knows(rule) {
                flaws.push(format!("{rule} is no rule"));
            }
        }
        let silent = self.out_of_scope.iter().filter(|(_, reason)| reason.is_empty());
        flaws.extend(silent.map(|(rule, _)| format!("{rule} is out of scope without a reason")));
        flaws
    }
}

/// `CO-1 = "text"` -> `CO-1`, `text`.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" = \"")?;
    Some((key.trim_matches('"'), value.strip_suffix('"')?))
}

/// Rules, citations and results, joined.
struct Table {
    book: Book,
    citations: BTreeSet<Citation>,
    cases: Vec<Case>,
}

impl Table {
    fn gather() -> Result<Self> {
        let (book, citations) = (Book::read()?, cite::citations()?);
        Ok(Self { book, citations, cases: suites::recall()? })
    }

    fn of<'a>(&'a self, rule: &'a str) -> impl Iterator<Item = &'a Citation> {
        self.citations.iter().filter(move |citation| citation.rule == rule)
    }

    /// Rules in scope that no test cites.
    fn uncited(&self) -> Vec<&str> {
        let rules = self.book.titles.iter().map(|(rule, _)| rule.as_str());
        rules
            .filter(|rule| !self.book.out_of_scope.contains_key(*rule))
            .filter(|rule| self.of(rule).next().is_none())
            .collect()
    }

    fn unknown(&self) -> Vec<String> {
        let strange = self.citations.iter().filter(|citation| !self.book.knows(&citation.rule));
        strange
            .map(|it| format!("{} is no rule, but {} in {} cites it", it.rule, it.test, it.file))
            .collect()
    }

    fn unproven(&self) -> Vec<String> {
        let mut found = Vec::new();
        for citation in &self.citations {
            let verdict = match citation.result(&self.cases) {
                Some(true) => continue,
                Some(false) => "failed",
                None => "did not run",
            };
            let Citation { rule, file, test } = citation;
            found.push(format!("{rule}: {test} in {file} {verdict}"));
        }
        found
    }

    fn rows(&self) -> Vec<[String; 4]> {
        let mut rows = Vec::new();
        for (rule, title) in &self.book.titles {
            let row = |test: String, result: String| [rule.clone(), title.clone(), test, result];
            let mut cited = false;
            for citation in self.of(rule) {
                cited = true;
                let result = match citation.result(&self.cases) {
                    Some(true) => "passed",
                    Some(false) => "FAILED",
                    None => "not run",
                };
                rows.push(row(cell(citation), result.into()));
            }
            if let Some(reason) = self.book.out_of_scope.get(rule) {
                rows.push(row(String::new(), format!("out of scope: {reason}")));
            } else if !cited {
                rows.push(row(String::new(), "no test yet".into()));
            }
        }
        rows
    }

    fn markdown(&self) -> String {
        let mut page = String::from(
            "# Rules and their tests\n\nWritten by `cargo xtask rules --write`; \
             `cargo xtask test rules` tells when it is out of date.\n\n\
             | rule | about | test | result |\n|---|---|---|---|\n",
        );
        for row in self.rows() {
            page.push_str(&format!("| {} |\n", row.join(" | ")));
        }
        let described = self.book.chosen.iter().filter(|(_, choice)| !choice.is_empty());
        let mut described = described.peekable();
        if described.peek().is_some() {
            page.push_str(
                "\n## What we chose where the rule is open\n\n| rule | choice |\n|---|---|\n",
            );
            for (rule, choice) in described {
                page.push_str(&format!("| {rule} | {choice} |\n"));
            }
        }
        page
    }
}

fn cell(citation: &Citation) -> String {
    format!("`{}` in {}", citation.test, citation.file)
}

/// The rule and the test of each row of a stored table.
fn pairs(page: &str) -> BTreeSet<(String, String)> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| {
        let mut cells = row.split(" | ");
        let (rule, _, test) = (cells.next()?, cells.next()?, cells.next()?);
        (test.starts_with('`')).then(|| (rule.to_owned(), test.to_owned()))
    })
    .collect()
}

/// Prints the table and checks it.
pub(crate) fn suite() -> Result<Tally> {
    let table = Table::gather()?;
    for row in table.rows() {
        println!("{:9} {} | {} | {}", row[0], row[1], row[2], row[3]);
    }
    let stored = pairs(&fs::read_to_string(path("RULES.md")).unwrap_or_default());
    let now: BTreeSet<_> =
        table.citations.iter().map(|citation| (citation.rule.clone(), cell(citation))).collect();
    let stale = stored.symmetric_difference(&now);
    let stale: Vec<_> = stale.map(|(rule, test)| format!("{rule}: {test}")).collect();
    let (uncited, allowed) = (table.uncited(), table.book.uncited);
    let excess = if uncited.len() > allowed { uncited.clone() } else { Vec::new() };
    let excess: Vec<_> = excess.into_iter().map(str::to_owned).collect();
    println!("{} rules in scope have no test yet; {allowed} are allowed", uncited.len());
    let silent = table.book.chosen.iter().filter(|(_, choice)| choice.is_empty()).count();
    println!("{silent} choices are not described yet");

    let checks = [
        ("tests/rules.toml is coherent", table.book.flaws()),
        ("every cited rule exists", table.unknown()),
        ("every cited test passed", table.unproven()),
        ("no more rules without a test than allowed", excess),
        ("tests/RULES.md is up to date (else `cargo xtask rules --write`)", stale),
    ];
    Ok(checks.iter().map(judge).fold(Tally::default(), Tally::and))
}

fn judge((what, complaints): &(&str, Vec<String>)) -> Tally {
    let holds = complaints.is_empty();
    println!("{} {what}", if holds { "ok    " } else { "FAILED" });
    for complaint in complaints {
        println!("       {complaint}");
    }
    Tally::check(holds)
}

/// Shows the table, or stores it with the number of rules that are still without a test.
pub(crate) fn command(write: bool) -> Result<bool> {
    let table = Table::gather()?;
    if !write {
        print!("{}", table.markdown());
        return Ok(true);
    }
    fs::write(path("RULES.md"), table.markdown())?;
    let (uncited, book) = (table.uncited().len(), path("rules.toml"));
    if uncited < table.book.uncited {
        let text = fs::read_to_string(&book)?;
        let (old, new) = (gate(table.book.uncited), gate(uncited));
        fs::write(&book, text.replacen(&old, &new, 1))?;
    }
    setup::say(&format!("{uncited} rules in scope are without a test"));
    Ok(true)
}

fn gate(uncited: usize) -> String {
    format!("uncited = \"{uncited}\"")
}

fn path(name: &str) -> PathBuf {
    setup::root().join("tests").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = "[gate]\nuncited = \"1\"\n# why\n[rules]\nCO-1 = \"a\"\n\"CO-2\" = \"b\"\n\
                        RM-1 = \"c\"\n[out-of-scope]\nRM-1 = \"later\"\n[chosen]\nCO-1 = \"this\"\n";

    fn table(cited: &[&str]) -> Table {
        let citation = |rule: &&str| Citation {
            rule: (*rule).into(),
            file: "core/src/a.rs".into(),
            test: "works".into(),
        };
        Table {
            book: Book::parse(BOOK).unwrap(),
            citations: cited.iter().map(citation).collect(),
            cases: vec![Case::new("sessionful", "a::tests::works", true)],
        }
    }

    #[test]
    fn the_book_is_read() {
        let book = Book::parse(BOOK).unwrap();
        assert_eq!((book.uncited, book.titles.len()), (1, 3));
        assert!(book.knows("CO-2") && !book.knows("CO-3"));
        assert!(book.flaws().is_empty());
        assert!(Book::parse("[rules]\nCO-1\n").is_err());
        assert!(Book::parse("[other]\nCO-1 = \"a\"\n").is_err());
    }

    #[test]
    fn the_book_tells_its_flaws() {
        let book =
            Book::parse("[rules]\nCO-1 = \"a\"\nCO-1 = \"b\"\n[out-of-scope]\nCO-9 = \"\"\n");
        assert_eq!(book.unwrap().flaws().len(), 3);
    }

    #[test]
    fn rules_out_of_scope_need_no_test() {
        assert_eq!(table(&["CO-1"]).uncited(), ["CO-2"]);
        assert!(table(&["CO-1", "CO-2"]).uncited().is_empty());
    }

    #[test]
    fn unknown_rules_and_missing_results_are_told() {
        assert_eq!(table(&["CO-9"]).unknown().len(), 1);
        assert!(table(&["CO-1"]).unproven().is_empty());
        let mut table = table(&["CO-1"]);
        table.cases.clear();
        assert_eq!(table.unproven(), ["CO-1: works in core/src/a.rs did not run"]);
    }

    #[test]
    fn the_stored_table_is_understood_again() {
        let table = table(&["CO-1"]);
        let expected = ("CO-1".to_owned(), "`works` in core/src/a.rs".to_owned());
        assert_eq!(pairs(&table.markdown()), BTreeSet::from([expected]));
    }
}
