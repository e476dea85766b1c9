//! Other programs that speak SOAP: installed under `target/interop`, and set against our wire.
//!
//! A peer that cannot be installed is a failure that says what to do; the others run all the same.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::browser::{self, Browser};
use crate::{package, run, setup};

/// A wheel with OpenSSL 1.1, which .NET Core 3.1 wants and Debian 12 has no package of.
const OPENSSL: &str = "psycopg2-binary==2.9.5";

/// What .NET Core's program is compiled against.
const ASSEMBLIES: &[&str] = &[
    "System.Private.CoreLib",
    "System.Runtime",
    "System.Console",
    "System.Xml.ReaderWriter",
    "System.Private.Xml",
    "System.Runtime.Serialization.Xml",
    "System.Private.DataContractSerialization",
    "System.Runtime.Serialization.Primitives",
    "System.Runtime.Extensions",
    "System.Collections",
    "System.Private.Uri",
    "System.IO.FileSystem",
    "System.Net.HttpListener",
    "System.Net.WebSockets",
    "System.Net.WebSockets.Client",
    "System.Net.Primitives",
    "System.Net.WebHeaderCollection",
    "System.Collections.Specialized",
    "System.Threading",
    "System.Threading.Tasks",
    "System.Xml.XmlDocument",
    "System.Xml.XPath",
];

/// A package of Debian, and how to tell that it is there.
type Package = (&'static str, fn() -> bool);

/// Something to install into a folder, and what it is called.
type Step = (&'static str, fn(&Path) -> Result<()>);

const DEBIAN: &[Package] = &[
    ("mono-mcs", || setup::on_path(&["mcs"]).is_some()),
    ("mono-runtime", || setup::on_path(&["mono"]).is_some()),
    ("libmono-system-servicemodel4.0a-cil", || gac("System.ServiceModel")),
    ("libmono-system-runtime-serialization4.0-cil", || gac("System.Runtime.Serialization")),
    ("php-cli", || setup::on_path(&["php"]).is_some()),
    ("php-soap", || php_has("soap")),
    ("python3-venv", || succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"]))),
];

/// Installs the peers and runs the cases of all, or of the named groups.
pub(crate) fn interop(groups: &[String]) -> Result<bool> {
    let folder = setup::target().join("interop");
    fs::create_dir_all(&folder)?;
    let steps: [Step; 6] = [
        ("Debian's packages", debian),
        ("Python's packages", python),
        ("Node's packages", |_| setup::npm("tests/interop/node").map(|_| ())),
        ("our own package", |_| ours()),
        (".NET Core's program", dotnet),
        ("Mono's program", mono),
    ];
    let chromium = Browser::find();
    let mut missing = Vec::new();
    if let Err(error) = &chromium {
        missing.push(format!("Chromium\t{error:#}").replace('\n', " "));
    }
    for (what, install) in steps {
        if let Err(error) = install(&folder) {
            println!("FAILED {what} | {error:#}");
            missing.push(format!("{what}\t{error:#}").replace('\n', " "));
        }
    }
    fs::write(folder.join("missing.txt"), missing.join("\n"))?;
    let mut cases = setup::cargo(["run", "--quiet", "--package", "sessionful-interop", "--"]);
    cases.arg(&folder).args(groups);
    cases.env("CHROME_FLAGS", Browser::flags().join(" "));
    if let Ok(browser) = &chromium {
        cases.env("CHROME", &browser.chrome);
    }
    Ok(cases.status().context("could not start cargo")?.success())
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Whether Mono has an assembly of .NET.
fn gac(assembly: &str) -> bool {
    Path::new("/usr/lib/mono/gac").join(assembly).is_dir()
}

fn php_has(extension: &str) -> bool {
    let listed = Command::new("php").arg("-m").stderr(Stdio::null()).output();
    listed.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).lines().any(|line| line == extension)
    })
}

fn debian(_: &Path) -> Result<()> {
    let lacking: Vec<&str> =
        DEBIAN.iter().filter(|(_, is_there)| !is_there()).map(|(package, _)| *package).collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let advice = format!("install them by hand: apt-get install {}", lacking.join(" "));
    browser::apt(&lacking).context(advice)
}

/// A virtual environment with what `requirements.txt` names, unless that very file was installed.
fn python(folder: &Path) -> Result<()> {
    let (home, list) = (folder.join("python"), setup::root().join("tests/interop/python"));
    let list = list.join("requirements.txt");
    let wanted = fs::read(&list).context("requirements.txt")?;
    let stamp = home.join(".installed");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    setup::say("installing the Python packages of tests/interop");
    run::quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&home))
        .context("Python 3 with venv is needed")?;
    let pip = || {
        let mut pip = Command::new(home.join("bin/python"));
        pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"]);
        pip
    };
    run::quiet(pip().args(["install", "--requirement"]).arg(&list))
        .context("pip could not install them: is its index reached?")?;
    openssl(folder, pip().arg("download"))?;
    fs::write(stamp, wanted)?;
    Ok(())
}

