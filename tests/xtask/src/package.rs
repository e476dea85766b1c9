//! The npm package as a folder of files: `web/dist`.
//!
//! There are two builds of the runtime in it: the whole one, and one that only calls. Node has its own
//! of the whole one and of SOAP: nothing is downloaded there, so they are built to be fast, not small.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::play::{self, Goal};
use crate::{names, run, setup};

/// Compiles the binary and the TypeScript around it.
pub(crate) fn build() -> Result<PathBuf> {
    setup::wasm_target()?;
    let package = setup::npm("web")?;
    let dist = package.join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    let wasm = dist.join("wasm");
    setup::say("compiling the runtime of the npm package");
    binary(&wasm, "sessionful-web", "sessionful", &[], Goal::Small)?;
    setup::say("compiling the build of it that only calls");
    let calls = ["--no-default-features", "--features", "npm-client"];
    binary(&wasm, "sessionful-web", "client", &calls, Goal::Small)?;
    setup::say("compiling its SOAP and its WSDL");
    binary(&wasm, "sessionful-web-wcf", "wcf", &[], Goal::Small)?;
    binary(&wasm, "sessionful-web-wsdl", "wsdl", &[], Goal::Small)?;
    setup::say("compiling what of it is for Node");
    let fast = wasm.join("fast");
    binary(&fast, "sessionful-web", "sessionful", &[], Goal::Fast)?;
    binary(&fast, "sessionful-web-wcf", "wcf", &[], Goal::Fast)?;

    setup::say("compiling its TypeScript");
    let compiler = package.join("node_modules/typescript/bin/tsc");
    let mut compile = Command::new(setup::node()?);
    run::quiet(compile.current_dir(&package).arg(compiler).args(["--project", "js"]))?;
    declarations(&package.join("js/wasm"), &dist.join("wasm"))?;
    inline(&dist)?;
    fs::copy(setup::root().join("LICENSE"), package.join("LICENSE")).context("LICENSE")?;
    Ok(package)
}

/// Compiles one of the package's binaries, and the glue around it, into a folder.
fn binary(to: &Path, package: &str, name: &str, features: &[&str], goal: Goal) -> Result<()> {
    let bindgen = setup::bindgen("wasm-bindgen")?;
    let mut compile = setup::shipping(["build", "--package", package]);
    compile.args(["--target", setup::WASM, "--profile", goal.profile()]).args(features);
    run::quiet(&mut compile)?;
    let file = format!("{}/{}.wasm", goal.profile(), package.replace('-', "_"));
    let compiled = setup::target().join(setup::WASM).join(file);
    let mut glue = Command::new(bindgen);
    // The entries say where the binary is, each in its own way.
    glue.args(["--target", "web", "--no-typescript", "--omit-default-module-path"]);
    glue.args(["--out-name", name, "--out-dir"]).arg(to).arg(&compiled);
    run::quiet(&mut glue)?;
    let binary = to.join(format!("{name}_bg.wasm"));
    play::optimize(&binary, goal);
    match goal {
        Goal::Small => names::shorten(&binary, &to.join(format!("{name}.js"))),
        Goal::Fast => Ok(()),
    }
}

/// Copies declarations that were written by hand; the compiler only reads them.
fn declarations(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => declarations(&entry.path(), &to)?,
            false => drop(fs::copy(entry.path(), to)?),
        }
    }
    Ok(())
}

/// Writes the binary as a module of JavaScript, for the entry that needs no other file.
fn inline(dist: &Path) -> Result<()> {
    let mut write = Command::new(setup::node()?);
    write.current_dir(dist).args(["--input-type=module", "--eval"]).arg(
        "import { readFileSync, writeFileSync } from 'node:fs';
         const text = readFileSync('wasm/sessionful_bg.wasm').toString('base64');
         writeFileSync('wasm/inline.js', `export default '${text}';\\n`);",
    );
    run::quiet(&mut write)
}
