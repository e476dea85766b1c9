//! Longer work that is not part of the tests: fuzzing and measuring.

use std::fs;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{run, setup, source};

/// Runs the fuzz targets, or the named ones, each for some seconds.
pub(crate) fn fuzz(seconds: u32, names: &[String]) -> Result<bool> {
    let folder = setup::root().join("tests/fuzz");
    let targets = folder.join("fuzz_targets");
    let targets = if targets.is_dir() { source::files(&targets, "rs")? } else { Vec::new() };
    let all: Vec<String> = targets
        .iter()
        .filter_map(|target| Some(target.file_stem()?.to_string_lossy().into_owned()))
        .collect();
    if all.is_empty() {
        bail!("there are no fuzz targets in tests/fuzz/fuzz_targets");
    }
    if let Some(other) = names.iter().find(|name| !all.contains(name)) {
        bail!("there is no fuzz target `{other}`; there are {}", all.join(", "));
    }
    let tool = setup::subcommand("cargo-fuzz")?;
    for name in if names.is_empty() { &all } else { names } {
        setup::say(&format!("fuzzing {name} for {seconds} s"));
        let (corpus, seeds) = (format!("corpus/{name}"), format!("seeds/{name}"));
        fs::create_dir_all(folder.join(&corpus))?;
        // Sanitizers are unstable options; the stable compiler takes them when told to.
        let mut fuzz = Command::new(&tool);
        fuzz.current_dir(&folder).env("RUSTC_BOOTSTRAP", "1");
        fuzz.args(["fuzz", "run", "--fuzz-dir", "."]).args([name, &corpus, &seeds]);
        // A finding that only takes long, or much memory, is one too.
        let limit = format!("-max_total_time={seconds}");
        fuzz.args(["--", &limit, "-timeout=20", "-print_final_stats=1"]);
        run::quiet(&mut fuzz)?;
    }
    Ok(true)
}

/// Measures; arguments go to the benchmark of speed.
pub(crate) fn bench(arguments: &[String]) -> Result<bool> {
    let bench = |name| setup::cargo(["bench", "--package", "sessionful-tests", "--bench", name]);
    let mut speed = bench("speed");
    if !arguments.is_empty() {
        speed.arg("--").args(arguments);
    }
    run::quiet(&mut speed)?;
    run::quiet(&mut bench("memory"))?;
    count()?;
    Ok(true)
}

/// What is counted, in the words of `tests/benches/count.rs`, which does each so many times.
const COUNTED: &[&str] = &[
    "floor",
    "wired per-call 1",
    "wired per-session 1",
    "wired single 1",
    "wired sessionless 1",
    "wired per-session 64",
    "wired sessionless 64",
    "driven per-call 1",
    "driven per-session 1",
    "driven single 1",
    "driven sessionless 1",
    "driven per-session 64",
    "driven sessionless 64",
    "wired per-session 1 among 1000",
    "wired per-session 1 among 100000",
    "driven per-session 1 among 1000",
    "driven per-session 1 among 100000",
    "session wired",
    "session driven",
];
const TIMES: u64 = 1024;

/// Counts instructions under valgrind, where there is one.
fn count() -> Result<()> {
    if setup::on_path(&["valgrind"]).is_none() {
        setup::say("valgrind is not installed, so instructions are not counted");
        return Ok(());
    }
    let runner = "target.'cfg(all())'.runner = ['valgrind', '--tool=callgrind', \
                  '--toggle-collect=*measured*', '--callgrind-out-file=/dev/null']";
    println!("{:<40} {:>16}", "instructions", "each");
    for what in COUNTED {
        let mut count = setup::cargo(["--config", runner, "bench", "--quiet"]);
        count.args(["--package", "sessionful-tests", "--bench", "count", "--"]);
        let output = count.args(what.split(' ')).output().context("could not start cargo")?;
        let said = String::from_utf8_lossy(&output.stderr);
        let Some(instructions) = collected(&said).filter(|_| output.status.success()) else {
            bail!("{what} was not counted:\n{said}");
        };
        println!("{what:<40} {:>16}", instructions / TIMES);
    }
    Ok(())
}

/// What callgrind says in the end: `==123== Collected : 4096`.
fn collected(said: &str) -> Option<u64> {
    let (_, count) = said.lines().find_map(|line| line.split_once("Collected : "))?;
    count.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_callgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 4096\n==7==\n";
        assert_eq!(collected(said), Some(4096));
        assert_eq!(collected("valgrind: no such file"), None);
    }
}
