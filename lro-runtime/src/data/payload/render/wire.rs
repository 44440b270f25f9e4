//! A message's bytes as its fields, in place: nothing is copied, and no message is built of them.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};
use prost_reflect::{Kind, MapKey};

use super::RenderError;

/// One field as it stands in the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) number: u32,
    /// Its place in the message.
    pub(super) place: usize,
    pub(super) wire: Wire<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
    Group(&'a [u8]),
}

/// What is wrong with the bytes of a message.
pub(super) fn malformed(full_name: &str, why: impl std::fmt::Display) -> RenderError {
    RenderError::Malformed(full_name.to_owned(), why.to_string())
}

/// The fields of a message, by number; those of one number in their order.
pub(super) fn entries<'a>(full_name: &str, mut bytes: &'a [u8]) -> Result<Vec<Entry<'a>>, RenderError> {
    let cut = || malformed(full_name, "they end too early");
    let mut entries = Vec::with_capacity(16);
    while !bytes.is_empty() {
        let (number, wire_type) = decode_key(&mut bytes).map_err(|error| malformed(full_name, error))?;
        let wire = match wire_type {
            WireType::Varint => {
                Wire::Varint(decode_varint(&mut bytes).map_err(|error| malformed(full_name, error))?)
            }
            WireType::SixtyFourBit => {
                Wire::Fixed64(u64::from_le_bytes(*bytes.split_off_chunk().ok_or_else(cut)?))
            }
            WireType::ThirtyTwoBit => {
                Wire::Fixed32(u32::from_le_bytes(*bytes.split_off_chunk().ok_or_else(cut)?))
            }
            WireType::LengthDelimited => {
                let length = decode_varint(&mut bytes).map_err(|error| malformed(full_name, error))?;
                let length = usize::try_from(length).map_err(|_| cut())?;
                let (value, rest) = bytes.split_at_checked(length).ok_or_else(cut)?;
                bytes = rest;
                Wire::Bytes(value)
            }
            WireType::StartGroup => Wire::Group(group(full_name, number, &mut bytes)?),
            WireType::EndGroup => return Err(malformed(full_name, "a group ends that did not begin")),
        };
        entries.push(Entry { number, place: entries.len(), wire });
    }
    // Stable, so that the last one of a number stays the last.
    if !entries.is_sorted_by_key(|entry| entry.number) {
        entries.sort_by_key(|entry| entry.number);
    }
    Ok(entries)
}

/// The fields inside of a group, up to its end.
fn group<'a>(full_name: &str, number: u32, bytes: &mut &'a [u8]) -> Result<&'a [u8], RenderError> {
    let begin = *bytes;
    loop {
        let inside = begin.len() - bytes.len();
        let (inner, wire_type) = decode_key(bytes).map_err(|error| malformed(full_name, error))?;
        if wire_type == WireType::EndGroup {
            return if inner == number {
                Ok(&begin[..inside])
            } else {
                Err(malformed(full_name, "a group ends that did not begin"))
            };
        }
        skip_field(wire_type, inner, bytes, DecodeContext::default())
            .map_err(|error| malformed(full_name, error))?;
    }
}

trait SplitOff {
    /// The next so many bytes.
    fn split_off_chunk<const N: usize>(&mut self) -> Option<&[u8; N]>;
}

impl SplitOff for &[u8] {
    fn split_off_chunk<const N: usize>(&mut self) -> Option<&[u8; N]> {
        let (chunk, rest) = self.split_first_chunk()?;
        *self = rest;
        Some(chunk)
    }
}

/// The elements of a packed field; `None` for a kind that is never packed.
pub(super) fn packed<'a>(
    full_name: &str,
    kind: &Kind,
    mut bytes: &[u8],
    out: &mut Vec<Wire<'a>>,
) -> Option<Result<(), RenderError>> {
    let fixed = match kind {
        Kind::String | Kind::Bytes | Kind::Message(_) => return None,
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Some(8),
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Some(4),
        _ => None,
    };
    let cut = || malformed(full_name, "a packed field ends too early");
    while !bytes.is_empty() {
        let element = match fixed {
            Some(8) => bytes.split_off_chunk().map(|chunk| Wire::Fixed64(u64::from_le_bytes(*chunk))),
            Some(_) => bytes.split_off_chunk().map(|chunk| Wire::Fixed32(u32::from_le_bytes(*chunk))),
            None => decode_varint(&mut bytes).ok().map(Wire::Varint),
        };
        match element {
            Some(element) => out.push(element),
            None => return Some(Err(cut())),
        }
    }
    Some(Ok(()))
}

/// What a field of this kind has that is not there.
pub(super) fn absent(kind: &Kind) -> Wire<'static> {
    match kind {
        Kind::String | Kind::Bytes | Kind::Message(_) => Wire::Bytes(&[]),
        Kind::Double | Kind::Fixed64 | Kind::Sfixed64 => Wire::Fixed64(0),
        Kind::Float | Kind::Fixed32 | Kind::Sfixed32 => Wire::Fixed32(0),
        _ => Wire::Varint(0),
    }
}

/// Whether a value is the default of its kind: without a presence of its own such a field is unset.
pub(super) fn is_default(kind: &Kind, wire: Wire<'_>) -> bool {
    match (kind, wire) {
        // Longer numbers are cut to what the type holds.
        (Kind::Int32 | Kind::Uint32 | Kind::Sint32 | Kind::Enum(_), Wire::Varint(value)) => value as u32 == 0,
        (_, Wire::Varint(value) | Wire::Fixed64(value)) => value == 0,
        (_, Wire::Fixed32(value)) => value == 0,
        (_, Wire::Bytes(bytes) | Wire::Group(bytes)) => bytes.is_empty(),
    }
}

pub(super) fn zigzag(value: u64) -> i64 {
    (value >> 1) as i64 ^ -((value & 1) as i64)
}

/// A key of a map; `None` when it is none of its kind.
pub(super) fn map_key(kind: &Kind, wire: Wire<'_>) -> Option<MapKey> {
    Some(match (kind, wire) {
        (Kind::Bool, Wire::Varint(value)) => MapKey::Bool(value != 0),
        (Kind::Int32, Wire::Varint(value)) => MapKey::I32(value as i32),
        (Kind::Int64, Wire::Varint(value)) => MapKey::I64(value as i64),
        (Kind::Uint32, Wire::Varint(value)) => MapKey::U32(value as u32),
        (Kind::Uint64, Wire::Varint(value)) => MapKey::U64(value),
        (Kind::Sint32, Wire::Varint(value)) => MapKey::I32(zigzag(value as u32 as u64) as i32),
        (Kind::Sint64, Wire::Varint(value)) => MapKey::I64(zigzag(value)),
        (Kind::Fixed32, Wire::Fixed32(value)) => MapKey::U32(value),
        (Kind::Sfixed32, Wire::Fixed32(value)) => MapKey::I32(value as i32),
        (Kind::Fixed64, Wire::Fixed64(value)) => MapKey::U64(value),
        (Kind::Sfixed64, Wire::Fixed64(value)) => MapKey::I64(value as i64),
        (Kind::String, Wire::Bytes(bytes)) => MapKey::String(std::str::from_utf8(bytes).ok()?.to_owned()),
        _ => return None,
    })
}
