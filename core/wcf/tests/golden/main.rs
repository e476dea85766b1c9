//! Every golden vector, by name (`tests/fixtures/golden`), in both directions where it is a writer's
//! form. `cargo test -p sessionful-wcf --test golden [FILTER]` runs those whose name contains FILTER.

#![allow(clippy::unwrap_used, reason = "these are tests")]

mod canonical;
mod contracts;
mod dotnet;
mod fixtures;
mod mono;
mod session;
mod wsdl;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// One vector: its name, and what must hold.
pub(crate) struct Case {
    name: String,
    check: Box<dyn FnOnce()>,
}

impl Case {
    fn new(name: impl Into<String>, check: impl FnOnce() + 'static) -> Case {
        Case { name: name.into(), check: Box::new(check) }
    }
}

/// Reports as the standard harness does, so that whoever reads one report reads the other.
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filter = arguments.iter().find(|argument| !argument.starts_with('-'));
    let cases: Vec<Case> = [dotnet::cases(), session::netframework(), mono::cases(), wsdl::cases()]
        .into_iter()
        .flatten()
        .collect();
    let wanted = |case: &Case| filter.is_none_or(|filter| case.name.contains(filter.as_str()));
    let (cases, others): (Vec<Case>, Vec<Case>) = cases.into_iter().partition(wanted);
    println!("\nrunning {} tests", cases.len());
    let (mut passed, mut failed) = (0, 0);
    for Case { name, check } in cases {
        if arguments.iter().any(|argument| argument == "--list") {
            println!("{name}: test");
            continue;
        }
        let fine = catch_unwind(AssertUnwindSafe(check)).is_ok();
        println!("test {name} ... {}", if fine { "ok" } else { "FAILED" });
        if fine { passed += 1 } else { failed += 1 }
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    let filtered = others.len();
    println!(
        "\ntest result: {verdict}. {passed} passed; {failed} failed; 0 ignored; 0 measured; \
         {filtered} filtered out\n"
    );
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
