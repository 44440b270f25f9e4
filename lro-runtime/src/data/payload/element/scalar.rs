//! Numbers, booleans, text and bytes; and the other two ways that protobuf has to write an integer.

use bytes::{Buf, BufMut, Bytes};
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType, encode_varint, encoded_len_varint};
use prost_types::field_descriptor_proto::Type;

use super::{Codec, Element, Fixed, Plain, ProtoType, Sint};

/// The codec that a scalar has when its field says nothing.
#[derive(Debug)]
pub struct ScalarCodec;

/// The codec of `sint`.
#[derive(Debug)]
pub struct SintCodec;

/// The codec of `fixed`.
#[derive(Debug)]
pub struct FixedCodec;

macro_rules! scalars {
    ($kind:ty, $codec:ty; $($type:ty: $scalar:ident, $module:ident, $wire_type:ident,
        initial = |$initial:ident| $is_initial:expr, len = |$len:ident| $length:expr, put = |$put:ident, $buf:ident| $write:expr;)*) => {$(
        impl Element<$kind> for $type {
            type Codec = $codec;
        }

        impl Codec<$type> for $codec {
            const WIRE_TYPE: WireType = WireType::$wire_type;

            fn proto_type() -> ProtoType {
                ProtoType::scalar(Type::$scalar)
            }

            fn initial() -> $type {
                <$type>::default()
            }

            fn is_initial($initial: &$type) -> bool {
                $is_initial
            }

            fn len($len: &$type) -> usize {
                $length
            }

            fn put($put: &$type, $buf: &mut impl BufMut) {
                $write
            }

            fn merge(
                value: &mut $type,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                encoding::$module::merge(wire_type, value, buf, ctx)
            }
        }
    )*};
}

macro_rules! varints {
    ($kind:ty, $codec:ty; $($type:ty: $scalar:ident, $module:ident, |$value:ident| $varint:expr;)*) => {
        scalars! { $kind, $codec; $(
            $type: $scalar, $module, Varint,
                initial = |$value| $varint == 0,
                len = |$value| encoded_len_varint($varint),
                put = |$value, buf| encode_varint($varint, buf);
        )*}
    };
}

varints! { Plain, ScalarCodec;
    bool: Bool, bool, |value| u64::from(*value);
    i32: Int32, int32, |value| *value as u64;
    i64: Int64, int64, |value| *value as u64;
    u32: Uint32, uint32, |value| u64::from(*value);
    u64: Uint64, uint64, |value| *value;
}

// Zigzag: a small number is short, below zero too.
varints! { Sint, SintCodec;
    i32: Sint32, sint32, |value| u64::from(((*value << 1) ^ (*value >> 31)) as u32);
    i64: Sint64, sint64, |value| ((*value << 1) ^ (*value >> 63)) as u64;
}

macro_rules! fixed {
    ($($type:ty: $scalar:ident, $module:ident, $wire_type:ident, $put:ident;)*) => {
        scalars! { Fixed, FixedCodec; $(
            $type: $scalar, $module, $wire_type,
                initial = |value| *value == 0,
                len = |_value| size_of::<$type>(),
                put = |value, buf| buf.$put(*value);
        )*}
    };
}

fixed! {
    i32: Sfixed32, sfixed32, ThirtyTwoBit, put_i32_le;
    i64: Sfixed64, sfixed64, SixtyFourBit, put_i64_le;
    u32: Fixed32, fixed32, ThirtyTwoBit, put_u32_le;
    u64: Fixed64, fixed64, SixtyFourBit, put_u64_le;
}

// A float is left out by its bits: -0.0 equals 0.0 but is another value.
scalars! { Plain, ScalarCodec;
    f32: Float, float, ThirtyTwoBit,
        initial = |value| value.to_bits() == 0,
        len = |_value| 4,
        put = |value, buf| buf.put_f32_le(*value);
    f64: Double, double, SixtyFourBit,
        initial = |value| value.to_bits() == 0,
        len = |_value| 8,
        put = |value, buf| buf.put_f64_le(*value);
    String: String, string, LengthDelimited,
        initial = |value| value.is_empty(),
        len = |value| delimited_len(value.len()),
        put = |value, buf| put_delimited(value.as_bytes(), buf);
    Vec<u8>: Bytes, bytes, LengthDelimited,
        initial = |value| value.is_empty(),
        len = |value| delimited_len(value.len()),
        put = |value, buf| put_delimited(value, buf);
    Bytes: Bytes, bytes, LengthDelimited,
        initial = |value| value.is_empty(),
        len = |value| delimited_len(value.len()),
        put = |value, buf| put_delimited(value, buf);
}

fn delimited_len(length: usize) -> usize {
    encoded_len_varint(length as u64) + length
}

fn put_delimited(bytes: &[u8], buf: &mut impl BufMut) {
    encode_varint(bytes.len() as u64, buf);
    buf.put_slice(bytes);
}
