//! Protobuf bytes of a ProtoJSON text: prost-reflect's parser, which is strict about unknown fields (P-152) and takes both
//! spellings of names (P-156).

use std::fmt;

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor};
use serde_json::{Map, Value};

/// A text that is no message of the type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ParseError {
    /// The type has no descriptor.
    UnknownType(String),
    /// Says what is wrong with the text, and where.
    Invalid(String),
}

impl ParseError {
    pub(super) fn unknown_type(full_name: &str) -> Self {
        Self::UnknownType(full_name.to_owned())
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType(name) => write!(f, "the type `{name}` has no descriptor"),
            Self::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for ParseError {}

pub(super) fn parse(descriptor: MessageDescriptor, json: &[u8]) -> Result<Bytes, ParseError> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let message = DynamicMessage::deserialize(descriptor.clone(), &mut reader);
    let message = message.and_then(|message| reader.end().map(|()| message));
    match message {
        Ok(message) => Ok(message.encode_to_vec().into()),
        // The one thing that prost-reflect refuses and we accept; looked for only now, since it needs a tree and loses
        // the place of an error.
        Err(error) => parse_with_bare_empties(&descriptor, json)
            .ok_or_else(|| ParseError::Invalid(format!("not a `{}`: {error}", descriptor.full_name()))),
    }
}

/// Parses a text in which an `Any(Empty)` has no `value` (P-161); `None` if there is none, or the text is wrong otherwise.
fn parse_with_bare_empties(descriptor: &MessageDescriptor, json: &[u8]) -> Option<Bytes> {
    let mut tree: Value = serde_json::from_slice(json).ok()?;
    if !complete_empties(descriptor, &mut tree) {
        return None;
    }
    let message = DynamicMessage::deserialize(descriptor.clone(), tree).ok()?;
    Some(message.encode_to_vec().into())
}

/// Gives every `Any(Empty)` the `value` that prost-reflect asks for, and says whether there was one.
///
/// It goes as deep as the tree, which serde_json keeps within 128 levels.
fn complete_empties(descriptor: &MessageDescriptor, json: &mut Value) -> bool {
    let Value::Object(object) = json else { return false };
    if descriptor.full_name() != "google.protobuf.Any" {
        return complete_fields(descriptor, object);
    }
    let name = object.get("@type").and_then(Value::as_str).and_then(|url| url.rsplit('/').next());
    let Some(inner) = name.and_then(|name| descriptor.parent_pool().get_message_by_name(name)) else {
        return false;
    };
    match inner.full_name() {
        "google.protobuf.Empty" if !object.contains_key("value") => {
            object.insert("value".to_owned(), Value::Object(Map::new()));
            true
        }
        "google.protobuf.Any" => object.get_mut("value").is_some_and(|value| complete_empties(&inner, value)),
        _ => complete_fields(&inner, object),
    }
}

fn complete_fields(descriptor: &MessageDescriptor, object: &mut Map<String, Value>) -> bool {
    let mut found = false;
    for (name, value) in object {
        let field = descriptor.get_field_by_json_name(name).or_else(|| descriptor.get_field_by_name(name));
        let Some(field) = field else { continue };
        let kind = match field.kind() {
            Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
            kind => kind,
        };
        let Kind::Message(inner) = kind else { continue };
        match value {
            Value::Array(values) if field.is_list() => {
                values.iter_mut().for_each(|value| found |= complete_empties(&inner, value));
            }
            Value::Object(values) if field.is_map() => {
                values.values_mut().for_each(|value| found |= complete_empties(&inner, value));
            }
            value => found |= complete_empties(&inner, value),
        }
    }
    found
}

#[cfg(test)]
mod tests;
