//! Prints the TypeScript of a description: `cargo run --example import -- FILE`, with `--rust` behind
//! it Rust, and with `--wsdl` the description in one file. What it imports is looked for beside it.

use sessionful_wcf::wsdl::{export, import, rust, typescript};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1).map(PathBuf::from) else {
        eprintln!("which file?");
        return ExitCode::FAILURE;
    };
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| error.to_string());
    let mut beside = |location: &str| read(&file.with_file_name(location));
    let description =
        read(&file).and_then(|text| import(&text, &mut beside).map_err(|error| error.to_string()));
    match description {
        Ok(description) => {
            description.unsupported.iter().for_each(|one| eprintln!("left out: {one}"));
            if std::env::args().any(|argument| argument == "--wsdl") {
                print!("{}", export(&description).unwrap_or_else(|error| error.to_string()));
            } else if std::env::args().any(|argument| argument == "--rust") {
                print!("{}", rust(&description));
            } else {
                print!("{}", typescript(&description));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
