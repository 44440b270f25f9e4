//! The well-known types whose JSON is their own (P-160, P-164).

use prost_reflect::{Kind, MessageDescriptor};

use super::message::{any_parts, elements};
use super::text::write_string;
use super::wire::{self, Entry, Wire, malformed};
use super::{RenderError, Renderer};
use crate::data::payload::special::{camel_case, duration_text, timestamp_text};

impl Renderer<'_> {
    pub(super) fn write_own_form(
        &self,
        out: &mut String,
        descriptor: &MessageDescriptor,
        bytes: &[u8],
        depth: u32,
    ) -> Result<(), RenderError> {
        let full_name = descriptor.full_name();
        let unrepresentable = || RenderError::Unrepresentable(full_name.to_owned());
        match full_name {
            "google.protobuf.Any" => {
                let (full_name, bytes) = any_parts(bytes)?;
                if full_name.is_empty() && bytes.is_empty() {
                    return Err(unrepresentable());
                }
                self.write_any(out, full_name, bytes, depth + 1)
            }
            "google.protobuf.Timestamp" => {
                let (seconds, nanos) = seconds_and_nanos(full_name, bytes)?;
                write_string(out, &timestamp_text(seconds, nanos).ok_or_else(unrepresentable)?);
                Ok(())
            }
            "google.protobuf.Duration" => {
                let (seconds, nanos) = seconds_and_nanos(full_name, bytes)?;
                write_string(out, &duration_text(seconds, nanos).ok_or_else(unrepresentable)?);
                Ok(())
            }
            "google.protobuf.FieldMask" => {
                let entries = wire::entries(full_name, bytes)?;
                let paths = entries.iter().filter(|entry| entry.number == 1).map(|entry| match entry.wire {
                    Wire::Bytes(path) => camel_case(std::str::from_utf8(path).ok()?),
                    _ => None,
                });
                let paths: Option<Vec<_>> = paths.collect();
                write_string(out, &paths.ok_or_else(unrepresentable)?.join(","));
                Ok(())
            }
            "google.protobuf.Value" => self.write_json_value(out, descriptor, bytes, depth),
            // A struct's `fields`, a list's `values`, a wrapper's `value`.
            _ => {
                let field = descriptor.get_field(1).ok_or_else(unrepresentable)?;
                let kind = field.kind();
                let entries = wire::entries(full_name, bytes)?;
                let same: Vec<Entry<'_>> = entries.into_iter().filter(|entry| entry.number == 1).collect();
                if field.is_map() {
                    return self.write_map(out, full_name, &kind, &same, depth);
                }
                if field.is_list() {
                    let elements = elements(full_name, &kind, &same)?;
                    return self.write_list(out, full_name, &kind, &elements, depth);
                }
                let value = same.last().map_or_else(|| wire::absent(&kind), |last| last.wire);
                self.write_value(out, full_name, &kind, value, depth)
            }
        }
    }

    fn write_json_value(
        &self,
        out: &mut String,
        descriptor: &MessageDescriptor,
        bytes: &[u8],
        depth: u32,
    ) -> Result<(), RenderError> {
        let full_name = descriptor.full_name();
        let entries = wire::entries(full_name, bytes)?;
        let known = entries.iter().filter(|entry| descriptor.get_field(entry.number).is_some());
        let Some(last) = known.max_by_key(|entry| entry.place) else {
            out.push_str("null");
            return Ok(());
        };
        if let Wire::Fixed64(bits) = last.wire
            && !f64::from_bits(bits).is_finite()
        {
            // JSON has no such numbers, and here a string would be another value.
            return Err(RenderError::Unrepresentable(full_name.to_owned()));
        }
        // A list or struct that stands there in parts is one.
        let others =
            entries.iter().filter(|entry| entry.number != last.number).map(|entry| entry.place).max();
        let parts = entries
            .iter()
            .filter(|entry| entry.number == last.number && others.is_none_or(|other| entry.place > other));
        let kind = descriptor.get_field(last.number).map_or(Kind::Bool, |field| field.kind());
        let mut whole = Vec::new();
        let value = match (&kind, last.wire) {
            (Kind::Message(_), Wire::Bytes(only)) => {
                let parts: Vec<_> = parts
                    .filter_map(|entry| match entry.wire {
                        Wire::Bytes(bytes) => Some(bytes),
                        _ => None,
                    })
                    .collect();
                match parts[..] {
                    [_] => Wire::Bytes(only),
                    _ => {
                        whole = parts.concat();
                        Wire::Bytes(&whole)
                    }
                }
            }
            (_, value) => value,
        };
        let written = self.write_value(out, full_name, &kind, value, depth);
        drop(whole);
        written
    }
}

fn seconds_and_nanos(full_name: &str, bytes: &[u8]) -> Result<(i64, i32), RenderError> {
    let (mut seconds, mut nanos) = (0, 0);
    for entry in wire::entries(full_name, bytes)? {
        match (entry.number, entry.wire) {
            (1, Wire::Varint(value)) => seconds = value as i64,
            (2, Wire::Varint(value)) => nanos = value as i32,
            (1 | 2, _) => return Err(malformed(full_name, "a field has another type")),
            _ => {}
        }
    }
    Ok((seconds, nanos))
}
