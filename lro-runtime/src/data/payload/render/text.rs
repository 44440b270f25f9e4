//! The text of single values: strings, numbers, times.

use std::fmt::Write;

use prost_reflect::MapKey;

use super::RenderError;

/// The largest integer that every client reads from a JSON number.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// RFC 3339 in UTC with 0, 3, 6 or 9 digits, in the years 0001 to 9999 (P-164).
pub(super) fn timestamp(seconds: i64, nanos: i32) -> Option<String> {
    let timestamp = prost_types::Timestamp { seconds, nanos }.normalized();
    (-62_135_596_800..=253_402_300_799).contains(&timestamp.seconds).then(|| timestamp.to_string())
}

/// Decimal seconds with 0, 3, 6 or 9 digits, up to 10,000 years (P-164).
pub(super) fn duration(seconds: i64, nanos: i32) -> Option<String> {
    // Normalized first: a duration whose parts have different signs would be printed with the wrong one.
    let duration = prost_types::Duration { seconds, nanos }.normalized();
    (-315_576_000_000..=315_576_000_000).contains(&duration.seconds).then(|| duration.to_string())
}

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

/// A number, or `"NaN"`, `"Infinity"`, `"-Infinity"` (P-163). A whole one is written without a fraction, so that what
/// a client put into a `Struct` as an integer can be read as one.
pub(super) fn write_float(out: &mut String, value: f64, shortest: &impl serde::Serialize) {
    if value.is_nan() {
        out.push_str("\"NaN\"");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
    } else if value.fract() == 0.0 && value.abs() <= MAX_EXACT && (value != 0.0 || value.is_sign_positive()) {
        write_display(out, value as i64);
    } else {
        write_json(out, shortest);
    }
}

pub(super) fn write_string(out: &mut String, text: &str) {
    write_json(out, text);
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
