//! The playground as a folder of files, with the npm package in it for its live runs.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};

use crate::{package, run, serve, setup};

/// What `cargo xtask play` was asked for.
pub(crate) struct Wishes {
    /// Where the page is served.
    pub(crate) port: u16,
    /// Where the host of Node is, beside the page.
    pub(crate) host_port: u16,
    /// Serve at all.
    pub(crate) serve: bool,
    /// Start the host of Node.
    pub(crate) host: bool,
}

/// Builds the playground and, if wanted, serves it until the process is stopped, with services of
/// Node beside it for runs over the network.
pub(crate) fn play(wishes: &Wishes) -> Result<bool> {
    if !wishes.serve {
        let site = build()?;
        setup::say(&format!("the playground is in {}", site.display()));
        return Ok(true);
    }
    // A port that is taken should be told before the build, not minutes later.
    let listener = TcpListener::bind(("127.0.0.1", wishes.port))
        .with_context(|| format!("port {} is taken; choose another with --port", wishes.port))?;
    let site = build()?;
    let page = format!("http://{}", listener.local_addr()?);
    setup::say(&format!("playing at {page} (stop with Ctrl+C)"));
    let serving = thread::spawn(move || serve::serve(&listener, &site));
    if wishes.host {
        // The page plays without it, so a failure is told and no more.
        match services(wishes.host_port, &page) {
            Ok((mut services, address)) => {
                let _life = services.stdin.take(); // waiting would close it
                setup::say(&format!(
                    "services at {address} (\"Live over the network\" in the page)"
                ));
                _ = services.wait()?;
            }
            Err(error) => setup::say(&format!("no services for runs over the network: {error:#}")),
        }
    }
    serving.join().map_err(|_| anyhow!("the server of the page has broken"))?;
    Ok(true)
}

/// Starts the services of Node for a page, and tells their address once they listen.
pub(crate) fn services(port: u16, page: &str) -> Result<(Child, String)> {
    let script = setup::root().join("www/host/services.mjs");
    let mut node = Command::new(setup::node()?);
    node.arg(script).arg(port.to_string());
    // Whoever opens the page by its other name has another origin.
    node.arg(page).arg(page.replace("127.0.0.1", "localhost"));
    // Their input ends with this process, however that ends, and they with it.
    let mut services = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let output = services.stdout.take().context("the services have no output")?;
    let mut address = String::new();
    BufReader::new(output).read_line(&mut address)?;
    if address.trim().is_empty() {
        bail!("they have ended with {}; is port {port} taken?", services.wait()?);
    }
    Ok((services, address.trim().to_owned()))
}

/// Compiles the playground to wasm and lays its files out in `www/dist`.
pub(crate) fn build() -> Result<PathBuf> {
    let binary = compile()?;
    let site = setup::root().join("www/dist");
    if site.exists() {
        fs::remove_dir_all(&site)?;
    }
    let first = split(&binary, &site)?;
    setup::say("generating the JavaScript around it");
    let mut glue = Command::new(setup::bindgen("wasm-bindgen")?);
    glue.args(["--target", "web", "--no-typescript", "--out-name", "app", "--out-dir"]);
    // The second file imports what the linker exports from the first.
    run::quiet(glue.arg(&site).arg("--keep-lld-exports").arg(&first))?;
    fs::remove_file(first)?;
    optimize(&site.join("app_bg.wasm"), Goal::Small);
    optimize(&site.join("split_rest.wasm"), Goal::Small);
    assets(&site)?;
    offline(&site)?;
    // After the list of what is kept from the beginning: who has no live run does not load it.
    package(&site.join("sessionful"))?;
    Ok(site)
}

fn compile() -> Result<PathBuf> {
    setup::wasm_target()?;
    setup::say("compiling the playground");
    let mut compile = setup::shipping(["rustc", "--package", "sessionful-www"]);
    compile.args(["--bin", "sessionful-www", "--target", setup::WASM, "--profile", "wasm"]);
    // Where functions and data name each other: cutting the binary in two needs to know.
    run::quiet(compile.args(["--", "-Clink-arg=--emit-relocs"]))?;
    Ok(setup::target().join(setup::WASM).join("wasm/sessionful-www.wasm"))
}

/// Cuts off what the first moving scene does not need; what it needs is in the file returned.
fn split(binary: &Path, site: &Path) -> Result<PathBuf> {
    let mut split = Command::new(setup::splitter()?);
    setup::say("cutting the binary in two");
    run::quiet(split.arg(binary).arg(site).args(["--out-name", "app"]))?;
    let loader = site.join("__wasm_split.js");
    let text = fs::read_to_string(&loader).context("what loads the second file")?;
    fs::write(loader, from_anywhere(&text)?)?;
    Ok(site.join("app.wasm"))
}

/// The same loader for servers that do not know the type of wasm: they send it as another one, and
/// browsers refuse to stream that. The loader of the first file copes with it by itself.
fn from_anywhere(loader: &str) -> Result<String> {
    const STREAMING: &str = "WebAssembly.instantiateStreaming(src, imports)";
    const WHOLE: &str = "WebAssembly.instantiate(await (await src).arrayBuffer(), imports)";
    if !loader.contains(STREAMING) {
        bail!("the loader of the second file is not what it was; see `from_anywhere`");
    }
    Ok(loader.replace(STREAMING, WHOLE))
}

