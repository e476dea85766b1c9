//! What core may not depend on or name: browsers, runtimes, clocks; and, below its drivers, nothing
//! asynchronous and nothing shared.

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::run::{self, Tally};
use crate::{setup, source};

const NEVER_DEPENDS_ON: &[&str] = &["js-sys", "web-sys", "wasm-bindgen", "tokio"];
const NEVER_SAYS: &[&str] =
    &["async ", "Waker", "AtomicWaker", "Rc<", "RefCell", "Instant::now", "SystemTime"];

/// Checks both, one test per forbidden crate and phrase.
pub(crate) fn suite() -> Result<Tally> {
    Ok(dependencies()?.and(sources()?))
}

fn dependencies() -> Result<Tally> {
    setup::wasm_target()?;
    let mut tree = setup::cargo(["tree", "--package", "sessionful", "--target", setup::WASM]);
    let tree = run::output(tree.args(["--edges", "normal", "--prefix", "none"]))?;
    let mut tally = Tally::default();
    for forbidden in NEVER_DEPENDS_ON {
        let found = tree.lines().any(|line| line.split(' ').next() == Some(forbidden));
        if found {
            println!("core depends on {forbidden}");
        }
        tally = tally.and(Tally::check(!found));
    }
    Ok(tally)
}

fn sources() -> Result<Tally> {
    let folder = setup::root().join("core/src");
    let mut machines = Vec::new();
    for file in source::files(&folder, "rs")? {
        let relative = file.strip_prefix(&folder)?;
        if is_machine(relative) {
            let code = source::without_tests(&source::code(&fs::read_to_string(&file)?));
            machines.push((relative.display().to_string(), code));
        }
    }
    let mut tally = Tally::default();
    for forbidden in NEVER_SAYS {
        let found = offenders(&machines, forbidden);
        for place in &found {
            println!("{place} says `{}`, which a machine may not", forbidden.trim());
        }
        tally = tally.and(Tally::check(found.is_empty()));
    }
    Ok(tally)
}

fn is_machine(file: &Path) -> bool {
    let driver = file == Path::new("drive.rs") || file.starts_with("drive");
    let test =
        file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs");
    !driver && !test
}

fn offenders(machines: &[(String, String)], forbidden: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (file, code) in machines {
        let lines = code.lines().enumerate().filter(|(_, line)| source::says(line, forbidden));
        found.extend(lines.map(|(number, _)| format!("core/src/{file}:{}", number + 1)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drivers_and_tests_are_free() {
        assert!(!is_machine(Path::new("drive.rs")));
        assert!(!is_machine(Path::new("drive/proxy.rs")));
        assert!(!is_machine(Path::new("proxy/tests.rs")));
        assert!(is_machine(Path::new("host/driveway.rs")));
    }

    #[test]
    fn offenders_are_named_with_their_line() {
        let machines = [("gate.rs".to_owned(), "fn a() {}\nasync fn b() {}\n".to_owned())];
        assert_eq!(offenders(&machines, "async "), ["core/src/gate.rs:2"]);
        assert!(offenders(&machines, "Waker").is_empty());
    }
}
