//! ProtoJSON of stored payloads, statuses and operations (P-156…P-168).
//!
//! The text is written here, straight from the bytes, with prost-reflect's descriptors. Its own writer cannot be used below the root: it
//! prints `Any(Empty)` with a `value`, gives up on an empty `Any`, prints NaN in a wrapper as `null`, and the entries of a map in
//! another order each time. Its messages could be: building one of them for each Get cost more than all else of that.

mod message;
mod own_form;
mod text;
mod wire;

use std::collections::HashMap;
use std::fmt::Write;

use bytes::Bytes;
use prost_reflect::{DescriptorPool, MessageDescriptor};

use self::text::write_string;
use super::any::{Any, type_url};
use super::special::has_own_form;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::status::Status;

/// How deep messages may be in each other, those in an `Any` included.
const MAX_DEPTH: u32 = 100;

/// A payload that has no JSON.
#[derive(Debug)]
pub(crate) enum RenderError {
    /// The type has no descriptor.
    UnknownType(String),
    /// The bytes are no message of the type.
    Malformed(String, String),
    /// A value that ProtoJSON has no text for, such as a timestamp in the year 10000.
    Unrepresentable(String),
    /// Messages are nested too deep.
    TooDeep,
}

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::UnknownType(name) => write!(f, "the type `{name}` has no descriptor"),
            Self::Malformed(name, error) => write!(f, "the bytes are no `{name}`: {error}"),
            Self::Unrepresentable(name) => write!(f, "a value of type `{name}` has no JSON form"),
            Self::TooDeep => write!(f, "messages are nested more than {MAX_DEPTH} deep"),
        }
    }
}

impl std::error::Error for RenderError {}

/// Renders with the types of a pool.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Renderer<'a> {
    pool: &'a DescriptorPool,
    /// Types that are not in the pool.
    foreign: &'a HashMap<String, MessageDescriptor>,
    enum_numbers: bool,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(pool: &'a DescriptorPool, foreign: &'a HashMap<String, MessageDescriptor>) -> Self {
        Self { pool, foreign, enum_numbers: false }
    }

    /// Prints enums as their numbers: `$alt=json;enum-encoding=int` (P-146).
    #[cfg_attr(not(feature = "rest"), allow(dead_code, reason = "only a wire asks for it"))]
    #[must_use]
    pub(crate) fn enum_numbers(mut self, yes: bool) -> Self {
        self.enum_numbers = yes;
        self
    }

    /// A payload: `@type`, then its fields, or its `value` if its type has a JSON form of its own (P-160, P-161).
    pub(crate) fn any(&self, any: &Any) -> Result<String, RenderError> {
        let mut out = String::new();
        self.write_any(&mut out, any.full_name(), &any.value, 0)?;
        Ok(out)
    }

    /// A message that stands for itself: without `@type`.
    #[cfg_attr(not(feature = "rest"), allow(dead_code, reason = "only a wire asks for it"))]
    pub(crate) fn message(&self, full_name: &str, bytes: Bytes) -> Result<String, RenderError> {
        let mut out = String::new();
        self.write_message(&mut out, &self.descriptor(full_name)?, &bytes, 0)?;
        Ok(out)
    }

    /// A `google.rpc.Status`.
    pub(crate) fn status(&self, status: &Status) -> String {
        let mut out = format!("{{\"code\":{}", status.code() as i32);
        if !status.message().is_empty() {
            out.push_str(",\"message\":");
            write_string(&mut out, status.message());
        }
        let details = self.details(status);
        if !details.is_empty() {
            let _infallible = write!(out, ",\"details\":[{}]", details.join(","));
        }
        out.push('}');
        out
    }

    /// The details of a status. One that cannot be rendered is left out: the error itself matters more (P-166).
    pub(crate) fn details(&self, status: &Status) -> Vec<String> {
        let details = status.details().iter().filter_map(|detail| match self.any(detail) {
            Ok(text) => Some(text),
            Err(error) => {
                tracing::warn!(detail = &*detail.type_url, %error, "left an error detail out of a JSON answer");
                None
            }
        });
        details.collect()
    }

    /// A `google.longrunning.Operation`: name, metadata, done, error or response. What is not there is left out (P-157,
    /// P-158, P-168).
    pub(crate) fn operation(&self, operation: &Snapshot) -> Result<String, RenderError> {
        let response = match &operation.outcome {
            Some(Outcome::Response(response)) => response.value.len(),
            _ => 0,
        };
        // Room for names and quotes beside the values, so that the text is seldom moved.
        let mut out = String::with_capacity(256 + 3 * (operation.metadata.value.len() + response));
        out.push_str("{\"name\":");
        write_string(&mut out, operation.name.as_str());
        if !operation.metadata.type_url.is_empty() {
            out.push_str(",\"metadata\":");
            self.write_any(&mut out, operation.metadata.full_name(), &operation.metadata.value, 0)?;
        }
        match &operation.outcome {
            None => {}
            Some(Outcome::Error(status)) => {
                out.push_str(",\"done\":true,\"error\":");
                out.push_str(&self.status(status));
            }
            Some(Outcome::Response(response)) => {
                out.push_str(",\"done\":true,\"response\":");
                self.write_any(&mut out, response.full_name(), &response.value, 0)?;
            }
        }
        out.push('}');
        Ok(out)
    }

    fn descriptor(&self, full_name: &str) -> Result<MessageDescriptor, RenderError> {
        let known = self.pool.get_message_by_name(full_name);
        let known = known.or_else(|| self.foreign.get(full_name).cloned());
        known.ok_or_else(|| RenderError::UnknownType(full_name.to_owned()))
    }

    fn write_any(
        &self,
        out: &mut String,
        full_name: &str,
        bytes: &[u8],
        depth: u32,
    ) -> Result<(), RenderError> {
        if depth > MAX_DEPTH {
            return Err(RenderError::TooDeep);
        }
        let descriptor = self.descriptor(full_name)?;
        out.push_str("{\"@type\":");
        // The prefix that every client knows, whatever stood before the name (P-013).
        write_string(out, &type_url(full_name));
        if has_own_form(full_name) {
            out.push_str(",\"value\":");
            self.write_message(out, &descriptor, bytes, depth)?;
        } else {
            self.write_fields(out, &descriptor, bytes, depth, false)?;
        }
        out.push('}');
        Ok(())
    }
}

#[cfg(test)]
mod tests;