/// Puts the npm package where the live runs of the page look for it.
fn package(place: &Path) -> Result<()> {
    let dist = package::build()?.join("dist");
    copy(&dist, place)?;
    // What only other programs load.
    for folder in ["bin", "node", "test"] {
        fs::remove_dir_all(place.join(folder))?;
    }
    Ok(fs::remove_file(place.join("wasm/inline.js"))?)
}

/// What a binary is built for.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    Small,
    Fast,
}

impl Goal {
    /// That of cargo.
    pub(crate) fn profile(self) -> &'static str {
        match self {
            Goal::Small => "wasm",
            Goal::Fast => "wasm-fast",
        }
    }

    fn passes(self) -> &'static [&'static str] {
        match self {
            // Functions that are called once stay functions: their locals have small numbers, which
            // compresses a tenth better. So does an order in which copies of one generic are neighbours, and
            // saying a small thing twice in place of giving it a local. The lowest memory is the far end of
            // the stack: what is there is never reached by counting down from above.
            Goal::Small => &[
                "-Oz",
                "--converge",
                "--one-caller-inline-max-function-size=30",
                "--low-memory-unused",
                "--skip-pass=local-cse",
                "--skip-pass=reorder-functions",
                "--reorder-functions-by-name",
            ],
            Goal::Fast => &["-O3"],
        }
    }
}

/// Lets binaryen optimize the binary. A playground that is larger than it could be still plays, so a
/// failure is told and no more.
pub(crate) fn optimize(binary: &Path, goal: Goal) {
    if let Err(error) = shrink(binary, goal) {
        setup::say(&format!("not optimized: {error:#}"));
    }
}

fn shrink(binary: &Path, goal: Goal) -> Result<()> {
    let mut optimize = wasm_opt()?;
    setup::say("optimizing the binary");
    let before = fs::metadata(binary)?.len();
    let small = binary.with_extension("small");
    optimize.args(goal.passes()).args(["--strip-debug", "--strip-producers"]);
    run::quiet(optimize.arg(binary).arg("-o").arg(&small))?;
    fs::rename(&small, binary)?;
    let after = fs::metadata(binary)?.len();
    setup::say(&format!("{before} -> {after} bytes"));
    Ok(())
}

/// Binaryen, told what rustc and wasm-bindgen emit today; the binary does not say so itself.
pub(crate) fn wasm_opt() -> Result<Command> {
    let mut tool = Command::new(setup::node()?);
    tool.arg(setup::npm("www")?.join("node_modules/binaryen/bin/wasm-opt"));
    tool.args(["--enable-bulk-memory", "--enable-reference-types"]);
    tool.args(["--enable-multivalue", "--enable-mutable-globals", "--enable-sign-ext"]);
    tool.args(["--enable-nontrapping-float-to-int", "--enable-exception-handling"]);
    Ok(tool)
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

/// Writes the service worker, which has to know all files and to change when one of them does.
fn offline(site: &Path) -> Result<()> {
    let worker = site.join("js/offline.js");
    let template = fs::read_to_string(&worker).context("www/js/offline.js")?;
    fs::remove_file(&worker)?;
    let mut files = Vec::new();
    list(site, "", &mut files)?;
    files.sort();
    let mut digest = DefaultHasher::new();
    for file in &files {
        (file, fs::read(site.join(file))?).hash(&mut digest);
    }
    let names: Vec<String> = files.iter().map(|file| format!("{file:?}")).collect();
    let text = template
        .replace("/* files */", &format!("\"./\", {}", names.join(", ")))
        .replace("/* version */", &format!("{:016x}", digest.finish()));
    fs::write(site.join("offline.js"), text)?;
    Ok(())
}

/// The files of a folder and of those in it, as addresses.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.push(name);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A site of two files and the service worker's template; what the built one says.
    fn built(name: &str, text: &str) -> String {
        let site = std::env::temp_dir().join(format!("sessionful-{name}-{}", std::process::id()));
        fs::create_dir_all(site.join("js")).unwrap();
        fs::write(site.join("index.html"), text).unwrap();
        fs::write(site.join("js/boot.js"), "boot").unwrap();
        fs::copy(setup::root().join("www/js/offline.js"), site.join("js/offline.js")).unwrap();
        offline(&site).unwrap();
        let worker = fs::read_to_string(site.join("offline.js")).unwrap();
        assert!(!site.join("js/offline.js").exists(), "it would be found twice");
        fs::remove_dir_all(site).unwrap();
        worker
    }

    #[test]
    fn the_service_worker_knows_every_file_and_changes_with_them() {
        let worker = built("one", "one");
        assert!(
            worker.contains(r#"const FILES = ["./", "index.html", "js/boot.js"];"#),
            "{worker}"
        );
        assert_eq!(worker, built("again", "one"));
        assert_ne!(worker, built("other", "other"));
    }
}
