//! Sessionful's WCF wire against programs that are not ours. `cargo xtask interop` installs them and runs
//! this; it prints a line a case and `N passed, N failed`.
//!
//! | module      | idea                                                                    |
//! |-------------|-------------------------------------------------------------------------|
//! | `report`    | cases and what came of them                                             |
//! | `tools`     | where the programs are, and how each is started                         |
//! | `peer`      | a program that answers a line with a line                               |
//! | `http`      | one request over HTTP, on this machine                                  |
//! | `host`      | the samples as services, behind the least HTTP server                   |
//! | `samples`   | the services of the samples, and messages of theirs                     |
//! | `cases`     | what is tried with each program                                         |
//!
//! What is expected comes from the golden vectors, from the contract, or from the other program; never
//! from our own output alone.

#![allow(clippy::unwrap_used, reason = "a case that panics has failed, and is told so")]

mod cases;
mod host;
mod http;
mod peer;
mod report;
mod samples;
mod tools;

// The contracts and the comparison of the golden vectors serve here too.
#[path = "../../../core/wcf/tests/golden/canonical.rs"]
mod canonical;
#[path = "../../../core/wcf/tests/golden/contracts.rs"]
mod contracts;
#[allow(dead_code, reason = "shared with the golden vectors")]
#[path = "../../../core/wcf/tests/golden/fixtures.rs"]
mod fixtures;

use report::Report;
use std::process::ExitCode;
use tools::Tools;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(folder) = arguments.next() else {
        eprintln!("usage: sessionful-interop FOLDER [GROUP...]; `cargo xtask interop` runs it");
        return ExitCode::FAILURE;
    };
    let wanted: Vec<String> = arguments.collect();
    let tools = Tools::new(folder.into());
    let mut report = Report::default();
    report.group("installed");
    for line in std::fs::read_to_string(tools.path("missing.txt")).unwrap_or_default().lines() {
        let (what, why) = line.split_once('\t').unwrap_or((line, ""));
        report.failed(what, why);
    }
    for (group, run) in cases::GROUPS {
        if wanted.is_empty() || wanted.iter().any(|name| name == group) {
            report.group(group);
            run(&mut report, &tools);
        }
    }
    report.finish()
}
