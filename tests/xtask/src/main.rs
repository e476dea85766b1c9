//! The commands behind `cargo xtask`.
//!
//! | module     | idea                                                              |
//! |------------|-------------------------------------------------------------------|
//! | `setup`    | what a bare machine lacks is installed under `target/tools`       |
//! | `run`      | child processes: shown while they run, read when they are done    |
//! | `browser`  | a Chromium with its driver, and tests compiled to wasm inside it  |
//! | `play`     | the playground as a folder of files                               |
//! | `package`  | the npm package as a folder of files                              |
//! | `serve`    | that folder over HTTP, on this machine only                       |
//! | `suites`   | everything `cargo xtask test` runs, and what came of it           |
//! | `purity`   | what core may not depend on or name                               |
//! | `interop`  | other programs that speak SOAP, set against our wire              |
//! | `rules`    | which rule is proven by which test                                |
//! | `cite`     | which tests cite which rules                                      |
//! | `work`     | fuzzing and measuring, which are not tests                        |
//! | `source`   | just enough Rust grammar to tell code from comments               |

mod browser;
mod cite;
mod interop;
mod names;
mod package;
mod play;
mod purity;
mod rules;
mod run;
mod serve;
mod setup;
mod source;
mod suites;
mod work;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

const HELP: &str = "\
cargo xtask <command>

  play [--port N] [--no-serve]  build the playground and serve it,
       [--host-port N]          with services of Node beside it for runs over the network,
       [--no-host]              or without them
  test [SUITE...]               run every suite, or the named ones
  package                       build the npm package in web/dist
  rules [--write]               show which rule is proven by which test, or store the table
  interop [GROUP...]            install other SOAP stacks and run them against our wire
  fuzz [--seconds N] [TARGET..] run the fuzz targets, or the named ones, for N seconds (60) each
  bench [ARGS...]               measure speed, memory and instructions; arguments go to the first
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match command(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` means that it ran and something it checked is wrong.
fn command(arguments: &[String]) -> Result<bool> {
    let Some((command, rest)) = arguments.split_first() else {
        print!("{HELP}");
        return Ok(true);
    };
    let mut flags = Flags(rest.to_vec());
    match command.as_str() {
        "play" => {
            let port = flags.number("--port")?.unwrap_or(8080);
            let host_port = flags.number("--host-port")?.unwrap_or(8081);
            let (serve, host) = (!flags.has("--no-serve"), !flags.has("--no-host"));
            flags.done()?;
            let port = u16::try_from(port).context("--port is at most 65535")?;
            let host_port = u16::try_from(host_port).context("--host-port is at most 65535")?;
            play::play(&play::Wishes { port, host_port, serve, host })
        }
        "test" => suites::test(rest),
        "package" => {
            flags.done()?;
            setup::say(&format!("the package is in {}", package::build()?.display()));
            Ok(true)
        }
        "rules" => {
            let write = flags.has("--write");
            flags.done()?;
            rules::command(write)
        }
        "interop" => interop::interop(&flags.names()?),
        "fuzz" => {
            let seconds = flags.number("--seconds")?.unwrap_or(60);
            work::fuzz(seconds, &flags.names()?)
        }
        "bench" => work::bench(rest),
        "run-wasm" => browser::run_wasm(rest),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(true)
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

/// The arguments not yet understood.
struct Flags(Vec<String>);

impl Flags {
    fn has(&mut self, flag: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != flag);
        self.0.len() < before
    }

    fn number(&mut self, flag: &str) -> Result<Option<u32>> {
        let Some(at) = self.0.iter().position(|argument| argument == flag) else {
            return Ok(None);
        };
        self.0.remove(at);
        if at == self.0.len() {
            bail!("{flag} needs a number");
        }
        let value = self.0.remove(at);
        value.parse().map(Some).with_context(|| format!("{flag} needs a number, not `{value}`"))
    }

    /// What is left, if all of it are names.
    fn names(self) -> Result<Vec<String>> {
        match self.0.iter().find(|argument| argument.starts_with('-')) {
            None => Ok(self.0),
            Some(other) => bail!("unknown argument `{other}`\n\n{HELP}"),
        }
    }

    fn done(self) -> Result<()> {
        match self.0.first() {
            None => Ok(()),
            Some(other) => bail!("unknown argument `{other}`\n\n{HELP}"),
        }
    }
}
