//! Lists: one occurrence for each element, or all in one where protobuf packs them.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{
    DecodeContext, WireType, encode_key, encode_varint, encoded_len_varint, key_len, merge_loop,
};

use crate::data::payload::element::{Codec, put_with_key};

pub(super) fn encode<T, C: Codec<T>>(values: &[T], number: u32, buf: &mut impl BufMut) {
    if C::WIRE_TYPE == WireType::LengthDelimited {
        values.iter().for_each(|value| put_with_key::<T, C>(value, number, buf));
    } else if !values.is_empty() {
        encode_key(number, WireType::LengthDelimited, buf);
        encode_varint(values.iter().map(C::len).sum::<usize>() as u64, buf);
        values.iter().for_each(|value| C::put(value, buf));
    }
}

pub(super) fn encoded_len<T, C: Codec<T>>(values: &[T], number: u32) -> usize {
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
pub(super) fn merge<T, C: Codec<T>>(
    values: &mut Vec<T>,
    wire_type: WireType,
    buf: &mut impl Buf,
    ctx: DecodeContext,
) -> Result<(), DecodeError> {
    if wire_type == WireType::LengthDelimited && C::WIRE_TYPE != WireType::LengthDelimited {
        return merge_loop(values, buf, ctx, |values, buf, ctx| {
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
