//! Messages and their fields (P-156…P-164), written straight from the bytes.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base64::display::Base64Display;
use base64::prelude::BASE64_STANDARD;
use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};

use super::text::{
    write_display, write_double, write_float, write_key, write_quoted, write_sequence, write_string,
};
use super::wire::{self, Entry, Wire, malformed};
use super::{MAX_DEPTH, RenderError, Renderer};
use crate::data::payload::special::has_own_form;

const ANY: &str = "google.protobuf.Any";

/// What a field is written from: a field's own descriptor, or an extension's.
struct Shape<'d> {
    kind: &'d Kind,
    is_list: bool,
    is_map: bool,
    has_presence: bool,
}

impl Renderer<'_> {
    pub(super) fn write_message(
        &self,
        out: &mut String,
        descriptor: &MessageDescriptor,
        bytes: &[u8],
        depth: u32,
    ) -> Result<(), RenderError> {
        if depth > MAX_DEPTH {
            return Err(RenderError::TooDeep);
        }
        if has_own_form(descriptor.full_name()) {
            return self.write_own_form(out, descriptor, bytes, depth);
        }
        out.push('{');
        self.write_fields(out, descriptor, bytes, depth, true)?;
        out.push('}');
        Ok(())
    }

    /// Writes the fields that are set, without the braces.
    pub(super) fn write_fields(
        &self,
        out: &mut String,
        descriptor: &MessageDescriptor,
        bytes: &[u8],
        depth: u32,
        mut first: bool,
    ) -> Result<(), RenderError> {
        let full_name = descriptor.full_name();
        let entries = wire::entries(full_name, bytes)?;
        let mut unknown = Vec::new();
        for same in entries.chunk_by(|a, b| a.number == b.number) {
            let Some(field) = descriptor.get_field(same[0].number) else {
                unknown.push(same);
                continue;
            };
            let same =
                if field.containing_oneof().is_some() { last_of_oneof(&field, same, &entries) } else { same };
            let kind = field.kind();
            let shape = Shape {
                kind: &kind,
                is_list: field.is_list(),
                is_map: field.is_map(),
                has_presence: field.supports_presence(),
            };
            self.write_field(out, full_name, field.json_name(), &shape, same, depth, &mut first)?;
        }
        // Extensions stand after the message's own fields.
        for same in unknown {
            let Some(field) = descriptor.get_extension(same[0].number) else { continue };
            let kind = field.kind();
            let shape = Shape {
                kind: &kind,
                is_list: field.is_list(),
                is_map: field.is_map(),
                has_presence: field.supports_presence(),
            };
            self.write_field(out, full_name, field.json_name(), &shape, same, depth, &mut first)?;
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one place, called twice above")]
    fn write_field(
        &self,
        out: &mut String,
        full_name: &str,
        name: &str,
        shape: &Shape<'_>,
        same: &[Entry<'_>],
        depth: u32,
        first: &mut bool,
    ) -> Result<(), RenderError> {
        let mut begin = |out: &mut String| {
            if !std::mem::take(first) {
                out.push(',');
            }
            write_string(out, name);
            out.push(':');
        };
        if shape.is_map {
            begin(out);
            return self.write_map(out, full_name, shape.kind, same, depth);
        }
        if shape.is_list {
            let elements = elements(full_name, shape.kind, same)?;
            if !elements.is_empty() {
                begin(out);
                self.write_list(out, full_name, shape.kind, &elements, depth)?;
            }
            return Ok(());
        }
        let Some(last) = same.last() else { return Ok(()) };
        let merged = merged(shape.kind, same);
        let value = merged.as_deref().map_or(last.wire, Wire::Bytes);
        if !shape.has_presence && wire::is_default(shape.kind, value) || is_unset_any(shape.kind, value)? {
            return Ok(());
        }
        begin(out);
        self.write_value(out, full_name, shape.kind, value, depth)
    }

    pub(super) fn write_list(
        &self,
        out: &mut String,
        full_name: &str,
        kind: &Kind,
        elements: &[Wire<'_>],
        depth: u32,
    ) -> Result<(), RenderError> {
        let mut set = Vec::with_capacity(elements.len());
        for element in elements {
            if !is_unset_any(kind, *element)? {
                set.push(*element);
            }
        }
        write_sequence(out, '[', ']', set.into_iter(), |out, element| {
            self.write_value(out, full_name, kind, element, depth)
        })
    }

    /// Entries by their keys; the last one of a key counts.
    pub(super) fn write_map(
        &self,
        out: &mut String,
        full_name: &str,
        kind: &Kind,
        same: &[Entry<'_>],
        depth: u32,
    ) -> Result<(), RenderError> {
        let wrong = || malformed(full_name, "a map's entry is none");
        // Invariant: the kind of a map is the message of its entries.
        let entry = kind.as_message().ok_or_else(wrong)?;
        let (key_kind, value_kind) =
            (entry.map_entry_key_field().kind(), entry.map_entry_value_field().kind());
        let mut map = BTreeMap::new();
        for Entry { wire, .. } in same {
            let Wire::Bytes(bytes) = *wire else { return Err(wrong()) };
            let (mut key, mut value) = (wire::absent(&key_kind), Cow::Borrowed(&[][..]));
            let mut scalar = wire::absent(&value_kind);
            let entries = wire::entries(entry.full_name(), bytes)?;
            for part in entries.chunk_by(|a, b| a.number == b.number) {
                let Some(last) = part.last() else { continue };
                match last.number {
                    1 => key = last.wire,
                    2 => match merged(&value_kind, part) {
                        Some(whole) => value = whole,
                        None => scalar = last.wire,
                    },
                    _ => {}
                }
            }
            let key = wire::map_key(&key_kind, key).ok_or_else(wrong)?;
            map.insert(key, (scalar, value));
        }
        let whole =
            |scalar, value| if let Kind::Message(_) = value_kind { Wire::Bytes(value) } else { scalar };
        let mut set = Vec::with_capacity(map.len());
        for (key, (scalar, value)) in &map {
            let value = whole(*scalar, value);
            if !is_unset_any(&value_kind, value)? {
                set.push((key, value));
            }
        }
        write_sequence(out, '{', '}', set.into_iter(), |out, (key, value)| {
            write_key(out, key);
            out.push(':');
            self.write_value(out, full_name, &value_kind, value, depth)
        })
    }

    pub(super) fn write_value(
        &self,
        out: &mut String,
        full_name: &str,
        kind: &Kind,
        value: Wire<'_>,
        depth: u32,
    ) -> Result<(), RenderError> {
        match (kind, value) {
            (Kind::Message(message), Wire::Bytes(bytes) | Wire::Group(bytes)) => {
                self.write_message(out, message, bytes, depth + 1)?;
            }
            (Kind::Bool, Wire::Varint(value)) => out.push_str(if value == 0 { "false" } else { "true" }),
            (Kind::Int32, Wire::Varint(value)) => write_display(out, value as i32),
            (Kind::Uint32, Wire::Varint(value)) => write_display(out, value as u32),
            (Kind::Sint32, Wire::Varint(value)) => write_display(out, wire::zigzag(value as u32 as u64)),
            (Kind::Fixed32, Wire::Fixed32(value)) => write_display(out, value),
            (Kind::Sfixed32, Wire::Fixed32(value)) => write_display(out, value as i32),
            (Kind::Int64, Wire::Varint(value)) => write_quoted(out, value as i64),
            (Kind::Uint64, Wire::Varint(value)) => write_quoted(out, value),
            (Kind::Sint64, Wire::Varint(value)) => write_quoted(out, wire::zigzag(value)),
            (Kind::Fixed64, Wire::Fixed64(value)) => write_quoted(out, value),
            (Kind::Sfixed64, Wire::Fixed64(value)) => write_quoted(out, value as i64),
            (Kind::Float, Wire::Fixed32(value)) => write_float(out, f32::from_bits(value)),
            (Kind::Double, Wire::Fixed64(value)) => write_double(out, f64::from_bits(value)),
            (Kind::Enum(_), Wire::Varint(value)) => self.write_enum(out, value as i32, kind),
            (Kind::Bytes, Wire::Bytes(bytes)) => {
                write_quoted(out, Base64Display::new(bytes, &BASE64_STANDARD))
            }
            (Kind::String, Wire::Bytes(bytes)) => {
                let text = std::str::from_utf8(bytes).map_err(|error| malformed(full_name, error))?;
                write_string(out, text);
            }
            _ => return Err(malformed(full_name, "a field has another type")),
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

/// The elements of a repeated field, packed or not.
pub(super) fn elements<'a>(
    full_name: &str,
    kind: &Kind,
    same: &[Entry<'a>],
) -> Result<Vec<Wire<'a>>, RenderError> {
    let mut elements = Vec::with_capacity(same.len());
    for Entry { wire, .. } in same {
        if let Wire::Bytes(bytes) = *wire
            && let Some(packed) = wire::packed(full_name, kind, bytes, &mut elements)
        {
            packed?;
            continue;
        }
        elements.push(*wire);
    }
    Ok(elements)
}

/// The bytes of a message whose field stands there once, or several times: one after the other they are the merged message.
fn merged<'a>(kind: &Kind, same: &[Entry<'a>]) -> Option<Cow<'a, [u8]>> {
    if !matches!(kind, Kind::Message(_)) {
        return None;
    }
    let parts = same.iter().map(|entry| match entry.wire {
        Wire::Bytes(bytes) | Wire::Group(bytes) => Some(bytes),
        _ => None,
    });
    let parts: Vec<_> = parts.collect::<Option<_>>()?;
    match parts[..] {
        [only] => Some(Cow::Borrowed(only)),
        _ => Some(Cow::Owned(parts.concat())),
    }
}

/// What is left of a field of a oneof: what stands behind the last of the others.
fn last_of_oneof<'e, 'a>(
    field: &FieldDescriptor,
    same: &'e [Entry<'a>],
    entries: &[Entry<'a>],
) -> &'e [Entry<'a>] {
    let Some(oneof) = field.containing_oneof() else { return same };
    let is_other = |number| number != field.number() && oneof.fields().any(|other| other.number() == number);
    let others = entries.iter().filter(|entry| is_other(entry.number));
    match others.map(|entry| entry.place).max() {
        Some(other) => &same[same.partition_point(|entry| entry.place < other)..],
        None => same,
    }
}

/// Whether a value is an `Any` without a type, which is never printed (P-162).
fn is_unset_any(kind: &Kind, value: Wire<'_>) -> Result<bool, RenderError> {
    let (Kind::Message(message), Wire::Bytes(bytes)) = (kind, value) else { return Ok(false) };
    if message.full_name() != ANY {
        return Ok(false);
    }
    let (full_name, bytes) = any_parts(bytes)?;
    Ok(full_name.is_empty() && bytes.is_empty())
}

/// The full name of an `Any`'s type, and its bytes.
pub(super) fn any_parts(any: &[u8]) -> Result<(&str, &[u8]), RenderError> {
    let (mut type_url, mut value) = (&[][..], &[][..]);
    for entry in wire::entries(ANY, any)? {
        match (entry.number, entry.wire) {
            (1, Wire::Bytes(bytes)) => type_url = bytes,
            (2, Wire::Bytes(bytes)) => value = bytes,
            (1 | 2, _) => return Err(malformed(ANY, "a field has another type")),
            _ => {}
        }
    }
    let type_url = std::str::from_utf8(type_url).map_err(|error| malformed(ANY, error))?;
    Ok((type_url.rsplit('/').next().unwrap_or_default(), value))
}
