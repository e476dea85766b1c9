//! TypeScript and Rust that set up what is configured. A test compiles both.

mod names;
mod rust;
mod typescript;

#[cfg(test)]
mod tests;

use crate::config::Config;
use names::Names;

/// The program in TypeScript, for the npm package.
pub fn typescript(config: &Config) -> String {
    typescript::program(config, &Names::of(config))
}

/// The program in Rust, for the crate.
pub fn rust(config: &Config) -> String {
    rust::program(config, &Names::of(config))
}

/// How many arguments an operation reads, of these programs.
pub(crate) fn arity(programs: &sessionful::sim::Programs, operation: &str) -> usize {
    names::parameters(programs, operation).len()
}

/// Lines of a program, indented as they nest.
#[derive(Default)]
struct Lines {
    text: String,
    depth: usize,
    indent: &'static str,
}

impl Lines {
    fn new(indent: &'static str) -> Lines {
        Lines { indent, ..Lines::default() }
    }

    fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if !line.is_empty() {
            (0..self.depth).for_each(|_| self.text.push_str(self.indent));
        }
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A block: what `inside` writes is indented.
    fn block(&mut self, begin: impl AsRef<str>, end: &str, inside: impl FnOnce(&mut Lines)) {
        self.line(begin);
        self.depth += 1;
        inside(self);
        self.depth -= 1;
        self.line(end);
    }
}
