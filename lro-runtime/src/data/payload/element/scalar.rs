//! Numbers, booleans, text and bytes.

use bytes::{Buf, BufMut, Bytes};
use prost::DecodeError;
use prost::encoding::{self, DecodeContext, WireType, encode_varint, encoded_len_varint};
use prost_types::field_descriptor_proto::Type;

use super::{Codec, Element, Plain, ProtoType};

/// The codec that a scalar has when its field says nothing.
#[derive(Debug)]
pub struct ScalarCodec;

macro_rules! scalars {
    ($($type:ty: $scalar:ident, $module:ident, $wire_type:ident,
        initial = |$initial:ident| $is_initial:expr, len = |$len:ident| $length:expr, put = |$put:ident, $buf:ident| $write:expr;)*) => {$(
        impl Element<Plain> for $type {
            type Codec = ScalarCodec;
        }

        impl Codec<$type> for ScalarCodec {
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
    ($($type:ty: $scalar:ident, $module:ident, |$value:ident| $varint:expr;)*) => {
        scalars! {$(
            $type: $scalar, $module, Varint,
                initial = |$value| $varint == 0,
                len = |$value| encoded_len_varint($varint),
                put = |$value, buf| encode_varint($varint, buf);
        )*}
    };
}

varints! {
    bool: Bool, bool, |value| u64::from(*value);
    i32: Int32, int32, |value| *value as u64;
    i64: Int64, int64, |value| *value as u64;
    u32: Uint32, uint32, |value| u64::from(*value);
    u64: Uint64, uint64, |value| *value;
}

// A float is left out by its bits: -0.0 equals 0.0 but is another value.
scalars! {
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
