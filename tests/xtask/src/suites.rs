//! Everything `cargo xtask test` runs, and what came of it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::browser::{self, Browser};
use crate::run::{self, Case, Tally};
use crate::{package, play, purity, rules, serve, setup};

struct Suite {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Tally>,
}

/// In the order they run: what answers quickly comes first, and the rules read what all others
/// found.
const SUITES: &[Suite] = &[
    Suite { name: "format", about: "every file is formatted", run: format },
    Suite { name: "lint", about: "clippy finds nothing, natively and for wasm", run: lint },
    Suite { name: "purity", about: "core knows no browser, runtime or clock", run: purity::suite },
    Suite { name: "native", about: "unit and integration tests on this machine", run: native },
    Suite { name: "docs", about: "the manual builds and its examples run", run: docs },
    Suite { name: "wasm", about: "the same code in headless Chromium", run: wasm },
    Suite { name: "npm", about: "the package for JavaScript, in Node and in a browser", run: npm },
    Suite { name: "e2e", about: "the playground as a person uses it", run: end_to_end },
    Suite { name: "rules", about: "every rule is proven by a test", run: rules::suite },
];

/// Runs the named suites, or all. The last line is the sum over everything that ran.
pub(crate) fn test(names: &[String]) -> Result<bool> {
    let known = || SUITES.iter().map(|suite| suite.name).collect::<Vec<_>>().join(", ");
    if let Some(other) = names.iter().find(|name| !SUITES.iter().any(|suite| suite.name == **name))
    {
        bail!("there is no suite `{other}`; there are {}", known());
    }
    let wanted = |suite: &&Suite| names.is_empty() || names.iter().any(|name| name == suite.name);
    let (mut lines, mut passed, mut failed) = (Vec::new(), 0, 0);
    for suite in SUITES.iter().filter(wanted) {
        println!("\n== {} | {}", suite.name, suite.about);
        let start = Instant::now();
        forget(suite.name)?;
        let tally = (suite.run)().unwrap_or_else(|error| {
            println!("this suite did not run: {error:#}");
            Tally::check(false)
        });
        remember(suite.name, &tally.cases)?;
        let verdict = if tally.failed == 0 { "ok" } else { "FAILED" };
        let seconds = start.elapsed().as_secs();
        let Tally { passed: good, failed: bad, .. } = tally;
        let line =
            format!("== {} | {verdict} | {good} passed, {bad} failed | {seconds} s", suite.name);
        println!("{line}");
        lines.push(line);
        // Said once more at the end: who reads the last page of a log learns what to look for.
        let failures = tally.cases.iter().filter(|case| !case.passed);
        lines.extend(failures.map(|Case { name, why, .. }| format!("   failed: {name}: {why}")));
        passed += good;
        failed += bad;
    }
    println!("\n{}\n\n{passed} passed, {failed} failed", lines.join("\n"));
    Ok(failed == 0)
}

fn format() -> Result<Tally> {
    setup::component("fmt", "rustfmt")?;
    run::check(setup::cargo(["fmt", "--all", "--check"]))
}

fn lint() -> Result<Tally> {
    setup::component("clippy", "clippy")?;
    setup::wasm_target()?;
    let strict = ["--", "-D", "warnings"];
    let mut native = setup::cargo(["clippy", "--workspace", "--all-targets"]);
    native.args(strict);
    let mut wasm = setup::cargo(["clippy", "--target", setup::WASM]);
    wasm.args(["-p", "sessionful-web", "-p", "sessionful-www", "-p", "sessionful-tests"]);
    wasm.args(["-p", "sessionful-web-wcf", "-p", "sessionful-web-wsdl"]);
    // Benchmarks measure natively, with tools that no browser has.
    wasm.args(["--lib", "--bins", "--tests"]).args(strict);
    // The build of the npm package that only calls.
    let mut calls =
        setup::cargo(["clippy", "--target", setup::WASM, "-p", "sessionful-web", "--lib"]);
    calls.args(["--no-default-features", "--features", "npm-client"]).args(strict);
    Ok(run::check(native)?.and(run::check(wasm)?).and(run::check(calls)?))
}

fn native() -> Result<Tally> {
    // Examples in the documentation belong to the suite `docs`.
    let mut command = setup::cargo(["test", "--workspace", "--no-fail-fast"]);
    command.args(["--lib", "--bins", "--tests", "--examples"]);
    some(run::tests(command)?)
}

