//! Messages: derived ones, prost's, and the well-known types of `prost_types`.

use bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, encode_varint, encoded_len_varint, message};
use prost::{DecodeError, Message, Name};

use super::{Codec, Element, Foreign, Plain, ProtoType};

/// The codec of a message that says its own name.
#[derive(Debug)]
pub struct MessageCodec;

/// The codec of the well-known types, some of which prost gives no name.
#[derive(Debug)]
pub struct WellKnownCodec;

// Not for kind `Plain`: there a blanket impl would overlap with those for `u32` (a message to prost) and `Box<T>`.
#[diagnostic::do_not_recommend]
impl<T: Message + Name + Default> Element<Foreign> for T {
    type Codec = MessageCodec;
}

macro_rules! message_codec {
    ($type:ty, $full_name:expr) => {
        const WIRE_TYPE: WireType = WireType::LengthDelimited;

        fn proto_type() -> ProtoType {
            ProtoType::message($full_name)
        }

        fn initial() -> $type {
            <$type>::default()
        }

        fn is_initial(_value: &$type) -> bool {
            false
        }

        fn len(value: &$type) -> usize {
            len(value)
        }

        fn put(value: &$type, buf: &mut impl BufMut) {
            put(value, buf);
        }

        fn merge(
            value: &mut $type,
            wire_type: WireType,
            buf: &mut impl Buf,
            ctx: DecodeContext,
        ) -> Result<(), DecodeError> {
            message::merge(wire_type, value, buf, ctx)
        }
    };
}

impl<T: Message + Name + Default> Codec<T> for MessageCodec {
    message_codec!(T, T::full_name());
}

macro_rules! well_known {
    ($($type:ty: $full_name:literal;)*) => {$(
        impl Element<Plain> for $type {
            type Codec = WellKnownCodec;
        }

        impl Codec<$type> for WellKnownCodec {
            message_codec!($type, $full_name);
        }
    )*};
}

well_known! {
    (): "google.protobuf.Empty";
    prost_types::Any: "google.protobuf.Any";
    prost_types::Duration: "google.protobuf.Duration";
    prost_types::FieldMask: "google.protobuf.FieldMask";
    prost_types::ListValue: "google.protobuf.ListValue";
    prost_types::Struct: "google.protobuf.Struct";
    prost_types::Timestamp: "google.protobuf.Timestamp";
    prost_types::Value: "google.protobuf.Value";
}

pub(super) fn len(message: &impl Message) -> usize {
    let length = message.encoded_len();
    encoded_len_varint(length as u64) + length
}

pub(super) fn put(message: &impl Message, buf: &mut impl BufMut) {
    encode_varint(message.encoded_len() as u64, buf);
    message.encode_raw(buf);
}
