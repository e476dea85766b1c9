//! Child processes: shown while they run, read when they are done.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::iter::Peekable;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// One test and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// The test binary without its hash, or `node`.
    pub(crate) binary: String,
    /// The full path of the test inside its binary.
    pub(crate) name: String,
    pub(crate) passed: bool,
    /// Why it failed in a line, where the report says so.
    pub(crate) why: String,
}

impl Case {
    pub(crate) fn new(binary: &str, name: &str, passed: bool) -> Self {
        Self { binary: binary.into(), name: name.into(), passed, why: String::new() }
    }
}

/// What a suite, or a part of it, came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) cases: Vec<Case>,
}

impl Tally {
    /// One check that either holds or does not.
    pub(crate) fn check(holds: bool) -> Self {
        Self { passed: usize::from(holds), failed: usize::from(!holds), cases: Vec::new() }
    }

    /// Puts two tallies together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.passed += other.passed;
        self.failed += other.failed;
        self.cases.extend(other.cases);
        self
    }

    /// A command that failed without naming a failed test counts as one failure: it did not
    /// compile, or it crashed.
    pub(crate) fn unless_failed(mut self, success: bool) -> Self {
        if !success && self.failed == 0 {
            self.failed = 1;
        }
        self
    }
}

/// Runs a command to its end with its output on the terminal; fails if the command does.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {command:?}"))?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}

/// What a command prints to its standard output, if it succeeds.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("could not start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command, shows everything it prints as it comes, and returns whether it succeeded with
/// all it said.
///
/// Both streams share one pipe, so that cargo's headings stay in front of the results they head.
pub(crate) fn watch(mut command: Command) -> Result<(bool, String)> {
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("could not start {command:?}"))?;
    // The command holds our ends of the pipe; without this the read below would never end.
    drop(command);
    let mut said = String::new();
    let mut terminal = io::stdout().lock();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        writeln!(terminal, "{line}")?;
        said.push_str(&line);
        said.push('\n');
    }
    Ok((child.wait()?.success(), said))
}

/// Runs a command as one check.
pub(crate) fn check(command: Command) -> Result<Tally> {
    let (success, _) = watch(command)?;
    Ok(Tally::check(success))
}

/// Runs a command that reports in the way of `cargo test`.
pub(crate) fn tests(command: Command) -> Result<Tally> {
    let (success, said) = watch(command)?;
    Ok(libtest(&said).unless_failed(success))
}

/// Reads the report of `cargo test`: headings, one line per test, one result line per binary.
fn libtest(report: &str) -> Tally {
    let mut tally = Tally::default();
    let mut binary = String::new();
    for line in report.lines().map(plain) {
        let line = line.trim();
        // A heading ends with the binary; the browser's runner has running commentary of its own.
        if let Some(heading) = line.strip_prefix("Running ").filter(|text| text.ends_with(')')) {
            binary = stem(heading);
        } else if let Some(name) = line.strip_prefix("Doc-tests ") {
            binary = format!("{name} (doc)");
        } else if let Some(counts) = line.strip_prefix("test result: ") {
            tally.passed += count(counts, " passed");
            tally.failed += count(counts, " failed");
        } else if let Some(test) = line.strip_prefix("test ")
            && let Some((name, verdict)) = test.rsplit_once(" ... ")
            && !verdict.starts_with("ignored")
        {
            let name = name.trim_end_matches(" - should panic");
            tally.cases.push(Case::new(&binary, name, verdict.starts_with("ok")));
        }
    }
    tally
}

/// A line without its colours: tests of what does not compile have them, wherever they are told to.
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.filter_map(|part| part.split_once('m')).fold(first, |plain, (_, text)| plain + text)
}

/// `unittests src/lib.rs (target/debug/deps/sessionful-0123abcd)` -> `sessionful`.
fn stem(heading: &str) -> String {
    let path = heading.rsplit_once('(').map_or(heading, |(_, path)| path.trim_end_matches(')'));
    let file = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let file = file.unwrap_or_default();
    file.rsplit_once('-').map_or(file.clone(), |(name, _)| name.to_owned())
}

