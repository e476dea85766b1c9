//! Short names for what a binary and the glue around it call each other by.
//!
//! wasm-bindgen's names carry hashes, so that parts which were compiled apart never clash. A hash
//! does not compress, and here is one binary with one glue: they only have to agree.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

const IMPORTS: u8 = 2;
const EXPORTS: u8 = 7;
/// The only kind of import that wasm-bindgen makes: a function.
const FUNCTION: u8 = 0;
/// The module that everything is imported from then.
const MODULE: &str = "a";
/// The package's own JavaScript asks for it by this name.
const KEPT: &str = "memory";

/// Renames in both files; fails if they do not fit together.
pub(crate) fn shorten(binary: &Path, glue: &Path) -> Result<()> {
    let (module, script) = (fs::read(binary)?, fs::read_to_string(glue)?);
    let (module, names) = renamed(&module).context("the names of the binary")?;
    let script = agree(&script, &names).context("the names of the glue")?;
    fs::write(binary, module)?;
    fs::write(glue, script)?;
    Ok(())
}

#[derive(Default)]
struct Names {
    /// From which module, which name, and the new one.
    imports: Vec<(String, String, String)>,
    exports: BTreeMap<String, String>,
}

/// The first names are the shortest: `a` to `z`, `aa` and so on.
fn short(mut number: usize) -> String {
    let mut name = String::new();
    loop {
        name.insert(0, char::from(b'a' + (number % 26) as u8));
        if number < 26 {
            return name;
        }
        number = number / 26 - 1;
    }
}

fn renamed(module: &[u8]) -> Result<(Vec<u8>, Names)> {
    let mut names = Names::default();
    let (header, mut rest) = module.split_at_checked(8).context("no header")?;
    let mut written = header.to_vec();
    while let Some((kind, after)) = rest.split_first() {
        rest = after;
        let mut section = bytes(&mut rest)?;
        let changed = match *kind {
            IMPORTS => imports(&mut section, &mut names)?,
            EXPORTS => exports(&mut section, &mut names)?,
            _ => section.to_vec(),
        };
        written.push(*kind);
        put_bytes(&mut written, &changed);
    }
    Ok((written, names))
}

fn imports(section: &mut &[u8], names: &mut Names) -> Result<Vec<u8>> {
    let count = number(section)?;
    let mut written = Vec::new();
    put_number(&mut written, count);
    for at in 0..count {
        let (module, name) = (text(section)?, text(section)?);
        let kind = section.split_off_first().context("cut off")?;
        ensure!(*kind == FUNCTION, "{name} is imported and no function");
        let new = short(at);
        put_bytes(&mut written, MODULE.as_bytes());
        put_bytes(&mut written, new.as_bytes());
        written.push(FUNCTION);
        put_number(&mut written, number(section)?);
        names.imports.push((module, name, new));
    }
    Ok(written)
}

fn exports(section: &mut &[u8], names: &mut Names) -> Result<Vec<u8>> {
    let count = number(section)?;
    let mut written = Vec::new();
    put_number(&mut written, count);
    for at in 0..count {
        let name = text(section)?;
        let new = if name == KEPT { name.clone() } else { short(at) };
        put_bytes(&mut written, new.as_bytes());
        written.push(*section.split_off_first().context("cut off")?);
        put_number(&mut written, number(section)?);
        names.exports.insert(name, new);
    }
    Ok(written)
}

/// A number as wasm writes it: seven bits a byte, the lowest first.
fn number(from: &mut &[u8]) -> Result<usize> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = from.split_off_first().context("cut off")?;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    bail!("a number that is too long")
}

fn put_number(to: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        to.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn bytes<'a>(from: &mut &'a [u8]) -> Result<&'a [u8]> {
    let length = number(from)?;
    from.split_off(..length).context("cut off")
}

fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    put_number(to, bytes.len());
    to.extend_from_slice(bytes);
}

fn text(from: &mut &[u8]) -> Result<String> {
    Ok(String::from_utf8(bytes(from)?.to_vec())?)
}

