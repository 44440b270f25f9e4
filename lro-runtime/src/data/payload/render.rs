//! ProtoJSON of stored payloads, statuses and operations (P-156…P-168).
//!
//! Bytes are read by prost-reflect; the text is written here. prost-reflect's own writer cannot be used below the root:
//! it prints `Any(Empty)` with a `value`, gives up on an empty `Any`, prints NaN in a wrapper as `null`, and the entries of
//! a map in another order each time.

mod text;

use std::collections::HashMap;
use std::fmt::Write;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use prost::DecodeError;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor, ReflectMessage, Value};

use self::text::{
    write_display, write_double, write_float, write_key, write_quoted, write_sequence, write_string,
};
use super::any::{Any, type_url};
use super::special::{camel_case, duration_text, has_own_form, timestamp_text};
use crate::data::operation::{Outcome, Snapshot};
use crate::data::status::Status;

/// How deep messages may be in each other, those in an `Any` included. Each `Any` is read on its own, so that prost's
/// limit of as many does not bound them together.
const MAX_DEPTH: u32 = 100;

/// A payload that has no JSON.
#[derive(Debug)]
pub(crate) enum RenderError {
    /// The type has no descriptor.
    UnknownType(String),
    /// The bytes are no message of the type.
    Malformed(String, DecodeError),
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
        self.write_any(&mut out, any.full_name(), any.value.clone(), 0)?;
        Ok(out)
    }

    /// A message that stands for itself: without `@type`.
    #[cfg_attr(not(feature = "rest"), allow(dead_code, reason = "only a wire asks for it"))]
    pub(crate) fn message(&self, full_name: &str, bytes: Bytes) -> Result<String, RenderError> {
        let mut out = String::new();
        self.write_message(&mut out, &self.read(full_name, bytes)?, 0)?;
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
            self.write_any(&mut out, operation.metadata.full_name(), operation.metadata.value.clone(), 0)?;
        }
        match &operation.outcome {
            None => {}
            Some(Outcome::Error(status)) => {
                out.push_str(",\"done\":true,\"error\":");
                out.push_str(&self.status(status));
            }
            Some(Outcome::Response(response)) => {
                out.push_str(",\"done\":true,\"response\":");
                self.write_any(&mut out, response.full_name(), response.value.clone(), 0)?;
            }
        }
        out.push('}');
        Ok(out)
    }

    fn read(&self, full_name: &str, bytes: Bytes) -> Result<DynamicMessage, RenderError> {
        let descriptor = self.pool.get_message_by_name(full_name);
        let descriptor = descriptor.or_else(|| self.foreign.get(full_name).cloned());
        let descriptor = descriptor.ok_or_else(|| RenderError::UnknownType(full_name.to_owned()))?;
        DynamicMessage::decode(descriptor, bytes)
            .map_err(|error| RenderError::Malformed(full_name.to_owned(), error))
    }

    fn write_any(
        &self,
        out: &mut String,
        full_name: &str,
        bytes: Bytes,
        depth: u32,
    ) -> Result<(), RenderError> {
        // Before the bytes are read: an `Any` in an `Any` starts prost's own count anew.
        if depth > MAX_DEPTH {
            return Err(RenderError::TooDeep);
        }
        let message = self.read(full_name, bytes)?;
        out.push_str("{\"@type\":");
        // The prefix that every client knows, whatever stood before the name (P-013).
        write_string(out, &type_url(full_name));
        if has_own_form(full_name) {
            out.push_str(",\"value\":");
            self.write_message(out, &message, depth)?;
        } else {
            self.write_fields(out, &message, depth, false)?;
        }
        out.push('}');
        Ok(())
    }

    fn write_message(
        &self,
        out: &mut String,
        message: &DynamicMessage,
        depth: u32,
    ) -> Result<(), RenderError> {
        if depth > MAX_DEPTH {
            return Err(RenderError::TooDeep);
        }
        let descriptor = message.descriptor();
        let unrepresentable = || RenderError::Unrepresentable(descriptor.full_name().to_owned());
        if !has_own_form(descriptor.full_name()) {
            out.push('{');
            self.write_fields(out, message, depth, true)?;
            out.push('}');
            return Ok(());
        }
        match descriptor.full_name() {
            "google.protobuf.Any" => {
                let (full_name, bytes) = any_parts(message).ok_or_else(unrepresentable)?;
                self.write_any(out, &full_name, bytes, depth + 1)
            }
            "google.protobuf.Timestamp" => {
                let text =
                    seconds_and_nanos(message).and_then(|(seconds, nanos)| timestamp_text(seconds, nanos));
                write_string(out, &text.ok_or_else(unrepresentable)?);
                Ok(())
            }
            "google.protobuf.Duration" => {
                let text =
                    seconds_and_nanos(message).and_then(|(seconds, nanos)| duration_text(seconds, nanos));
                write_string(out, &text.ok_or_else(unrepresentable)?);
                Ok(())
            }
            "google.protobuf.FieldMask" => {
                let paths = message.get_field_by_number(1);
                let paths = paths.as_deref().and_then(Value::as_list).unwrap_or_default();
                let paths: Option<Vec<_>> = paths.iter().map(|path| camel_case(path.as_str()?)).collect();
                write_string(out, &paths.ok_or_else(unrepresentable)?.join(","));
                Ok(())
            }
            "google.protobuf.Value" => match message.fields().next() {
                Some((field, value)) => {
                    // JSON has no such numbers, and here a string would be another value.
                    if value.as_f64().is_some_and(|number| !number.is_finite()) {
                        return Err(unrepresentable());
                    }
                    self.write_value(out, value, &field.kind(), depth)
                }
                None => {
                    out.push_str("null");
                    Ok(())
                }
            },
            // A struct's `fields`, a list's `values`, a wrapper's `value`.
            _ => match descriptor.get_field(1) {
                Some(field) => self.write_value(out, &message.get_field(&field), &field.kind(), depth),
                None => Err(unrepresentable()),
            },
        }
    }

    /// Writes the fields that are set, without the braces.
    fn write_fields(
        &self,
        out: &mut String,
        message: &DynamicMessage,
        depth: u32,
        mut first: bool,
    ) -> Result<(), RenderError> {
        for (field, value) in message.fields() {
            self.write_field(out, field.json_name(), value, &field.kind(), depth, &mut first)?;
        }
        for (field, value) in message.extensions() {
            self.write_field(out, field.json_name(), value, &field.kind(), depth, &mut first)?;
        }
        Ok(())
    }

    fn write_field(
        &self,
        out: &mut String,
        name: &str,
        value: &Value,
        kind: &Kind,
        depth: u32,
        first: &mut bool,
    ) -> Result<(), RenderError> {
        if is_unset_any(value) {
            return Ok(());
        }
        if !std::mem::take(first) {
            out.push(',');
        }
        write_string(out, name);
        out.push(':');
        self.write_value(out, value, kind, depth)
    }

    fn write_value(
        &self,
        out: &mut String,
        value: &Value,
        kind: &Kind,
        depth: u32,
    ) -> Result<(), RenderError> {
        match value {
            Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Value::I32(value) => write_display(out, value),
            Value::U32(value) => write_display(out, value),
            Value::I64(value) => write_quoted(out, value),
            Value::U64(value) => write_quoted(out, value),
            Value::F32(value) => write_float(out, *value),
            Value::F64(value) => write_double(out, *value),
            Value::String(value) => write_string(out, value),
            Value::Bytes(value) => write_quoted(out, Base64Display::new(value, &BASE64_STANDARD)),
            Value::EnumNumber(number) => self.write_enum(out, *number, kind),
            Value::Message(message) => self.write_message(out, message, depth + 1)?,
            Value::List(values) => {
                let values = values.iter().filter(|value| !is_unset_any(value));
                write_sequence(out, '[', ']', values, |out, value| {
                    self.write_value(out, value, kind, depth)
                })?;
            }
            Value::Map(map) => {
                // Invariant: prost-reflect puts a map only into a field whose kind is the message of its entries.
                let value_kind = kind.as_message().map(|entry| entry.map_entry_value_field().kind());
                let value_kind = value_kind.as_ref().unwrap_or(kind);
                let mut entries: Vec<_> = map.iter().filter(|(_, value)| !is_unset_any(value)).collect();
                entries.sort_unstable_by_key(|(key, _)| *key);
                write_sequence(out, '{', '}', entries.into_iter(), |out, (key, value)| {
                    write_key(out, key);
                    out.push(':');
                    self.write_value(out, value, value_kind, depth)
                })?;
            }
        }
        Ok(())
    }

    /// By name; an unknown number as a number (P-163).
    fn write_enum(&self, out: &mut String, number: i32, kind: &Kind) {
        let definition = kind.as_enum();
        if definition.is_some_and(|definition| definition.full_name() == "google.protobuf.NullValue") {
            out.push_str("null");
            return;
        }
        match definition.and_then(|definition| definition.get_value(number)) {
            Some(value) if !self.enum_numbers => write_string(out, value.name()),
            _ => write_display(out, number),
        }
    }
}

/// The full name of an `Any`'s type, and its bytes.
fn any_parts(any: &DynamicMessage) -> Option<(String, Bytes)> {
    let type_url = any.get_field_by_number(1)?;
    let value = any.get_field_by_number(2)?;
    let full_name = type_url.as_str()?.rsplit('/').next().unwrap_or_default();
    Some((full_name.to_owned(), value.as_bytes()?.clone()))
}

/// Whether a value is an `Any` without a type, which is never printed (P-162).
fn is_unset_any(value: &Value) -> bool {
    let Value::Message(message) = value else { return false };
    message.descriptor().full_name() == "google.protobuf.Any"
        && any_parts(message).is_some_and(|(full_name, bytes)| full_name.is_empty() && bytes.is_empty())
}

fn seconds_and_nanos(message: &DynamicMessage) -> Option<(i64, i32)> {
    let seconds = message.get_field_by_number(1)?.as_i64()?;
    let nanos = message.get_field_by_number(2)?.as_i32()?;
    Some((seconds, nanos))
}

#[cfg(test)]
mod tests;
