//! `Json<T>`: a serde type as a `google.protobuf.Struct`, for those who want no schema.

use bytes::Bytes;
use prost::Message;
use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::{Payload, PayloadError};

/// A serde type as a payload without a schema: a `google.protobuf.Struct`.
///
/// Every client can read it, since it knows that type already; none knows what is in it. The value has to serialize to
/// a JSON object. Numbers become doubles: an integer past 2^53 is an error, since it would arrive as another one. As
/// in `serde_json`, a NaN or an infinity becomes `null`.
///
/// It is a response, metadata or a request as a whole; inside a derived type it cannot stand, since encoding a message
/// cannot fail.
///
/// ```
/// use lro_runtime::{Json, Payload};
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Copied {
///     bytes: u64,
/// }
///
/// let wire = Json(Copied { bytes: 1 << 40 }).to_wire()?;
/// assert_eq!(Json::<Copied>::from_wire(&wire)?.0.bytes, 1 << 40);
/// assert!(Json(Copied { bytes: u64::MAX }).to_wire().is_err());
/// # Ok::<(), lro_runtime::PayloadError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Json<T>(pub T);

/// The largest integer up to which a double holds every one.
const MAX_EXACT: u64 = 1 << 53;

/// How many messages prost reads inside each other. What is nested deeper could be written, but never read.
const MAX_DEPTH: u32 = 100;

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Default + Send + Sync + 'static> Payload for Json<T> {
    fn full_name() -> String {
        "google.protobuf.Struct".to_owned()
    }

    fn to_wire(&self) -> Result<Bytes, PayloadError> {
        match serde_json::to_value(&self.0).map_err(|error| PayloadError(error.to_string()))? {
            Value::Object(object) => Ok(to_struct(object, MAX_DEPTH)?.encode_to_vec().into()),
            _ => Err(PayloadError("a `Json` payload has to be a JSON object".to_owned())),
        }
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, PayloadError> {
        let message = Struct::decode(bytes).map_err(|error| PayloadError(error.to_string()))?;
        let value = Value::Object(from_struct(message)?);
        serde_json::from_value(value).map(Self).map_err(|error| PayloadError(error.to_string()))
    }

    fn initial() -> Self {
        Self(T::default())
    }
}

/// `depth` is how many messages may still be inside this one.
fn to_struct(object: Map<String, Value>, depth: u32) -> Result<Struct, PayloadError> {
    // An entry of the map is a message, and the value in it is another.
    let fields = object.into_iter().map(|(key, value)| Ok((key, to_value(value, deeper(depth, 2)?)?)));
    Ok(Struct { fields: fields.collect::<Result<_, _>>()? })
}

fn to_value(value: Value, depth: u32) -> Result<prost_types::Value, PayloadError> {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(number) => Kind::NumberValue(to_double(&number)?),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(values) => {
            let depth = deeper(depth, 2)?;
            let values = values.into_iter().map(|value| to_value(value, depth));
            Kind::ListValue(ListValue { values: values.collect::<Result<_, _>>()? })
        }
        Value::Object(object) => Kind::StructValue(to_struct(object, deeper(depth, 1)?)?),
    };
    Ok(prost_types::Value { kind: Some(kind) })
}

fn deeper(depth: u32, by: u32) -> Result<u32, PayloadError> {
    depth.checked_sub(by).ok_or_else(|| PayloadError("a `Json` payload is nested too deep".to_owned()))
}

fn to_double(number: &Number) -> Result<f64, PayloadError> {
    let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
    if magnitude.is_some_and(|magnitude| magnitude > MAX_EXACT) {
        return Err(PayloadError(format!(
            "the integer {number} is past 2^53, which a `Json` payload cannot hold; send it as a string"
        )));
    }
    number.as_f64().ok_or_else(|| PayloadError(format!("the number {number} is not a double")))
}

fn from_struct(message: Struct) -> Result<Map<String, Value>, PayloadError> {
    message.fields.into_iter().map(|(key, value)| Ok((key, from_value(value)?))).collect()
}

fn from_value(value: prost_types::Value) -> Result<Value, PayloadError> {
    Ok(match value.kind {
        None | Some(Kind::NullValue(_)) => Value::Null,
        Some(Kind::BoolValue(value)) => Value::Bool(value),
        Some(Kind::NumberValue(number)) => Value::Number(from_double(number)?),
        Some(Kind::StringValue(text)) => Value::String(text),
        Some(Kind::ListValue(list)) => {
            Value::Array(list.values.into_iter().map(from_value).collect::<Result<_, _>>()?)
        }
        Some(Kind::StructValue(message)) => Value::Object(from_struct(message)?),
    })
}

/// A whole number becomes an integer, so that serde reads it into one.
fn from_double(number: f64) -> Result<Number, PayloadError> {
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT as f64 {
        return Ok(Number::from(number as i64));
    }
    Number::from_f64(number).ok_or_else(|| PayloadError(format!("the number {number} has no JSON form")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn nested(levels: usize, wrap: impl Fn(Value) -> Value) -> Value {
        (0..levels).fold(json!(1), |value, _| wrap(value))
    }

    /// What can be written can be read: the deepest value that is accepted is one that prost reads.
    #[test]
    fn the_depth_of_what_is_written_is_what_prost_reads() {
        for wrap in [|value| json!({ "a": value }), |value| json!([value])] {
            let outcomes: Vec<_> = (0..70)
                .map(|levels| {
                    let value = json!({ "root": nested(levels, wrap) });
                    let depth_checked = Json(value.clone()).to_wire();
                    let Value::Object(object) = value else { unreachable!() };
                    let bytes = to_struct(object, u32::MAX).unwrap().encode_to_vec();
                    (depth_checked.is_ok(), Struct::decode(bytes.as_slice()).is_ok())
                })
                .collect();
            assert!(outcomes.iter().all(|(written, read)| written == read), "{outcomes:?}");
            assert!(outcomes.contains(&(true, true)) && outcomes.contains(&(false, false)));
        }
    }

    #[test]
    fn the_same_value_has_the_same_bytes() {
        let map: BTreeMap<String, u32> = (0..50).map(|n| (n.to_string(), n)).collect();
        let bytes = Json(map.clone()).to_wire().unwrap();
        assert_eq!(Json(map).to_wire().unwrap(), bytes);
    }
}
