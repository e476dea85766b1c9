//! Cases and what came of them.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::process::ExitCode;

thread_local! {
    /// What the last panic said.
    static SAID: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Counts, and prints a line a case.
#[derive(Default)]
pub(crate) struct Report {
    group: &'static str,
    passed: usize,
    failed: usize,
}

impl Report {
    /// The cases of a peer begin.
    pub(crate) fn group(&mut self, group: &'static str) {
        self.group = group;
    }

    /// Runs a case; it fails by panicking.
    pub(crate) fn case(&mut self, name: &str, case: impl FnOnce()) {
        let hook = take_hook();
        set_hook(Box::new(|info| SAID.set(info.to_string().replace('\n', " "))));
        let result = catch_unwind(AssertUnwindSafe(case));
        set_hook(hook);
        match result {
            Ok(()) => self.passed(name),
            Err(_) => self.failed(name, &SAID.take()),
        }
    }

    /// A case that another program has carried out well.
    pub(crate) fn passed(&mut self, name: &str) {
        self.passed += 1;
        println!("ok     {} | {name}", self.group);
    }

    /// A case that failed, and why; or a peer that is not there, and what to do.
    pub(crate) fn failed(&mut self, name: &str, why: &str) {
        self.failed += 1;
        println!("FAILED {} | {name}\n       {why}", self.group);
    }

    /// What a program has found that judges for itself: `ok NAME` and `failed NAME: WHY`.
    pub(crate) fn judged(&mut self, host: &str, lines: &[String]) {
        for line in lines {
            match line.split_once(' ') {
                Some(("ok", name)) => self.passed(&format!("{host}: {name}")),
                Some(("failed", rest)) => {
                    let (name, why) = rest.split_once(": ").unwrap_or((rest, ""));
                    self.failed(&format!("{host}: {name}"), why);
                }
                _ => println!("       {line}"),
            }
        }
        if lines.is_empty() {
            self.failed("runs", "the program said nothing");
        }
    }

    /// The sum over everything.
    pub(crate) fn finish(self) -> ExitCode {
        println!("\n{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
