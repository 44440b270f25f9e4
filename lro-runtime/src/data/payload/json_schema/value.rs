//! The schemas of what is not an object of fields: scalars, the keys of maps, the special types.

use prost_reflect::Kind;
use serde_json::{Value, json};

/// The text of a duration without its sign: 10,000 years at most.
const DURATION: &str = "([0-9]{1,11}|[12][0-9]{11}|30[0-9]{10}|31[0-4][0-9]{9}|315[0-4][0-9]{8}|3155[0-6][0-9]{7}\
                        |31557[0-5][0-9]{6}|315576000000)([.][0-9]{1,9})?s";

/// A scalar (P-163).
pub(super) fn scalar(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "type": "boolean" }),
        Kind::String => json!({ "type": "string" }),
        Kind::Bytes => json!({
            "type": "string",
            "contentEncoding": "base64",
            // What is left of the last group has no bits that say nothing.
            "pattern": "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
        }),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => {
            json!({ "type": "integer", "format": "int32", "minimum": i32::MIN, "maximum": i32::MAX })
        }
        Kind::Uint32 | Kind::Fixed32 => {
            json!({ "type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX })
        }
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => digits("int64"),
        Kind::Uint64 | Kind::Fixed64 => digits("uint64"),
        Kind::Float => {
            let range = json!({ "type": "number", "format": "float", "minimum": f64::from(f32::MIN), "maximum": f64::from(f32::MAX) });
            float(range)
        }
        Kind::Double => float(json!({ "type": "number", "format": "double" })),
        // They are the caller's.
        Kind::Enum(_) | Kind::Message(_) => Value::Bool(true),
    }
}

/// A map's key, which is always a string.
pub(super) fn key(kind: &Kind) -> Value {
    match kind {
        Kind::Bool => json!({ "enum": ["true", "false"] }),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => digits("int32"),
        Kind::Uint32 | Kind::Fixed32 => digits("uint32"),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => digits("int64"),
        Kind::Uint64 | Kind::Fixed64 => digits("uint64"),
        _ => json!({ "type": "string" }),
    }
}

/// The special types whose form is not that of a field of theirs (P-160, P-164, P-165).
pub(super) fn special(full_name: &str) -> Option<Value> {
    Some(match full_name {
        "google.protobuf.Any" => any(),
        "google.protobuf.Timestamp" => json!({
            "type": "string",
            "format": "date-time",
            "pattern": "^(?!0000)[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        }),
        "google.protobuf.Duration" => json!({
            "type": "string",
            "format": "google-duration",
            "pattern": format!("^-?{DURATION}$"),
        }),
        "google.protobuf.FieldMask" => json!({
            "type": "string",
            "format": "google-fieldmask",
            "pattern": "^[^_]*$",
            "description": "Paths in lowerCamelCase, with commas between them.",
        }),
        "google.protobuf.Value" => json!({ "description": "Any JSON." }),
        _ => return None,
    })
}

/// An `Any` of whatever type: what is in it, the URL says.
pub(crate) fn any() -> Value {
    json!({
        "type": "object",
        "properties": {
            "@type": { "type": "string", "pattern": "/", "description": "The full name of a message type after the last slash." },
        },
        "required": ["@type"],
        "additionalProperties": true,
        "description": "A message of the type that `@type` names: its fields, or its `value` if its JSON is no object of fields.",
    })
}

/// A duration that is not negative, or none.
#[cfg(feature = "rest")]
pub(crate) fn timeout() -> Value {
    json!({ "type": ["string", "null"], "format": "google-duration", "pattern": format!("^{DURATION}$") })
}

/// An integer as a string. Its range is in the format's name: a pattern of it would be unreadable.
fn digits(format: &str) -> Value {
    let sign = if format.starts_with('u') { "" } else { "-?" };
    let more = match format {
        "int32" | "uint32" => 9,
        "int64" => 18,
        _ => 19,
    };
    json!({ "type": "string", "format": format, "pattern": format!("^(0|{sign}[1-9][0-9]{{0,{more}}})$") })
}

fn float(number: Value) -> Value {
    json!({ "anyOf": [number, { "enum": ["NaN", "Infinity", "-Infinity"] }] })
}
