//! The one stored form of a payload.

use std::sync::Arc;

use bytes::Bytes;

/// The prefix of every type URL that is written. Clients compare the whole string (P-013).
pub(crate) const TYPE_URL_PREFIX: &str = "type.googleapis.com/";

/// `google.protobuf.Any`: a type URL and the protobuf bytes of a message of that type.
///
/// Cloning is cheap: both parts are reference-counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Any {
    /// `type.googleapis.com/` and the full name of the message's type.
    pub type_url: Arc<str>,
    /// The message's protobuf bytes.
    pub value: Bytes,
}

/// The type URL of a full name.
pub fn type_url(full_name: &str) -> String {
    format!("{TYPE_URL_PREFIX}{full_name}")
}

/// The full name in a type URL: whatever follows the last slash (P-012).
pub(crate) fn full_name(type_url: &str) -> &str {
    type_url.rsplit('/').next().unwrap_or_default()
}

impl Any {
    /// Packs the bytes of a message under its full name, such as `google.rpc.ErrorInfo`.
    pub fn new(full_name: &str, value: impl Into<Bytes>) -> Self {
        Self { type_url: type_url(full_name).into(), value: value.into() }
    }

    /// An `Any` that is not there: it is never printed (P-162).
    #[cfg(feature = "rest")]
    pub(crate) fn unset() -> Self {
        Self { type_url: "".into(), value: Bytes::new() }
    }

    /// The full name of the message's type: whatever follows the last slash (P-012).
    pub fn full_name(&self) -> &str {
        full_name(&self.type_url)
    }
}

impl From<prost_types::Any> for Any {
    fn from(any: prost_types::Any) -> Self {
        Self { type_url: any.type_url.into(), value: any.value.into() }
    }
}

impl From<&Any> for prost_types::Any {
    fn from(any: &Any) -> Self {
        Self { type_url: any.type_url.to_string(), value: any.value.to_vec() }
    }
}