/// Takes OpenSSL 1.1 out of a wheel that bundles it, under the names that .NET looks for.
fn openssl(folder: &Path, download: &mut Command) -> Result<()> {
    let home = folder.join("openssl");
    if home.is_dir() {
        fs::remove_dir_all(&home)?;
    }
    fs::create_dir_all(&home)?;
    let platform = ["--no-deps", "--python-version", "310", "--only-binary=:all:"];
    download.args(platform).args(["--platform", "manylinux2014_x86_64", "--dest"]);
    run::quiet(download.arg(&home).arg(OPENSSL)).context("the wheel with OpenSSL 1.1")?;
    let wheel = first(&home, ".whl")?;
    let unzip = ["-m", "zipfile", "--extract"];
    run::quiet(Command::new("python3").args(unzip).arg(wheel).arg(&home))?;
    let libraries = home.join("psycopg2_binary.libs");
    for name in ["libssl", "libcrypto"] {
        let hashed =
            fs::read_dir(&libraries)?.filter_map(|entry| Some(entry.ok()?.path())).find(|path| {
                path.file_name().is_some_and(|file| file.to_string_lossy().starts_with(name))
            });
        let hashed = hashed.with_context(|| format!("no {name} in the wheel"))?;
        fs::copy(hashed, libraries.join(format!("{name}.so.1.1")))?;
    }
    Ok(())
}

/// The first file whose name ends like that.
fn first(folder: &Path, end: &str) -> Result<PathBuf> {
    let paths = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.to_string_lossy().ends_with(end)).collect();
    found.sort();
    found.into_iter().next().with_context(|| format!("no *{end} in {}", folder.display()))
}

/// The npm package, unless it is younger than all that it is made from.
fn ours() -> Result<()> {
    let made = setup::root().join("web/dist/wasm/wcf_bg.wasm");
    let mut sources = Vec::new();
    for folder in ["core/src", "core/wcf/src", "web/src", "web/wcf/src", "web/wsdl/src", "web/js"] {
        files(&setup::root().join(folder), &mut sources)?;
    }
    if is_fresh(&made, &sources) { Ok(()) } else { package::build().map(|_| ()) }
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() { files(&path, into)? } else { into.push(path) }
    }
    Ok(())
}

/// The sources of a program in C#, sorted.
fn sources(folders: &[&str]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        let path = setup::root().join("tests/interop").join(folder);
        if path.is_file() {
            found.push(path);
            continue;
        }
        for entry in fs::read_dir(&path).with_context(|| path.display().to_string())? {
            found.push(entry?.path());
        }
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "cs"));
    found.sort();
    Ok(found)
}

/// Whether what was made is younger than everything that it is made from.
fn is_fresh(made: &Path, sources: &[PathBuf]) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let Ok(made) = time(made) else { return false };
    sources.iter().all(|source| time(source).is_ok_and(|changed| changed < made))
}

fn dotnet(folder: &Path) -> Result<()> {
    let home = folder.join("dotnet");
    fs::create_dir_all(&home)?;
    let sources = sources(&["dotnet"])?;
    let packages = first(&folder.join("python/lib"), "")?.join("site-packages");
    let runtime = packages.join("dotnetcore2/bin");
    let framework = first(&runtime.join("shared/Microsoft.NETCore.App"), "")?;
    let program = home.join("peer.dll");
    if !is_fresh(&program, &sources) {
        let mut compiler = Command::new("mcs");
        compiler.args(["-nostdlib", "-noconfig", "-langversion:7", "-nowarn:1702", "-target:exe"]);
        compiler.args(["-warnaserror", "-define:OFFSET"]);
        for assembly in ASSEMBLIES {
            compiler.arg(format!("-r:{}", framework.join(format!("{assembly}.dll")).display()));
        }
        run::quiet(compiler.arg(format!("-out:{}", program.display())).args(&sources))
            .context("Debian's mono-mcs compiles it")?;
    }
    let version = framework.file_name().context("a version")?.to_string_lossy().into_owned();
    let config = format!(
        "{{\"runtimeOptions\":{{\"framework\":{{\"name\":\"Microsoft.NETCore.App\",\"version\":\"{version}\"}},\
         \"configProperties\":{{\"System.Globalization.Invariant\":true}}}}}}"
    );
    fs::write(home.join("peer.runtimeconfig.json"), config)?;
    let libraries = folder.join("openssl/psycopg2_binary.libs");
    let script = format!(
        "#!/bin/sh\nexport LD_LIBRARY_PATH='{}' DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 TZ=UTC\n\
         exec '{}' '{}' \"$@\"\n",
        libraries.display(),
        runtime.join("dotnet").display(),
        program.display()
    );
    executable(&home.join("run"), &script)
}

fn executable(path: &Path, script: &str) -> Result<()> {
    fs::write(path, script)?;
    run::quiet(Command::new("chmod").arg("+x").arg(path))
}

fn mono(folder: &Path) -> Result<()> {
    let home = folder.join("mono");
    fs::create_dir_all(&home)?;
    let sources = sources(&["mono", "dotnet/Data.cs"])?;
    let program = home.join("interop.exe");
    if is_fresh(&program, &sources) {
        return Ok(());
    }
    if sources.is_empty() {
        bail!("no sources in tests/interop/mono");
    }
    let mut compiler = Command::new("mcs");
    compiler.args(["-langversion:7", "-warnaserror"]);
    compiler.args(["-r:System.ServiceModel", "-r:System.Runtime.Serialization"]);
    run::quiet(compiler.arg(format!("-out:{}", program.display())).args(&sources))
        .context("Debian's mono-mcs compiles it")
}
