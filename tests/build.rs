//! Lists the scenarios, so that they are part of the test binary: a browser has no folders.

use std::fmt::Write;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("scenarios");
    println!("cargo::rerun-if-changed={}", root.display());
    let mut names: Vec<String> = fs::read_dir(&root)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut list = String::from("&[\n");
    for name in names {
        let folder = root.join(&name);
        let file = |name: &str| folder.join(name).display().to_string();
        let (scenario, expected) = (file("scenario.toml"), file("expected.txt"));
        writeln!(list, "({name:?}, include_str!({scenario:?}), include_str!({expected:?})),")
            .expect("writing to a string");
    }
    list.push(']');
    let out = Path::new(&env::var("OUT_DIR").expect("set by cargo")).join("scenarios.rs");
    fs::write(out, list).expect("a writable output folder");
}
