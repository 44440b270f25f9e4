//! What a field of a message holds: an element, an optional one, a list, a map.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{
    self, DecodeContext, WireType, check_wire_type, encode_key, encode_varint, encoded_len_varint, key_len,
};

use super::describe::{FieldName, MessageBuilder};
use super::element::{
    Codec, Element, Foreign, ForeignItself, MessageCodec, Plain, len_with_key, put_with_key,
};

/// A type that a field of kind `K` can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a payload",
    label = "not a protobuf type",
    note = "a field is one of these, or an `Option`, a `Vec` or a map of them: `bool`, `i32`, `i64`, `u32`, `u64`, `f32`, `f64`, `String`, `Vec<u8>`, `bytes::Bytes`, types with `#[derive(Payload)]`, `prost_types`' well-known types, `std::time::Duration`, `std::time::SystemTime`",
    note = "a message that prost generated is marked `#[payload(tag = n, message)]`, and an enum with data is `#[payload(oneof)]` in an `Option`"
)]
pub trait Field<K>: Sized {
    /// The value of a message's default.
    fn initial() -> Self;
    /// Writes the field, if it is to be written.
    fn encode(&self, number: u32, buf: &mut impl BufMut);
    /// The length of what [`encode`](Self::encode) writes.
    fn encoded_len(&self, number: u32) -> usize;
    /// Reads one occurrence of the field into it.
    fn merge(
        &mut self,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError>;
    /// Adds the field to its message's descriptor.
    fn describe(message: &mut MessageBuilder, field: FieldName);
}

/// A type that can be the key of a map.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a payload's map",
    note = "a key is one of `bool`, `i32`, `i64`, `u32`, `u64`, `String`"
)]
pub trait MapKey: Element<Plain> + Default + Ord + Hash {}

impl MapKey for bool {}
impl MapKey for i32 {}
impl MapKey for i64 {}
impl MapKey for u32 {}
impl MapKey for u64 {}
impl MapKey for String {}

/// A field that is an element.
macro_rules! single {
    ($kind:ty, [$($bound:tt)*], $codec:ty) => {
        #[diagnostic::do_not_recommend]
        impl<T: $($bound)*> Field<$kind> for T {
            fn initial() -> Self {
                <$codec as Codec<T>>::initial()
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                if !<$codec as Codec<T>>::is_initial(self) {
                    put_with_key::<T, $codec>(self, number, buf);
                }
            }

            fn encoded_len(&self, number: u32) -> usize {
                if <$codec as Codec<T>>::is_initial(self) { 0 } else { len_with_key::<T, $codec>(self, number) }
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                <$codec as Codec<T>>::merge(self, wire_type, buf, ctx)
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                message.single(field, <$codec as Codec<T>>::proto_type());
            }
        }
    };
}

