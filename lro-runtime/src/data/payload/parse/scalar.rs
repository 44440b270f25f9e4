//! What is not a message: numbers, strings, bytes, enums and the keys of maps (P-163).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use prost_reflect::{EnumDescriptor, Kind, MapKey, Value};
use serde_json::{Number, Value as Json};

use super::fault::Problem;

/// A value of a kind that is not a message.
pub(super) fn read(kind: &Kind, json: &Json) -> Result<Value, Problem> {
    Ok(match kind {
        Kind::Double => Value::F64(double(json)?),
        Kind::Float => Value::F32(float(json)?),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(integer(json)?),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(integer(json)?),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(integer(json)?),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(integer(json)?),
        Kind::Bool => Value::Bool(json.as_bool().ok_or(Problem::Expected("true or false"))?),
        Kind::String => Value::String(text(json)?.to_owned()),
        Kind::Bytes => Value::Bytes(bytes(json)?),
        Kind::Enum(definition) => Value::EnumNumber(enumeration(definition, json)?),
        Kind::Message(_) => return Err(Problem::Expected("a message")),
    })
}

/// A map's key, which is always a string in JSON.
pub(super) fn key(kind: &Kind, name: &str) -> Result<MapKey, Problem> {
    if matches!(kind, Kind::Bool) {
        let key = name.parse().map_err(|_| Problem::Expected("a key that is `true` or `false`"))?;
        return Ok(MapKey::Bool(key));
    }
    Ok(match read(kind, &Json::from(name))? {
        Value::I32(key) => MapKey::I32(key),
        Value::I64(key) => MapKey::I64(key),
        Value::U32(key) => MapKey::U32(key),
        Value::U64(key) => MapKey::U64(key),
        _ => MapKey::String(name.to_owned()),
    })
}

pub(super) fn text(json: &Json) -> Result<&str, Problem> {
    json.as_str().ok_or(Problem::Expected("a string"))
}

/// A number, or a string of the same form.
fn number(json: &Json) -> Result<Number, Problem> {
    match json {
        Json::Number(number) => Ok(number.clone()),
        // serde_json would also read the white space around a number.
        Json::String(text) if !text.contains(|c: char| c.is_ascii_whitespace()) => {
            serde_json::from_str(text).map_err(|_| Problem::Expected("a number"))
        }
        _ => Err(Problem::Expected("a number")),
    }
}

/// Any form of a number is taken if it is whole: `1000`, `1e3`, `1000.0` (P-150).
fn integer<T: TryFrom<i128>>(json: &Json) -> Result<T, Problem> {
    let number = number(json)?;
    let whole = match (number.as_i128(), number.as_f64()) {
        (Some(whole), _) => whole,
        // As a double, the integers just below the least of 64 bits are equal to it; written as an integer it is none.
        (None, Some(double)) if double.fract() == 0.0 && double != i64::MIN as f64 => double as i128,
        _ => return Err(Problem::Expected("an integer in its range")),
    };
    T::try_from(whole).map_err(|_| Problem::Expected("an integer in its range"))
}

fn double(json: &Json) -> Result<f64, Problem> {
    match json.as_str() {
        Some("NaN") => Ok(f64::NAN),
        Some("Infinity") => Ok(f64::INFINITY),
        Some("-Infinity") => Ok(f64::NEG_INFINITY),
        _ => number(json)?.as_f64().ok_or(Problem::Expected("a number in its range")),
    }
}

fn float(json: &Json) -> Result<f32, Problem> {
    let double = double(json)?;
    let float = double as f32;
    if float.is_infinite() && double.is_finite() {
        return Err(Problem::Expected("a number in its range"));
    }
    Ok(float)
}

/// Base64 of either alphabet, padded or not.
fn bytes(json: &Json) -> Result<Bytes, Problem> {
    const CONFIG: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, CONFIG);
    const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, CONFIG);
    let text = text(json)?;
    let engine = if text.contains(['-', '_']) { URL_SAFE } else { STANDARD };
    engine.decode(text).map(Bytes::from).map_err(|_| Problem::Expected("base64"))
}

/// The name of a value, or any number.
fn enumeration(definition: &EnumDescriptor, json: &Json) -> Result<i32, Problem> {
    match json {
        Json::Null if definition.full_name() == "google.protobuf.NullValue" => Ok(0),
        Json::String(name) => {
            let value = definition.get_value_by_name(name).ok_or(Problem::Expected("the name of a value"))?;
            Ok(value.number())
        }
        Json::Number(_) => integer(json),
        _ => Err(Problem::Expected("the name or the number of a value")),
    }
}
