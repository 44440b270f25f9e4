//! What a field of a message holds: an element, an optional one, a list, a map.

mod list;
mod map;

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType};

use super::describe::{FieldName, MessageBuilder};
use super::element::{
    Codec, Element, Fixed, Foreign, ForeignItself, MessageCodec, Plain, Sint, len_with_key, put_with_key,
};

/// A type that a field of kind `K` can have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a payload",
    label = "protobuf has no such field",
    note = "a field is one of these, or an `Option`, a `Vec` or a map of them: `bool`, `i32`, `i64`, `u32`, `u64`, `f32`, `f64`, `String`, `Vec<u8>`, `bytes::Bytes`, types with `#[derive(Payload)]`, `prost_types`' well-known types, `std::time::Duration`, `std::time::SystemTime`, and those of `jiff`, `chrono`, `time` and `uuid` with the features of these names",
    note = "a message that prost generated is marked `#[payload(tag = n, message)]`, and an enum with data is `#[payload(oneof)]` in an `Option`; `UnknownFields` is `#[payload(unknown)]`",
    note = "`sint` is for `i32` and `i64`, `fixed` for these and `u32` and `u64`; the key of a map is a `String`, a `bool` or one of these integers, and `key = sint` or `key = fixed` is for the latter"
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
                list::encode::<T, T::Codec>(self, number, buf);
            }

            fn encoded_len(&self, number: u32) -> usize {
                list::encoded_len::<T, T::Codec>(self, number)
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                list::merge::<T, T::Codec>(self, wire_type, buf, ctx)
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                message.repeated(field, T::Codec::proto_type());
            }
        }
    )*};
}

single!(Plain, [Element<Plain>], T::Codec);
single!(Sint, [Element<Sint>], T::Codec);
single!(Fixed, [Element<Fixed>], T::Codec);
single!(ForeignItself, [prost::Message + prost::Name + Default], MessageCodec);
containers!(Plain, Sint, Fixed, Foreign);

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
