//! Protobuf bytes of a ProtoJSON text (P-152, P-156, P-160…P-165).
//!
//! Read here, and not by prost-reflect's serde: that one cuts integers of 64 bits to their range, takes a name twice, `inf`, and
//! fractions of any length, and refuses an empty `Any` and one of `Empty` without a `value`. Python's `json_format` is the judge:
//! `tests/it/foreign/proto_json/`.

mod fault;
mod message;
mod scalar;
mod tree;

use std::fmt;

use bytes::Bytes;
use prost::Message as _;
use prost_reflect::MessageDescriptor;

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

pub(crate) fn parse(descriptor: &MessageDescriptor, json: &[u8]) -> Result<Bytes, ParseError> {
    let invalid = |problem: &dyn fmt::Display| {
        ParseError::Invalid(format!("not a `{}`: {problem}", descriptor.full_name()))
    };
    let tree = tree::read(json).map_err(|error| invalid(&error))?;
    let message = message::read(descriptor, &tree, 0).map_err(|fault| invalid(&fault))?;
    Ok(message.encode_to_vec().into())
}

#[cfg(test)]
mod tests;
