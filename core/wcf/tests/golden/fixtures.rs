//! The files of the vectors.

use std::fs;
use std::path::PathBuf;

/// The text of a fixture.
pub(crate) fn read(path: &str) -> String {
    let file = folder().join(path);
    fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The JSON of a fixture.
pub(crate) fn json(path: &str) -> serde_json::Value {
    serde_json::from_str(&read(path)).expect("a fixture is JSON")
}

/// Where the vectors lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/golden")
}

/// The folders of vectors whose name begins like that, in order.
pub(crate) fn folders(prefix: &str) -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("the folder of the vectors");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(prefix))
        .collect();
    names.sort();
    names
}

/// Bytes written as hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.trim().bytes().collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(|pair| byte(pair).expect("hexadecimal digits")).collect()
}

/// Hexadecimal digits for bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A member that is text.
pub(crate) fn text<'a>(vector: &'a serde_json::Value, member: &str) -> &'a str {
    vector[member].as_str().unwrap_or_else(|| panic!("no member {member} in {vector}"))
}
