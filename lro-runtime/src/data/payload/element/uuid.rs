//! `uuid::Uuid` as a `string`, for which protobuf has no type of its own.
//!
//! Rejected: `bytes`, which JSON shows as base64 and nobody recognises.

use ::uuid::Uuid;
use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, string};
use prost_types::field_descriptor_proto::Type;

use super::{Codec, Element, Plain, ProtoType, decode_error};

/// The codec of a UUID. The nil UUID is the one of a field that is not there, as the empty text is.
#[derive(Debug)]
pub struct UuidCodec;

/// The length of the text, whose own length is one byte more.
const LENGTH: usize = 36;

impl Element<Plain> for Uuid {
    type Codec = UuidCodec;
}

impl Codec<Uuid> for UuidCodec {
    const WIRE_TYPE: WireType = WireType::LengthDelimited;

    fn proto_type() -> ProtoType {
        ProtoType::scalar(Type::String)
    }

    fn initial() -> Uuid {
        Uuid::nil()
    }

    fn is_initial(value: &Uuid) -> bool {
        value.is_nil()
    }

    fn len(_value: &Uuid) -> usize {
        1 + LENGTH
    }

    fn put(value: &Uuid, buf: &mut impl BufMut) {
        buf.put_u8(LENGTH as u8);
        buf.put_slice(value.hyphenated().encode_lower(&mut [0; LENGTH]).as_bytes());
    }

    fn merge(
        value: &mut Uuid,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        let mut text = String::new();
        string::merge(wire_type, &mut text, buf, ctx)?;
        *value = match text.as_str() {
            "" => Uuid::nil(),
            text => Uuid::try_parse(text).map_err(|_| decode_error("the text is not a UUID"))?,
        };
        Ok(())
    }
}
