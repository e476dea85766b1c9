//! What a bare machine lacks is installed, once, under `target/tools`.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::run;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";
const OLDEST_NODE: u32 = 20;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // Cargo tells it at run time as well, which stays right when the folder was moved.
    let here = env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").into());
    let here = Path::new(&here);
    let workspace = here.ancestors().find(|folder| folder.join("Cargo.lock").is_file());
    workspace.unwrap_or(here).to_path_buf()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Says what is about to happen, before it takes its time.
pub(crate) fn say(line: &str) {
    println!(":: {line}");
}

/// A cargo command at the root of the repository.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(arguments);
    cargo
}

/// The same for what is shipped: panics name places in libraries, and should not tell where this
/// machine keeps them.
pub(crate) fn shipping<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut cargo = cargo(arguments);
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    if let Some(home) = home.or_else(|| Some(env::home_dir()?.join(".cargo"))) {
        let flags = env::var("RUSTFLAGS").unwrap_or_default();
        let sources = home.join("registry/src/");
        cargo.env("RUSTFLAGS", format!("{flags} --remap-path-prefix={}=", sources.display()));
    }
    cargo
}

/// The first of the named programs that is on the path.
pub(crate) fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let candidates = names.iter().flat_map(|name| {
        env::split_paths(&path)
            .map(move |folder| folder.join(name).with_extension(env::consts::EXE_EXTENSION))
    });
    candidates.into_iter().find(|file| file.is_file())
}

/// Makes sure that the compiler can build for the browser.
pub(crate) fn wasm_target() -> Result<()> {
    let found =
        run::output(Command::new("rustc").args(["--print", "target-libdir", "--target", WASM]))
            .is_ok_and(|folder| Path::new(folder.trim()).is_dir());
    if found {
        return Ok(());
    }
    say(&format!("adding the {WASM} target"));
    run::quiet(Command::new("rustup").current_dir(root()).args(["target", "add", WASM]))
        .context("the wasm target is missing, and rustup could not add it")
}

/// Makes sure that a cargo subcommand of the toolchain is there: `fmt`, `clippy`.
pub(crate) fn component(subcommand: &str, component: &str) -> Result<()> {
    let mut version = cargo([subcommand, "--version"]);
    if version.stdout(Stdio::null()).stderr(Stdio::null()).status()?.success() {
        return Ok(());
    }
    say(&format!("adding the toolchain's {component}"));
    run::quiet(Command::new("rustup").current_dir(root()).args(["component", "add", component]))
}

/// A tool that comes with `wasm-bindgen-cli`, of exactly the version in `Cargo.lock`.
pub(crate) fn bindgen(tool: &str) -> Result<PathBuf> {
    let version = locked("wasm-bindgen")?;
    let installed =
        target().join("tools/bin").join(tool).with_extension(env::consts::EXE_EXTENSION);
    let candidates = [Some(installed.clone()), on_path(&[tool])];
    for candidate in candidates.into_iter().flatten() {
        if told_version(&candidate).is_some_and(|told| told == version) {
            return Ok(candidate);
        }
    }
    say(&format!("installing wasm-bindgen {version} (about 3 minutes, once)"));
    install("wasm-bindgen-cli", &["--version", &version])?;
    if !installed.is_file() {
        bail!("wasm-bindgen-cli {version} was installed without `{tool}`");
    }
    Ok(installed)
}

/// A cargo subcommand from the registry, under `target/tools`.
pub(crate) fn subcommand(package: &str) -> Result<PathBuf> {
    let folder = target().join("tools/bin");
    let installed = folder.join(package).with_extension(env::consts::EXE_EXTENSION);
    if let Some(found) =
        on_path(&[package]).or_else(|| installed.is_file().then_some(installed.clone()))
    {
        return Ok(found);
    }
    say(&format!("installing {package} (about a minute, once)"));
    install(package, &[])?;
    Ok(installed)
}

/// The tool that cuts a binary in two, of a version that understands the `wasm_split_helpers` of
/// `Cargo.lock`. It does not tell its version, so that is part of the folder's name.
pub(crate) fn splitter() -> Result<PathBuf> {
    const VERSION: &str = "0.2.4";
    let folder = target().join(format!("tools/wasm-split-{VERSION}"));
    let installed = folder.join("bin/wasm-split-cli").with_extension(env::consts::EXE_EXTENSION);
    if !installed.is_file() {
        say(&format!("installing wasm-split {VERSION} (about 2 minutes, once)"));
        let wanted = ["--version", VERSION, "--features", "build-binary"];
        install_in(&folder, "wasm_split_cli_support", &wanted)?;
    }
    Ok(installed)
}

/// Installs a package's programs under `target/tools`, next to nobody else's.
fn install(package: &str, wanted: &[&str]) -> Result<()> {
    install_in(&target().join("tools"), package, wanted)
}

fn install_in(folder: &Path, package: &str, wanted: &[&str]) -> Result<()> {
    let mut install = cargo(["install", package, "--force", "--quiet", "--root"]);
    install.arg(folder).args(wanted);
    run::quiet(&mut install).with_context(|| format!("could not install {package}"))
}

/// `wasm-bindgen 0.2.130` -> `0.2.130`.
fn told_version(tool: &Path) -> Option<String> {
    let output = Command::new(tool).arg("--version").output().ok()?;
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    told.split_whitespace().nth(1).map(str::to_owned)
}

/// The version of a package in `Cargo.lock`.
pub(crate) fn locked(package: &str) -> Result<String> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).context("Cargo.lock")?;
    locked_in(&lock, package).with_context(|| format!("{package} is not in Cargo.lock"))
}

fn locked_in(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

/// Makes sure that Node is there and young enough.
pub(crate) fn node() -> Result<PathBuf> {
    let node = on_path(&["node"])
        .context("Node.js 20 or newer is needed and `node` is not on the path")?;
    let told = run::output(Command::new(&node).arg("--version"))?;
    let major: Option<u32> =
        told.trim().trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok());
    match major {
        Some(major) if major >= OLDEST_NODE => Ok(node),
        _ => bail!("Node.js {OLDEST_NODE} or newer is needed, this is {}", told.trim()),
    }
}

/// Installs what an npm project's lock file names, unless that very lock was installed already.
pub(crate) fn npm(project: &str) -> Result<PathBuf> {
    node()?;
    let folder = root().join(project);
    let lock = fs::read(folder.join("package-lock.json"))
        .with_context(|| format!("{project}/package-lock.json"))?;
    let stamp = folder.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(folder);
    }
    say(&format!("installing the npm packages of {project}"));
    let npm = on_path(&["npm", "npm.cmd"]).context("`npm` is not on the path")?;
    let mut ci = Command::new(npm);
    ci.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run::quiet(&mut ci)
        .with_context(|| format!("could not install the npm packages of {project}"))?;
    fs::write(stamp, lock)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_versions_from_the_lock() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n\n[[package]]\nname = \"a-b\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked_in(lock, "a").as_deref(), Some("1.2.3"));
        assert_eq!(locked_in(lock, "a-b").as_deref(), Some("2.0.0"));
        assert_eq!(locked_in(lock, "b"), None);
    }

    #[test]
    fn the_root_is_where_the_lock_is() {
        assert!(root().join("Cargo.lock").is_file());
        assert!(root().join("core").is_dir());
    }
}
