//! A Chromium with its driver, a Firefox, and tests compiled to wasm inside it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::{run, setup};

const CHROME: &[&str] = &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];

/// A browser and the driver that goes with it.
pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    driver: PathBuf,
}

impl Browser {
    /// What the environment names, else what is on the path, else what apt can install.
    pub(crate) fn find() -> Result<Self> {
        if let Some(browser) = Self::present() {
            return Ok(browser);
        }
        let Err(reason) = apt(&["chromium", "chromium-driver"]) else {
            return Self::present().context("Chromium was installed, but is not on the path");
        };
        bail!(
            "no Chromium with ChromeDriver: {reason:#}\n\
             install both (Debian: `apt-get install chromium chromium-driver`), or set CHROME and \
             CHROMEDRIVER to the two programs"
        )
    }

    fn present() -> Option<Self> {
        let chrome = named("CHROME").or_else(|| setup::on_path(CHROME))?;
        let driver = named("CHROMEDRIVER").or_else(|| setup::on_path(CHROMEDRIVER))?;
        Some(Self { chrome, driver })
    }

    /// Flags for a browser that sees nobody and calls nobody.
    pub(crate) fn flags() -> Vec<&'static str> {
        let mut flags = vec![
            "--headless",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ];
        if superuser() {
            // Chromium refuses to sandbox what the superuser runs.
            flags.push("--no-sandbox");
        }
        flags
    }

    /// Writes `webdriver.json` for wasm-bindgen's test runner, and tells its folder.
    fn configure(&self) -> Result<PathBuf> {
        let folder = setup::target().join("xtask/webdriver");
        fs::create_dir_all(&folder)?;
        let flags: Vec<_> = Self::flags().iter().map(|flag| quote(flag)).collect();
        let chrome = quote(&self.chrome.to_string_lossy());
        let flags = flags.join(", ");
        let json = format!(
            "{{ \"goog:chromeOptions\": {{ \"binary\": {chrome}, \"args\": [{flags}] }} }}\n"
        );
        fs::write(folder.join("webdriver.json"), json)?;
        Ok(folder)
    }
}

/// Runs one test binary that was compiled to wasm; cargo calls this as its runner.
pub(crate) fn run_wasm(arguments: &[String]) -> Result<bool> {
    let [binary, rest @ ..] = arguments else { bail!("run-wasm needs a wasm file") };
    let runner = setup::bindgen("wasm-bindgen-test-runner")?;
    let browser = Browser::find()?;
    // The runner looks for webdriver.json in its working directory.
    let mut command = Command::new(runner);
    command
        .current_dir(browser.configure()?)
        .env("CHROMEDRIVER", &browser.driver)
        .arg(fs::canonicalize(binary).with_context(|| format!("no file {binary}"))?)
        .args(rest);
    if env::var_os("WASM_BINDGEN_TEST_TIMEOUT").is_none() {
        command.env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    }
    Ok(command.status().context("could not start the wasm test runner")?.success())
}

/// The setting that makes cargo hand its wasm binaries to [`run_wasm`] of this very program.
///
/// The repository's cargo configuration does the same, by way of one more cargo; it must do where
/// this program's path has a space, at which cargo would split the setting.
pub(crate) fn runner() -> Result<Option<(&'static str, String)>> {
    let this = env::current_exe()?;
    let path = this.to_str().filter(|path| !path.contains(char::is_whitespace));
    let variable = "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER";
    Ok(path.map(|path| (variable, format!("{path} run-wasm"))))
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

/// Firefox, or why there is none. It is a second opinion: without it the suites go on.
pub(crate) fn firefox() -> Result<PathBuf> {
    let present = || named("FIREFOX").or_else(|| setup::on_path(FIREFOX));
    if let Some(firefox) = present() {
        return Ok(firefox);
    }
    apt(&["firefox-esr"])?;
    present().context("Firefox was installed, but is not on the path")
}

/// Installs packages of Debian, as root or through sudo.
pub(crate) fn apt(packages: &[&str]) -> Result<()> {
    let apt = setup::on_path(&["apt-get"]).context("there is no apt-get on this machine")?;
    setup::say(&format!(
        "installing {} with apt-get (about a minute, once)",
        packages.join(" and ")
    ));
    run::quiet(&mut privileged(&apt, &["update", "-qq"])?)?;
    let install: Vec<_> = ["install", "-y", "-qq"].iter().chain(packages).copied().collect();
    run::quiet(&mut privileged(&apt, &install)?)
}

/// A command of the superuser: as it is for root, through a sudo that asks nothing for others.
fn privileged(program: &Path, arguments: &[&str]) -> Result<Command> {
    let mut command = if superuser() {
        Command::new(program)
    } else {
        let sudo = setup::on_path(&["sudo"]).context("apt-get needs root, and there is no sudo")?;
        let mut sudo = Command::new(sudo);
        sudo.arg("-n").arg(program);
        sudo
    };
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn superuser() -> bool {
    run::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// A JSON string.
fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
