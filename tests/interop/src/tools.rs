//! Where the programs are, and how each is started. `cargo xtask interop` puts them there.

use crate::peer::Peer;
use crate::report::Report;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder of the installed programs.
pub(crate) struct Tools {
    folder: PathBuf,
}

impl Tools {
    pub(crate) fn new(folder: PathBuf) -> Tools {
        Tools { folder }
    }

    /// A file or folder among them.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A file of the repository's `tests/interop`.
    pub(crate) fn source(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    /// A program of Python, in the environment that has the peers' packages.
    pub(crate) fn python(&self, script: &str) -> Command {
        let mut command = Command::new(self.path("python/bin/python"));
        command.arg(Tools::source("python").join(script));
        command
    }

    /// .NET Core 3.1 with our program.
    pub(crate) fn dotnet(&self) -> Command {
        let mut command = Command::new(self.path("dotnet/run"));
        command.arg(Tools::source("../../core/wcf/src/binary/strings.txt"));
        command
    }

    /// A program of Node, beside the packages that it needs.
    pub(crate) fn node(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(Tools::source("node").join(script));
        command
    }

    /// A program of PHP.
    pub(crate) fn php(&self, script: &str) -> Command {
        let mut command = Command::new("php");
        // What WSDL it has seen must not be taken from a cache.
        command.args(["-d", "soap.wsdl_cache_enabled=0", "-d", "display_errors=stderr"]);
        command.arg(Tools::source("php").join(script));
        command
    }

    /// Mono with our program.
    pub(crate) fn mono(&self) -> Command {
        let mut command = Command::new("mono");
        command.arg(self.path("mono/interop.exe"));
        command
    }
}

/// Starts a peer, or tells that it is not there.
pub(crate) fn start(report: &mut Report, command: &mut Command) -> Option<Peer> {
    match Peer::start(command) {
        Ok(peer) => Some(peer),
        Err(why) => {
            report
                .failed("starts", &format!("{why}; run `cargo xtask interop`, which installs it"));
            None
        }
    }
}
