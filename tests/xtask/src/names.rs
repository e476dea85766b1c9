//! Short names between a binary and its glue. Neither wasm-opt nor a bundler can shorten them, because
//! each sees one side only, and with their hashes they are hundreds of texts that compress badly.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::{play, run};

/// What binaryen calls every module that it has shortened the name of.
const MODULE: &str = "a";

/// What stands in the glue around the functions that the binary imports, and the modules it wants them from.
const FUNCTIONS: &str = "    const import0 = {\n        __proto__: null,";
const WANTED: &str = "\n    };\n    return {\n        __proto__: null,\n";
const END: &str = "    };\n}\n";

/// Shortens the names in a binary, and those in the glue beside it to match.
pub(crate) fn shorten(binary: &Path, glue: &Path) -> Result<()> {
    let short = binary.with_extension("short");
    let mut minify: Command = play::wasm_opt()?;
    minify.arg("--minify-imports-and-exports-and-modules").arg(binary).arg("-o").arg(&short);
    let names = Names::read(&run::output(&mut minify)?);
    let text = fs::read_to_string(glue).with_context(|| glue.display().to_string())?;
    fs::write(glue, names.rename(&text)?)?;
    fs::rename(&short, binary)?;
    Ok(())
}

/// What binaryen says that it renamed.
#[derive(Default)]
struct Names {
    /// Module, long name, short name.
    imports: Vec<[String; 3]>,
    exports: HashMap<String, String>,
}

impl Names {
    /// Lines of `["module", "long", "short"]` for imports, of `["long", "short"]` for exports.
    fn read(report: &str) -> Self {
        let mut names = Self::default();
        for line in report.lines().filter(|line| line.trim_start().starts_with('[')) {
            let texts: Vec<String> =
                line.split('"').skip(1).step_by(2).map(str::to_owned).collect();
            if let [long, short] = &texts[..] {
                names.exports.insert(long.clone(), short.clone());
            } else if let Ok(import) = texts.try_into() {
                names.imports.push(import);
            }
        }
        names
    }

    fn rename(&self, glue: &str) -> Result<String> {
        self.rename_imports(glue).map(|glue| self.rename_exports(&glue))
    }

    /// The glue has an object with a function under each name, and beside it one namespace for each import
    /// that goes to another module directly. The binary now wants all of them in one object.
    fn rename_imports(&self, glue: &str) -> Result<String> {
        let (before, rest) = cut(glue, FUNCTIONS)?;
        let (functions, rest) = cut(rest, WANTED)?;
        let (wanted, after) = cut(rest, END)?;
        let mut functions = functions.to_owned();
        for [module, long, short] in &self.imports {
            let namespace = namespace(wanted, module)
                .with_context(|| format!("nothing is imported from {module}"))?;
            if namespace != "import0" {
                functions.push_str(&format!("\n        {short}: {namespace}.{long},"));
                continue;
            }
            let key = format!("\n        {long}: ");
            ensure!(functions.matches(&key).count() == 1, "the glue has no function {long}");
            functions = functions.replace(&key, &format!("\n        {short}: "));
        }
        Ok(format!(
            "{before}{FUNCTIONS}{functions}{WANTED}        {MODULE}: import0,\n{END}{after}"
        ))
    }

    /// All of them are called as members of `wasm`.
    fn rename_exports(&self, glue: &str) -> String {
        let mut parts = glue.split("wasm.");
        let mut renamed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let end =
                part.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(part.len());
            let (long, rest) = part.split_at(end);
            renamed.push_str("wasm.");
            renamed.push_str(self.exports.get(long).map_or(long, String::as_str));
            renamed.push_str(rest);
        }
        renamed
    }
}

fn cut<'a>(text: &'a str, at: &str) -> Result<(&'a str, &'a str)> {
    text.split_once(at)
        .with_context(|| format!("the glue looks different: there is no {at:?} in it"))
}

/// What the glue imports from a module under, by lines of `"module": namespace,`.
fn namespace<'a>(wanted: &'a str, module: &str) -> Option<&'a str> {
    let line =
        wanted.lines().find_map(|line| line.trim().strip_prefix(&format!("\"{module}\": ")))?;
    line.strip_suffix(',')
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = r#"{
 "imports": [
  ["./x_bg.js", "__wbg_get_1a", "b"],
  ["./wire.js", "post", "c"]
 ],
"exports": [
  ["memory", "d"],
  ["core_free", "e"]
 ]
}"#;

    const GLUE: &str = r#"import * as import1 from "./wire.js"
    wasm.core_free(wasm.memory.buffer, wasm.other, x.core_free);
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_get_1a: function(arg0) {
            return arg0;
        },
    };
    return {
        __proto__: null,
        "./x_bg.js": import0,
        "./wire.js": import1,
    };
}
"#;

    #[test]
    fn both_sides_of_an_import_and_an_export_get_one_name() {
        let renamed = Names::read(REPORT).rename(GLUE).unwrap();
        assert_eq!(
            renamed,
            r#"import * as import1 from "./wire.js"
    wasm.e(wasm.d.buffer, wasm.other, x.core_free);
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        b: function(arg0) {
            return arg0;
        },
        c: import1.post,
    };
    return {
        __proto__: null,
        a: import0,
    };
}
"#
        );
    }

    #[test]
    fn glue_that_looks_different_is_an_error() {
        let names = Names::read(REPORT);
        assert!(names.rename(&GLUE.replace("__wbg_get_1a:", "'__wbg_get_1a':")).is_err());
        assert!(names.rename(&GLUE.replace("./wire.js\":", "./other.js\":")).is_err());
        assert!(names.rename(&GLUE.replace("const import0", "const imports")).is_err());
    }
}
