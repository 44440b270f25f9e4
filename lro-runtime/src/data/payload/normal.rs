//! Normal bytes: the same for equal messages, whoever encoded them.
//!
//! prost writes the entries of a map in another order each time, and a client's encoder may write fields in any order. Here
//! fields stand by number, and a map's entries by their bytes; what the descriptor does not know stays as it came, in its place by number.

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use prost_reflect::{DynamicMessage, Kind, ReflectMessage, Value};

use super::any::Any;

/// How deep messages may be in each other before an `Any` is taken as the bytes that it has. Each `Any` is read on its own, so
/// that prost's limit of as many does not bound them together.
const MAX_DEPTH: u32 = 100;

/// Reads the message in an `Any`, if its type is known.
pub(super) type Read<'a> = &'a dyn Fn(&Any) -> Option<DynamicMessage>;

/// The normal bytes of a message.
pub(super) fn bytes(message: &DynamicMessage, read: Read<'_>) -> Vec<u8> {
    normal(message, read, 0)
}

fn normal(message: &DynamicMessage, read: Read<'_>, depth: u32) -> Vec<u8> {
    if let Some(any) = any(message).filter(|_| depth < MAX_DEPTH)
        && let Some(inner) = read(&any)
    {
        let parts = [(1, any.full_name().as_bytes().to_vec()), (2, normal(&inner, read, depth + 1))];
        return parts.iter().flat_map(|(number, bytes)| delimited(*number, bytes)).collect();
    }
    let inside = |number| move |message: &_| delimited(number, &normal(message, read, depth + 1));
    let mut fields: Vec<(u32, Vec<u8>)> = Vec::new();
    for (field, value) in message.fields() {
        let bytes = messages(value, &field.kind(), inside(field.number()));
        let bytes = bytes.unwrap_or_else(|| alone(message, |only| only.set_field(&field, value.clone())));
        fields.push((field.number(), bytes));
    }
    for (field, value) in message.extensions() {
        let bytes = messages(value, &field.kind(), inside(field.number()));
        let bytes = bytes.unwrap_or_else(|| alone(message, |only| only.set_extension(&field, value.clone())));
        fields.push((field.number(), bytes));
    }
    for unknown in message.unknown_fields() {
        let mut bytes = Vec::new();
        unknown.encode(&mut bytes);
        fields.push((unknown.number(), bytes));
    }
    // Stable: of several unknown fields of one number, the order is part of the message.
    fields.sort_by_key(|(number, _)| *number);
    fields.into_iter().flat_map(|(_, bytes)| bytes).collect()
}

/// A field with messages in it, each of them encoded by `inside`; `None` for one without.
fn messages(value: &Value, kind: &Kind, inside: impl Fn(&DynamicMessage) -> Vec<u8>) -> Option<Vec<u8>> {
    match (value, kind) {
        (Value::Message(message), _) => Some(inside(message)),
        (Value::List(values), Kind::Message(_)) => {
            Some(values.iter().filter_map(Value::as_message).flat_map(inside).collect())
        }
        (Value::Map(entries), Kind::Message(entry)) => {
            let mut entries: Vec<_> = entries
                .iter()
                .map(|(key, value)| {
                    let mut message = DynamicMessage::new(entry.clone());
                    message.set_field(&entry.map_entry_key_field(), key.clone().into());
                    message.set_field(&entry.map_entry_value_field(), value.clone());
                    inside(&message)
                })
                .collect();
            entries.sort_unstable();
            Some(entries.concat())
        }
        _ => None,
    }
}

/// A field as prost-reflect encodes it, as the only one of its message.
fn alone(message: &DynamicMessage, set: impl FnOnce(&mut DynamicMessage)) -> Vec<u8> {
    let mut only = DynamicMessage::new(message.descriptor());
    set(&mut only);
    only.encode_to_vec()
}

/// A `google.protobuf.Any` as one.
fn any(message: &DynamicMessage) -> Option<Any> {
    if message.descriptor().full_name() != "google.protobuf.Any" {
        return None;
    }
    let type_url = message.get_field_by_number(1)?.as_str()?.into();
    Some(Any { type_url, value: message.get_field_by_number(2)?.as_bytes()?.clone() })
}

fn delimited(number: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 8);
    encode_key(number, WireType::LengthDelimited, &mut out);
    encode_varint(bytes.len() as u64, &mut out);
    out.extend_from_slice(bytes);
    out
}

#[cfg(test)]
mod tests;