/// The number in front of `what`: `count("ok. 3 passed; 1 failed", " failed")` is 1.
fn count(text: &str, what: &str) -> usize {
    let before = text.split(what).next().unwrap_or_default();
    before.rsplit([' ', ';', '.']).next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Reads the report that Node's test runner writes in the Test Anything Protocol.
pub(crate) fn tap(report: &str) -> Tally {
    let mut tally = Tally::default();
    let mut lines = report.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        if let Some(number) = line.strip_prefix("# pass ") {
            tally.passed += number.parse().unwrap_or(0);
        } else if let Some(number) =
            line.strip_prefix("# fail ").or_else(|| line.strip_prefix("# cancelled "))
        {
            tally.failed += number.parse().unwrap_or(0);
        } else if let Some((verdict, rest)) = line.split_once("ok ")
            && (verdict.is_empty() || verdict == "not ")
            && let Some((_, name)) = rest.split_once(" - ")
        {
            let mut case = Case::new("node", name, verdict.is_empty());
            if !case.passed {
                case.why = error(&mut lines);
            }
            tally.cases.push(case);
        }
    }
    tally
}

/// The error in the block of details that follows a failed test, without what it goes on with.
fn error<'a>(lines: &mut Peekable<impl Iterator<Item = &'a str>>) -> String {
    if lines.next_if_eq(&"---").is_none() {
        return String::new();
    }
    let mut details = lines
        .by_ref()
        .take_while(|line| *line != "...")
        .skip_while(|line| !line.starts_with("error:"));
    match details.next().unwrap_or_default().trim_start_matches("error:").trim() {
        "|-" => details.next().unwrap_or_default().to_owned(), // the text is on the lines below
        text => text.trim_matches('\'').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_report_of_cargo_test() {
        let report = "\
     Running unittests src/lib.rs (target/debug/deps/sessionful-83ab)
Running headless tests in Chrome on `http://127.0.0.1:32953/`
test gate::tests::hands_over ... ok
test gate::tests::barges - should panic ... ok
test slow ... ignored
test gate::tests::forgets ... FAILED
\u{1b}[0mtest \u{1b}[0m\u{1b}[1mtests/contract/option.rs\u{1b}[0m ... \u{1b}[0m\u{1b}[32mok
\u{1b}[0mtest result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out
   Doc-tests sessionful
test core/src/lib.rs - open (line 3) ... ok
test result: ok. 1 passed; 0 failed; 0 ignored";
        let tally = libtest(report);
        assert_eq!((tally.passed, tally.failed), (3, 1));
        let names: Vec<_> = tally.cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names[1], "gate::tests::barges");
        assert_eq!(tally.cases[2].binary, "sessionful");
        assert!(!tally.cases[2].passed);
        assert_eq!(
            (tally.cases[3].name.as_str(), tally.cases[3].passed),
            ("tests/contract/option.rs", true)
        );
        assert_eq!(tally.cases[4].binary, "sessionful (doc)");
    }

    #[test]
    fn a_crash_without_a_result_line_is_a_failure() {
        assert_eq!(libtest("error: could not compile").unless_failed(false).failed, 1);
        let told = libtest("test result: FAILED. 0 passed; 3 failed;").unless_failed(false);
        assert_eq!(told.failed, 3);
    }

    #[test]
    fn reads_the_report_of_node() {
        let report = "\
ok 1 - the page loads
not ok 2 - it plays
  ---
  duration_ms: 3
  error: 'no sound'
  ...
not ok 3 - it stops
  ---
  error: |-
    it went
    on
  code: 'ERR_ASSERTION'
  ...
# pass 1
# fail 2
# cancelled 0";
        let tally = tap(report);
        assert_eq!((tally.passed, tally.failed, tally.cases.len()), (1, 2, 3));
        assert!(!tally.cases[1].passed);
        assert_eq!(tally.cases[1].why, "no sound");
        assert_eq!(tally.cases[2].why, "it went");
    }
}
