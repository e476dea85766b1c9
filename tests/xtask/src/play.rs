//! The playground as a folder of files.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{run, serve, setup};

/// Builds the playground and, if wanted, serves it until the process is stopped.
pub(crate) fn play(port: u16, and_serve: bool) -> Result<bool> {
    if !and_serve {
        let site = build()?;
        setup::say(&format!("the playground is in {}", site.display()));
        return Ok(true);
    }
    // A port that is taken should be told before the build, not minutes later.
    let listener = TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} is taken; choose another with --port"))?;
    let site = build()?;
    setup::say(&format!("playing at http://{} (stop with Ctrl+C)", listener.local_addr()?));
    serve::serve(&listener, &site);
    Ok(true)
}

/// Compiles the playground to wasm and lays its files out in `www/dist`.
pub(crate) fn build() -> Result<PathBuf> {
    setup::wasm_target()?;
    let bindgen = setup::bindgen("wasm-bindgen")?;
    setup::say("compiling the playground");
    let mut compile = setup::cargo(["build", "--package", "sessionful-www"]);
    compile.args(["--target", setup::WASM, "--profile", "wasm"]);
    run::quiet(&mut compile)?;

    let site = setup::root().join("www/dist");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let binary = setup::target().join(setup::WASM).join("wasm/sessionful-www.wasm");
    setup::say("generating the JavaScript around it");
    let mut glue = Command::new(bindgen);
    glue.args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"]);
    run::quiet(glue.arg(&site).arg(&binary))?;
    optimize(&site.join("app_bg.wasm"));
    assets(&site)?;
    Ok(site)
}

/// Lets binaryen shrink the binary. A playground that is larger than it could be still plays, so a
/// failure is told and no more.
pub(crate) fn optimize(binary: &Path) {
    if let Err(error) = shrink(binary) {
        setup::say(&format!("not optimized: {error:#}"));
    }
}

fn shrink(binary: &Path) -> Result<()> {
    let tools = setup::npm("www")?.join("node_modules/binaryen/bin/wasm-opt");
    setup::say("optimizing the binary");
    let before = fs::metadata(binary)?.len();
    let small = binary.with_extension("small");
    let mut optimize = Command::new(setup::node()?);
    // Functions that are called once stay functions: their locals have small numbers, which
    // compresses a tenth better. So does an order in which copies of one generic are neighbours.
    optimize.arg(tools).args(["-Oz", "--converge", "--one-caller-inline-max-function-size=30"]);
    optimize.args(["--skip-pass=reorder-functions", "--reorder-functions-by-name"]);
    optimize.args(["--strip-debug", "--strip-producers"]);
    // What rustc and wasm-bindgen emit today; the binary does not say so itself.
    optimize.args(["--enable-bulk-memory", "--enable-reference-types"]);
    optimize.args(["--enable-multivalue", "--enable-mutable-globals", "--enable-sign-ext"]);
    optimize.args(["--enable-nontrapping-float-to-int", "--enable-exception-handling"]);
    run::quiet(optimize.arg(binary).arg("-o").arg(&small))?;
    fs::rename(&small, binary)?;
    let after = fs::metadata(binary)?.len();
    setup::say(&format!("{before} -> {after} bytes"));
    Ok(())
}

/// Copies what the page is made of besides the binary.
fn assets(site: &Path) -> Result<()> {
    let source = setup::root().join("www");
    fs::copy(source.join("index.html"), site.join("index.html")).context("www/index.html")?;
    for folder in ["styles", "js"] {
        let from = source.join(folder);
        if from.is_dir() {
            copy(&from, &site.join(folder))?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
