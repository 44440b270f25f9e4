//! Derived enums without data: a number on the wire, a name in JSON.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, encode_varint, encoded_len_varint, int32};
use prost_types::field_descriptor_proto::Type;

use super::{Codec, Element, Plain, ProtoType};

/// An enum without data that derives `Payload`.
pub trait Enumeration: Sized {
    /// The full name of the enum's type.
    fn full_name() -> String;
    /// The variant of a number. A number without a variant is the `other` one, or else the first.
    fn from_number(number: i32) -> Self;
    /// The number of a variant.
    fn number(&self) -> i32;
}

/// The codec of an [`Enumeration`].
#[derive(Debug)]
pub struct EnumCodec;

impl<T: Enumeration> Codec<T> for EnumCodec {
    const WIRE_TYPE: WireType = WireType::Varint;

    fn proto_type() -> ProtoType {
        ProtoType { scalar: Type::Enum, name: Some(T::full_name()) }
    }

    fn initial() -> T {
        T::from_number(0)
    }

    fn is_initial(value: &T) -> bool {
        value.number() == 0
    }

    fn len(value: &T) -> usize {
        encoded_len_varint(value.number() as u64)
    }

    fn put(value: &T, buf: &mut impl BufMut) {
        encode_varint(value.number() as u64, buf);
    }

    fn merge(
        value: &mut T,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut number = 0;
        int32::merge(wire_type, &mut number, buf, ctx)?;
        *value = T::from_number(number);
        Ok(())
    }
}

impl Element<Plain> for prost_types::NullValue {
    type Codec = EnumCodec;
}

/// Its only value stands for every number.
impl Enumeration for prost_types::NullValue {
    fn full_name() -> String {
        "google.protobuf.NullValue".to_owned()
    }

    fn from_number(_number: i32) -> Self {
        Self::NullValue
    }

    fn number(&self) -> i32 {
        0
    }
}
