//! `{self}` inside a format string: a use of `self` that is no token.

use proc_macro2::{Ident, Literal};

/// The macros whose string literals are format strings. Elsewhere `"{self}"` is data, and stays as it is.
const FORMATTING: [&str; 29] = [
    "anyhow",
    "assert",
    "assert_eq",
    "assert_ne",
    "bail",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "ensure",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "info",
    "log",
    "panic",
    "print",
    "println",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "warn",
    "write",
    "writeln",
    "format_err",
];

pub(crate) fn is_formatting(name: &Ident) -> bool {
    FORMATTING.iter().any(|formatting| name == formatting)
}

/// The literal with its captures of `self` renamed, if it is a string that has some.
pub(crate) fn rename_self(literal: &Literal, name: &str) -> Option<Literal> {
    let source = literal.to_string();
    if !source.starts_with(['"', 'r']) {
        return None;
    }
    let renamed = rename(&source, name)?;
    let mut renamed: Literal = renamed.parse().ok()?;
    renamed.set_span(literal.span());
    Some(renamed)
}

/// Renames each `{self}` and `{self:…}`; `{{` is an escaped brace.
fn rename(source: &str, name: &str) -> Option<String> {
    let mut renamed = String::new();
    let mut rest = source;
    let mut found = false;
    while let Some((before, after)) = rest.split_once('{') {
        renamed.push_str(before);
        renamed.push('{');
        rest = after;
        if let Some(after) = after.strip_prefix('{') {
            renamed.push('{');
            rest = after;
        } else if let Some(after) = after.trim_start().strip_prefix("self")
            && after.trim_start().starts_with(['}', ':'])
        {
            renamed.push_str(name);
            rest = after;
            found = true;
        }
    }
    found.then(|| renamed + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_are_renamed_and_escapes_are_not() {
        let cases = [
            (r#""{self}""#, Some(r#""{__self}""#)),
            (r#""{self:?} of { self }""#, Some(r#""{__self:?} of {__self }""#)),
            (r##"r#"{self:>5}"#"##, Some(r##"r#"{__self:>5}"#"##)),
            (r#""{{self}}""#, None),
            (r#""{{{self}}}""#, Some(r#""{{{__self}}}""#)),
            (r#""{selfish} {} self""#, None),
            (r#""{""#, None),
            (r#"b"{self}""#, None),
            ("1", None),
        ];
        for (source, expected) in cases {
            let literal: Literal = source.parse().expect("a literal");
            let renamed = rename_self(&literal, "__self").map(|literal| literal.to_string());
            assert_eq!(renamed.as_deref(), expected, "{source}");
        }
    }
}