fn docs() -> Result<Tally> {
    let mut manual = setup::cargo(["doc", "--package", "sessionful", "--no-deps"]);
    manual.env("RUSTDOCFLAGS", "-D warnings");
    let mut examples = setup::cargo(["test", "--workspace", "--no-fail-fast", "--doc"]);
    // The tools are no library, so cargo has nothing to look for in them.
    examples.args(["--exclude", "xtask", "--exclude", "sessionful-interop"]);
    examples.args(["--exclude", "sessionful-www"]);
    Ok(run::check(manual)?.and(run::tests(examples)?))
}

fn wasm() -> Result<Tally> {
    setup::wasm_target()?;
    setup::bindgen("wasm-bindgen-test-runner")?;
    Browser::find()?;
    let mut command = setup::cargo(["test", "--target", setup::WASM, "--no-fail-fast"]);
    command.args(["-p", "sessionful-tests", "-p", "sessionful-web", "--lib", "--tests"]);
    if let Some((variable, runner)) = browser::runner()? {
        command.env(variable, runner);
    }
    some(run::tests(command)?)
}

fn end_to_end() -> Result<Tally> {
    let project = setup::npm("tests/e2e")?;
    let browser = Browser::find()?;
    let site = play::build()?;
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    // It ends with the process.
    thread::spawn(move || serve::serve(&listener, &site));
    let page = format!("http://{address}");
    let (mut services, host) = play::services(0, &page)?;

    let mut node = Command::new(setup::node()?);
    node.current_dir(&project)
        .env("CHROME", &browser.chrome)
        .env("CHROME_FLAGS", Browser::flags().join(" "))
        .env("PLAYGROUND", format!("{page}/"))
        .env("HOST", host);
    let tally = node_tests(node, "e2e", &[]);
    services.kill()?;
    tally
}

fn npm() -> Result<Tally> {
    let package = package::build()?;
    let mut unit = Command::new(setup::node()?);
    unit.current_dir(&package);
    let unit = node_tests(unit, "npm-unit", &test_files(&package.join("dist/test"))?)?;

    let project = setup::npm("tests/npm")?;
    let browser = Browser::find()?;
    let firefox = browser::firefox().unwrap_or_else(|reason| {
        setup::say(&format!("no Firefox, so its suite is left out: {reason:#}"));
        PathBuf::new()
    });
    let mut habitats = Command::new(setup::node()?);
    habitats
        .env("FIREFOX", firefox)
        .current_dir(&project)
        .env("CHROME", &browser.chrome)
        .env("CHROME_FLAGS", Browser::flags().join(" "));
    Ok(unit.and(node_tests(habitats, "npm", &[])?))
}

/// Compiled tests; beside them lie files that only the compiler is to read.
fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.js") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Runs the tests of Node's own runner, in the folder of the command or in those that are named.
fn node_tests(mut node: Command, name: &str, folders: &[PathBuf]) -> Result<Tally> {
    let report = setup::target().join(format!("xtask/{name}.tap"));
    fs::create_dir_all(setup::target().join("xtask"))?;
    // What an earlier run reported must not speak for this one.
    fs::write(&report, "")?;
    node.args(["--test", "--test-timeout=300000", "--test-concurrency=1"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .arg("--test-reporter=tap")
        .arg(format!("--test-reporter-destination={}", report.display()))
        .args(folders);
    let (success, _) = run::watch(node)?;
    some(run::tap(&fs::read_to_string(report)?).unless_failed(success))
}

/// A suite of tests in which no test ran has proven nothing.
fn some(tally: Tally) -> Result<Tally> {
    if tally.passed + tally.failed == 0 {
        bail!("no test ran");
    }
    Ok(tally)
}

fn outcomes() -> PathBuf {
    setup::target().join("xtask/outcomes")
}

fn forget(suite: &str) -> Result<()> {
    fs::create_dir_all(outcomes())?;
    let file = outcomes().join(suite);
    if file.exists() {
        fs::remove_file(file)?;
    }
    Ok(())
}

/// Keeps the results, so that the rules can be joined with them later.
fn remember(suite: &str, cases: &[Case]) -> Result<()> {
    let lines = cases
        .iter()
        .map(|Case { binary, name, passed, .. }| format!("{passed}\t{binary}\t{name}\n"));
    fs::write(outcomes().join(suite), lines.collect::<String>())?;
    Ok(())
}

/// The results of the last run of every suite.
pub(crate) fn recall() -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for suite in SUITES {
        let kept = fs::read_to_string(outcomes().join(suite.name)).unwrap_or_default();
        for line in kept.lines() {
            if let [passed, binary, name] = line.splitn(3, '\t').collect::<Vec<_>>()[..] {
                cases.push(Case::new(binary, name, passed == "true"));
            }
        }
    }
    Ok(cases)
}
