//! Longer work that is not part of the tests: fuzzing and measuring.

use std::process::Command;

use anyhow::{Result, bail};

use crate::{run, setup, source};

/// Runs each fuzz target for some seconds.
pub(crate) fn fuzz(seconds: u32) -> Result<bool> {
    let folder = setup::root().join("tests/fuzz");
    let targets = folder.join("fuzz_targets");
    let targets = if targets.is_dir() { source::files(&targets, "rs")? } else { Vec::new() };
    if targets.is_empty() {
        bail!("there are no fuzz targets in tests/fuzz/fuzz_targets");
    }
    let tool = setup::subcommand("cargo-fuzz")?;
    for target in targets {
        let name = target.file_stem().unwrap_or_default();
        setup::say(&format!("fuzzing {} for {seconds} s", name.display()));
        // Sanitizers are unstable options; the stable compiler takes them when told to.
        let mut fuzz = Command::new(&tool);
        fuzz.current_dir(&folder).env("RUSTC_BOOTSTRAP", "1").args(["fuzz", "run", "--fuzz-dir"]);
        fuzz.arg(&folder).arg(name).args(["--", &format!("-max_total_time={seconds}")]);
        run::quiet(&mut fuzz)?;
    }
    Ok(true)
}

/// Runs the benchmarks; arguments go to cargo.
pub(crate) fn bench(arguments: &[String]) -> Result<bool> {
    let mut bench = setup::cargo(["bench", "--package", "sessionful-tests", "--benches"]);
    run::quiet(bench.args(arguments))?;
    Ok(true)
}