/// Fields that hold elements of a kind. They are stamped for each kind, since an impl for every kind would overlap with
/// the one for the element itself.
macro_rules! containers {
    ($($kind:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: Element<$kind>> Field<$kind> for Option<T> {
            fn initial() -> Self {
                None
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                if let Some(value) = self {
                    put_with_key::<T, T::Codec>(value, number, buf);
                }
            }

            fn encoded_len(&self, number: u32) -> usize {
                self.as_ref().map_or(0, |value| len_with_key::<T, T::Codec>(value, number))
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                T::Codec::merge(self.get_or_insert_with(T::Codec::initial), wire_type, buf, ctx)
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                message.optional(field, T::Codec::proto_type());
            }
        }

        #[diagnostic::do_not_recommend]
        impl<T: Element<$kind>> Field<$kind> for Vec<T> {
            fn initial() -> Self {
                Vec::new()
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                encode_list::<T, T::Codec>(self, number, buf);
            }

            fn encoded_len(&self, number: u32) -> usize {
                list_len::<T, T::Codec>(self, number)
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                merge_list::<T, T::Codec>(self, wire_type, buf, ctx)
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                message.repeated(field, T::Codec::proto_type());
            }
        }

        containers!(@map HashMap, hash_map, $kind, |map| {
            // Sorted, so that the same value has the same bytes (P-017).
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            entries
        });
        containers!(@map BTreeMap, btree_map, $kind, |map| map);
    )*};
    (@map $map:ident, $module:ident, $kind:ty, |$self:ident| $entries:expr) => {
        #[diagnostic::do_not_recommend]
        impl<K: MapKey, V: Element<$kind>> Field<$kind> for $map<K, V> {
            fn initial() -> Self {
                $map::new()
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                let $self = self;
                for (key, value) in $entries {
                    encode_key(number, WireType::LengthDelimited, buf);
                    encode_varint(entry_len::<K, V, V::Codec>(key, value) as u64, buf);
                    Field::<Plain>::encode(key, 1, buf);
                    if !V::Codec::is_initial(value) {
                        put_with_key::<V, V::Codec>(value, 2, buf);
                    }
                }
            }

            fn encoded_len(&self, number: u32) -> usize {
                let entries = self.iter().map(|(key, value)| {
                    let length = entry_len::<K, V, V::Codec>(key, value);
                    key_len(number) + encoded_len_varint(length as u64) + length
                });
                entries.sum()
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                check_wire_type(WireType::LengthDelimited, wire_type)?;
                encoding::$module::merge_with_default(
                    |wire_type, key, buf, ctx| K::Codec::merge(key, wire_type, buf, ctx),
                    |wire_type, value, buf, ctx| V::Codec::merge(value, wire_type, buf, ctx),
                    V::Codec::initial(),
                    self,
                    buf,
                    ctx,
                )
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                message.map(field, K::Codec::proto_type(), V::Codec::proto_type());
            }
        }
    };
}

single!(Plain, [Element<Plain>], T::Codec);
single!(ForeignItself, [prost::Message + prost::Name + Default], MessageCodec);
containers!(Plain, Foreign);

/// The length of a map's entry. As in prost, what is at its default is left out of it.
fn entry_len<K: MapKey, V, C: Codec<V>>(key: &K, value: &V) -> usize {
    let value = if C::is_initial(value) { 0 } else { len_with_key::<V, C>(value, 2) };
    Field::<Plain>::encoded_len(key, 1) + value
}

fn encode_list<T, C: Codec<T>>(values: &[T], number: u32, buf: &mut impl BufMut) {
    if C::WIRE_TYPE == WireType::LengthDelimited {
        values.iter().for_each(|value| put_with_key::<T, C>(value, number, buf));
    } else if !values.is_empty() {
        encode_key(number, WireType::LengthDelimited, buf);
        encode_varint(values.iter().map(C::len).sum::<usize>() as u64, buf);
        values.iter().for_each(|value| C::put(value, buf));
    }
}

fn list_len<T, C: Codec<T>>(values: &[T], number: u32) -> usize {
    let length: usize = values.iter().map(C::len).sum();
    if C::WIRE_TYPE == WireType::LengthDelimited {
        values.len() * key_len(number) + length
    } else if values.is_empty() {
        0
    } else {
        key_len(number) + encoded_len_varint(length as u64) + length
    }
}

/// Reads an occurrence of a list: an element, or many packed ones, whichever form the writer chose.
fn merge_list<T, C: Codec<T>>(
    values: &mut Vec<T>,
    wire_type: WireType,
    buf: &mut impl Buf,
    ctx: DecodeContext,
) -> Result<(), DecodeError> {
    if wire_type == WireType::LengthDelimited && C::WIRE_TYPE != WireType::LengthDelimited {
        return encoding::merge_loop(values, buf, ctx, |values, buf, ctx| {
            values.push(read::<T, C>(C::WIRE_TYPE, buf, ctx)?);
            Ok(())
        });
    }
    values.push(read::<T, C>(wire_type, buf, ctx)?);
    Ok(())
}

fn read<T, C: Codec<T>>(
    wire_type: WireType,
    buf: &mut impl Buf,
    ctx: DecodeContext,
) -> Result<T, DecodeError> {
    let mut value = C::initial();
    C::merge(&mut value, wire_type, buf, ctx)?;
    Ok(value)
}

/// Says in a decode error where it happened, as prost's own derive does.
pub fn in_field(
    result: Result<(), DecodeError>,
    message: &'static str,
    field: &'static str,
) -> Result<(), DecodeError> {
    result.map_err(|mut error| {
        error.push(message, field);
        error
    })
}