/// The glue with the binary's names.
fn agree(script: &str, names: &Names) -> Result<String> {
    let mut script = exported(script, &names.exports);
    let mut others = String::new();
    for (module, old, new) in &names.imports {
        if module.ends_with("_bg.js") {
            script =
                replaced(&script, &format!("\n        {old}: "), &format!("\n        {new}: "))?;
        } else {
            others += &format!(", {new}: {}.{old}", namespace(&script, module)?);
        }
    }
    let (before, rest) =
        script.split_once("    return {\n        __proto__: null,\n").context(WHERE)?;
    let (_, after) = rest.split_once("\n    };\n").context(WHERE)?;
    Ok(format!("{before}    return {{ {MODULE}: {{ ...import0{others} }} }};\n{after}"))
}

const WHERE: &str = "the glue does not say where the imports are";

/// Replaces what is there once.
fn replaced(script: &str, old: &str, new: &str) -> Result<String> {
    ensure!(script.matches(old).count() == 1, "{:?} is not there once", old.trim());
    Ok(script.replacen(old, new, 1))
}

/// What the glue calls a module of JavaScript's.
fn namespace<'a>(script: &'a str, module: &str) -> Result<&'a str> {
    let from = format!(" from \"{module}\"");
    let line = script.lines().find(|line| line.starts_with("import * as") && line.contains(&from));
    let name = line.and_then(|line| line.split(' ').nth(3));
    name.with_context(|| format!("{module} is not imported"))
}

/// Everywhere the glue says `wasm.` and a name.
fn exported(script: &str, names: &BTreeMap<String, String>) -> String {
    const OWNER: &str = "wasm.";
    let mut pieces = script.split(OWNER);
    let mut written = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_alphanumeric() && !"_$".contains(c));
        let (name, rest) = piece.split_at(end.unwrap_or(piece.len()));
        written.extend([OWNER, names.get(name).map_or(name, String::as_str), rest]);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Imports `./x_bg.js` `__wbg_f_00` and `./s/wire.js` `sort`; exports `memory` and `go`.
    const BINARY: &[u8] = b"\0asm\x01\0\0\0\
        \x02\x2b\x02\x09./x_bg.js\x0a__wbg_f_00\0\0\x0b./s/wire.js\x04sort\0\0\
        \x07\x10\x02\x06memory\x02\0\x02go\0\x81\x01";

    const GLUE: &str = r#"import * as import1 from "./s/wire.js"
export function go() { wasm.go(wasm.memory, wasm.gone); }
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_f_00: function() {},
    };
    return {
        __proto__: null,
        "./x_bg.js": import0,
        "./s/wire.js": import1,
    };
}
"#;

    #[test]
    fn both_sides_have_the_new_names() {
        let (binary, names) = renamed(BINARY).unwrap();
        let expected = b"\0asm\x01\0\0\0\x02\x0d\x02\x01a\x01a\0\0\x01a\x01b\0\0\
            \x07\x0f\x02\x06memory\x02\0\x01b\0\x81\x01";
        assert_eq!(binary, expected);
        let glue = agree(GLUE, &names).unwrap();
        assert!(glue.contains("wasm.b(wasm.memory, wasm.gone)"), "{glue}");
        assert!(glue.contains("\n        a: function() {},"), "{glue}");
        assert!(glue.contains("return { a: { ...import0, b: import1.sort } };\n}"), "{glue}");
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let (_, names) = renamed(BINARY).unwrap();
        assert!(agree(&GLUE.replace("__wbg_f_00", "__wbg_f_01"), &names).is_err());
        assert!(agree(&GLUE.replace("import *", "import  *"), &names).is_err());
        for end in 0..BINARY.len() {
            assert!(renamed(&BINARY[..end]).is_err() || [8, 53].contains(&end), "cut at {end}");
        }
    }

    #[test]
    fn names_go_on_after_the_alphabet() {
        assert_eq!(
            [0, 25, 26, 51, 52, 701, 702].map(short),
            ["a", "z", "aa", "az", "ba", "zz", "aaa"]
        );
    }
}
