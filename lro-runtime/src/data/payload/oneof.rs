//! Derived enums with data: a `oneof` of the message whose field they are.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType};

use super::describe::{FieldName, MessageBuilder, OneofBuilder};
use super::element::{Codec, Element, decode_error, len_with_key, put_with_key};

/// An enum with data that derives `Payload`.
pub trait Oneof: Sized {
    /// The numbers of its variants.
    const NUMBERS: &'static [u32];
    /// The names of its variants in JSON.
    const NAMES: &'static [&'static str];

    /// Writes the variant.
    fn encode(&self, buf: &mut impl BufMut);
    /// The length of what [`encode`](Self::encode) writes.
    fn encoded_len(&self) -> usize;
    /// Reads a variant by its number: into the same variant, or in place of another.
    fn merge(
        held: Option<Self>,
        number: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<Self, DecodeError>;
    /// Adds the variants to the message's descriptor.
    fn describe(oneof: &mut OneofBuilder<'_>);
}

/// A type that a `#[payload(oneof)]` field can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a `oneof`",
    label = "expected an `Option` of an enum with data",
    note = "a oneof is an enum that derives `Payload`, with one value in each variant; its field is an `Option` of it"
)]
pub trait OneofField: Sized {
    /// The numbers of its variants.
    const NUMBERS: &'static [u32];
    /// The names of its variants in JSON.
    const NAMES: &'static [&'static str];

    /// The value of a message's default.
    fn initial() -> Self;
    /// Writes the variant, if there is one.
    fn encode(&self, buf: &mut impl BufMut);
    /// The length of what [`encode`](Self::encode) writes.
    fn encoded_len(&self) -> usize;
    /// Reads a variant by its number.
    fn merge(
        &mut self,
        number: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError>;
    /// Adds the oneof to its message's descriptor.
    fn describe(message: &mut MessageBuilder, name: &'static str, documentation: &'static str);
}

#[diagnostic::do_not_recommend]
impl<T: Oneof> OneofField for Option<T> {
    const NUMBERS: &'static [u32] = T::NUMBERS;
    const NAMES: &'static [&'static str] = T::NAMES;

    fn initial() -> Self {
        None
    }

    fn encode(&self, buf: &mut impl BufMut) {
        if let Some(variant) = self {
            variant.encode(buf);
        }
    }

    fn encoded_len(&self) -> usize {
        self.as_ref().map_or(0, T::encoded_len)
    }

    fn merge(
        &mut self,
        number: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        *self = Some(T::merge(self.take(), number, wire_type, buf, ctx)?);
        Ok(())
    }

    fn describe(message: &mut MessageBuilder, name: &'static str, documentation: &'static str) {
        T::describe(&mut message.oneof_builder(name, documentation));
    }
}

/// A type that a variant of kind `K` can hold: any element.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be in a oneof of a payload",
    label = "protobuf has no such field",
    note = "a variant holds one of these: `bool`, `i32`, `i64`, `u32`, `u64`, `f32`, `f64`, `String`, `Vec<u8>`, `bytes::Bytes`, types with `#[derive(Payload)]`, `prost_types`' well-known types, `std::time::Duration`, `std::time::SystemTime`, and those of `jiff`, `chrono`, `time` and `uuid` with the features of these names",
    note = "a message that prost generated is marked: `#[payload(tag = n, message)]`; `sint` is for `i32` and `i64`, `fixed` for these and `u32` and `u64`"
)]
pub trait Variant<K>: Sized {
    /// Writes the value.
    fn encode(&self, number: u32, buf: &mut impl BufMut);
    /// The length of what [`encode`](Self::encode) writes.
    fn encoded_len(&self, number: u32) -> usize;
    /// Reads a value into the one that is held, if it is of the same variant.
    fn merge(
        held: Option<Self>,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<Self, DecodeError>;
    /// Adds the variant to its oneof's descriptor.
    fn describe(oneof: &mut OneofBuilder<'_>, field: FieldName);
}

#[diagnostic::do_not_recommend]
impl<T: Element<K>, K> Variant<K> for T {
    fn encode(&self, number: u32, buf: &mut impl BufMut) {
        put_with_key::<T, T::Codec>(self, number, buf);
    }

    fn encoded_len(&self, number: u32) -> usize {
        len_with_key::<T, T::Codec>(self, number)
    }

    fn merge(
        held: Option<Self>,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<Self, DecodeError> {
        let mut value = held.unwrap_or_else(T::Codec::initial);
        T::Codec::merge(&mut value, wire_type, buf, ctx)?;
        Ok(value)
    }

    fn describe(oneof: &mut OneofBuilder<'_>, field: FieldName) {
        oneof.push(field, T::Codec::proto_type());
    }
}

/// The error for a number that is no variant's. The derive asks for [`contains`] first.
pub fn no_such_variant() -> DecodeError {
    decode_error("the oneof has no variant with this number")
}

/// Whether a number is in a list, at compile time.
pub const fn contains(numbers: &[u32], number: u32) -> bool {
    let mut at = 0;
    while at < numbers.len() {
        if numbers[at] == number {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two lists have no number in common, at compile time.
pub const fn distinct_numbers(left: &[u32], right: &[u32]) -> bool {
    let mut at = 0;
    while at < left.len() {
        if contains(right, left[at]) {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether two lists have no name in common, at compile time.
pub const fn distinct_names(left: &[&str], right: &[&str]) -> bool {
    let mut at = 0;
    while at < left.len() * right.len() {
        if same(left[at / right.len()].as_bytes(), right[at % right.len()].as_bytes()) {
            return false;
        }
        at += 1;
    }
    true
}

const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}
