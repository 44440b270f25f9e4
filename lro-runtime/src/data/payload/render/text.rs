//! The text of single values: strings, numbers, keys.

use std::fmt::Write;

use prost_reflect::MapKey;

use super::RenderError;

/// Up to where every integer is a `double`, and a `float`.
const DOUBLE_EXACT: f64 = 9_007_199_254_740_992.0;
const FLOAT_EXACT: f64 = 16_777_216.0;

pub(super) fn write_sequence<T>(
    out: &mut String,
    open: char,
    close: char,
    items: impl Iterator<Item = T>,
    mut write: impl FnMut(&mut String, T) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    out.push(open);
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item)?;
    }
    out.push(close);
    Ok(())
}

pub(super) fn write_key(out: &mut String, key: &MapKey) {
    match key {
        MapKey::Bool(key) => write_quoted(out, key),
        MapKey::I32(key) => write_quoted(out, key),
        MapKey::I64(key) => write_quoted(out, key),
        MapKey::U32(key) => write_quoted(out, key),
        MapKey::U64(key) => write_quoted(out, key),
        MapKey::String(key) => write_string(out, key),
    }
}

pub(super) fn write_double(out: &mut String, value: f64) {
    write_number(out, value, &value, DOUBLE_EXACT);
}

pub(super) fn write_float(out: &mut String, value: f32) {
    if value.abs() == f32::MAX {
        // The shortest text is a little larger than the number, and Python refuses it as too large.
        return write_double(out, f64::from(value));
    }
    write_number(out, f64::from(value), &value, FLOAT_EXACT);
}

/// A number, or `"NaN"`, `"Infinity"`, `"-Infinity"` (P-163). A whole one is written without a fraction, so that what
/// a client put into a `Struct` as an integer can be read as one; but not with digits that the type does not have.
fn write_number(out: &mut String, value: f64, shortest: &impl serde::Serialize, exact: f64) {
    if value.is_nan() {
        out.push_str("\"NaN\"");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    } else if value.fract() == 0.0 && value.abs() <= exact && (value != 0.0 || value.is_sign_positive()) {
        write_display(out, value as i64);
    } else {
        write_json(out, shortest);
    }
}

pub(super) fn write_string(out: &mut String, text: &str) {
    // Most have nothing to escape, and are spared a text of their own.
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        return write_json(out, text);
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

fn write_json(out: &mut String, value: &(impl serde::Serialize + ?Sized)) {
    // Invariant: a string or a finite number always has a JSON text.
    out.push_str(&serde_json::to_string(value).unwrap_or_default());
}

pub(super) fn write_quoted(out: &mut String, value: impl std::fmt::Display) {
    let _infallible = write!(out, "\"{value}\"");
}

pub(super) fn write_display(out: &mut String, value: impl std::fmt::Display) {
    let _infallible = write!(out, "{value}");
}
