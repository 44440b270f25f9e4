//! The references of the attribute and the derive are whole: every argument that a parser knows has a row with its type and its default, and
//! a section with an example, which is compiled with the documentation.

use std::fs;
use std::path::Path;

#[test]
fn every_argument_of_the_attribute_is_in_its_reference() {
    let parser = read("lro-macros/src/long_running/arguments.rs");
    let table = between(&parser, "const SUPPORTED:", "];");
    // Each line is a keyword and its example.
    let keywords: Vec<_> = table.lines().filter_map(|line| literals(line).next()).collect();
    assert!(keywords.len() > 10, "{keywords:?}");
    let faults = faults(&read("lro-runtime/docs/long_running.md"), &keywords, &[" =", "("]);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_argument_of_the_derive_is_in_its_reference() {
    let parser = read("lro-macros/src/payload/attributes.rs");
    let mut keys: Vec<_> = literals(between(&parser, "fn keys(", "\n    }")).collect();
    keys.sort_unstable();
    keys.dedup();
    assert!(keys.len() > 8, "{keys:?}");
    let faults = faults(&read("lro-runtime/docs/payload.md"), &keys, &[" =", ")", ","]);
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The README is not compiled, and the example that it repeats is.
#[test]
fn the_program_that_exports_the_schema_compiles() {
    let readme = read("README.md");
    let program = between(&readme, "`src/bin/schema.rs`", "\n```\n");
    let program = program.split_once("```rust\n").expect("a program").1;
    assert!(program.contains("fn main()"), "{program}");
    let documented = read("lro-runtime/src/catalog/proto.rs").replace("    /// ", "");
    assert!(documented.contains(program), "{program}");
}

/// What the test itself would find.
#[test]
fn what_is_missing_is_said() {
    let row = "| [`a`](#a) | string | none |";
    let section = "## `a`\n```\n#[x(a = 1)]\n```\n";
    let whole = format!("{row}\n{section}");
    let cases = [
        (whole.clone(), None),
        (whole.replace(row, ""), Some("`a` is in no table")),
        (whole.replace("none", ""), Some("`a` has no default")),
        (whole.replace("## `a`", "## `b`"), Some("`a` has no section `a`")),
        (whole.replace("#[x(a = 1)]", "# #[x(a = 1)]"), Some("`a` has no example in `a`")),
        (whole.replace("#[x(a = 1)]", "#[x(aa = 1)]"), Some("`a` has no example in `a`")),
    ];
    for (reference, expected) in cases {
        assert_eq!(faults(&reference, &["a"], &[" ="]).first().map(String::as_str), expected, "{reference}");
    }
}

/// What a reference lacks of these arguments. In an example one of `ends` follows an argument.
fn faults(reference: &str, arguments: &[&str], ends: &[&str]) -> Vec<String> {
    let mut faults = Vec::new();
    for argument in arguments {
        let begin = format!("| [`{argument}`](#");
        let Some(row) = reference.lines().find_map(|line| line.strip_prefix(&begin)) else {
            faults.push(format!("`{argument}` is in no table"));
            continue;
        };
        let (anchor, cells) = row.split_once(')').unwrap_or((row, ""));
        if cells.split('|').nth(2).is_none_or(|default| default.trim().is_empty()) {
            faults.push(format!("`{argument}` has no default"));
        }
        match examples(reference, anchor) {
            None => faults.push(format!("`{argument}` has no section `{anchor}`")),
            Some(code) if !ends.iter().any(|end| has_word(&code, argument, end)) => {
                faults.push(format!("`{argument}` has no example in `{anchor}`"));
            }
            Some(_) => {}
        }
    }
    faults
}

/// The code that readers see in the section with this anchor, if there is such a section.
fn examples(reference: &str, anchor: &str) -> Option<String> {
    let mut found = None;
    let (mut is_inside, mut is_code) = (false, false);
    for line in reference.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if !is_code && line.starts_with('#') {
            is_inside = slug(line) == anchor;
            if is_inside {
                found.get_or_insert_with(String::new);
            }
        } else if let Some(code) = found.as_mut()
            && is_inside
            && is_code
            && !line.starts_with("# ")
        {
            code.push_str(line);
            code.push('\n');
        }
    }
    found
}

/// The anchor that rustdoc makes of a heading.
fn slug(heading: &str) -> String {
    let words = heading.split_whitespace().skip(1);
    let words = words.map(|word| word.to_lowercase().replace(|c: char| !c.is_alphanumeric() && c != '_', ""));
    words.collect::<Vec<_>>().join("-")
}

fn has_word(code: &str, word: &str, end: &str) -> bool {
    code.match_indices(&format!("{word}{end}"))
        .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The string literals in a piece of code, those that have no quotes in them.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).expect("it begins");
    rest.split_once(end).expect("it ends").0
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect("it is there")
}
