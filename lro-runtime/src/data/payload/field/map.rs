//! Maps: a list of entries, each a message of a key and a value.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{
    self, DecodeContext, WireType, check_wire_type, encode_key, encode_varint, encoded_len_varint, key_len,
};

use super::Field;
use crate::data::payload::describe::{FieldName, MessageBuilder};
use crate::data::payload::element::{
    Codec, Element, Fixed, Foreign, Keyed, Plain, Sint, len_with_key, put_with_key,
};

/// A type that can be the key of a map, where keys are of kind `K`.
pub trait MapKey<K>: Element<K> + Default + Ord + Hash {}

macro_rules! keys {
    ($($kind:ty: $($type:ty),*;)*) => {$($(impl MapKey<$kind> for $type {})*)*};
}

keys! {
    Plain: bool, i32, i64, u32, u64, String;
    Sint: i32, i64;
    Fixed: i32, i64, u32, u64;
}

#[cfg(feature = "uuid")]
keys! { Plain: uuid::Uuid; }

macro_rules! map {
    ($map:ident, $module:ident, |$self:ident| $entries:expr) => {
        #[diagnostic::do_not_recommend]
        impl<KeyKind, ValueKind, K: MapKey<KeyKind>, V: Element<ValueKind>> Field<Keyed<KeyKind, ValueKind>>
            for $map<K, V>
        {
            fn initial() -> Self {
                $map::new()
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                let $self = self;
                for (key, value) in $entries {
                    let length = part_len::<K, K::Codec>(key, 1) + part_len::<V, V::Codec>(value, 2);
                    encode_key(number, WireType::LengthDelimited, buf);
                    encode_varint(length as u64, buf);
                    put_part::<K, K::Codec>(key, 1, buf);
                    put_part::<V, V::Codec>(value, 2, buf);
                }
            }

            fn encoded_len(&self, number: u32) -> usize {
                let entries = self.iter().map(|(key, value)| {
                    let length = part_len::<K, K::Codec>(key, 1) + part_len::<V, V::Codec>(value, 2);
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

        map!(@plain_keys $map: Plain, Foreign, Sint, Fixed);
    };
    // Stamped for each kind, since an impl for every kind would overlap with the one for an element itself.
    (@plain_keys $map:ident: $($kind:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<K: MapKey<Plain>, V: Element<$kind>> Field<$kind> for $map<K, V> {
            fn initial() -> Self {
                $map::new()
            }

            fn encode(&self, number: u32, buf: &mut impl BufMut) {
                Field::<Keyed<Plain, $kind>>::encode(self, number, buf);
            }

            fn encoded_len(&self, number: u32) -> usize {
                Field::<Keyed<Plain, $kind>>::encoded_len(self, number)
            }

            fn merge(
                &mut self,
                wire_type: WireType,
                buf: &mut impl Buf,
                ctx: DecodeContext,
            ) -> Result<(), DecodeError> {
                Field::<Keyed<Plain, $kind>>::merge(self, wire_type, buf, ctx)
            }

            fn describe(message: &mut MessageBuilder, field: FieldName) {
                <Self as Field<Keyed<Plain, $kind>>>::describe(message, field);
            }
        }
    )*};
}

map!(HashMap, hash_map, |map| {
    // Sorted, so that the same value has the same bytes (P-017).
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
});
map!(BTreeMap, btree_map, |map| map);

/// The length of an entry's key or value. As in prost, what is at its default is left out.
fn part_len<T, C: Codec<T>>(value: &T, number: u32) -> usize {
    if C::is_initial(value) { 0 } else { len_with_key::<T, C>(value, number) }
}

fn put_part<T, C: Codec<T>>(value: &T, number: u32, buf: &mut impl BufMut) {
    if !C::is_initial(value) {
        put_with_key::<T, C>(value, number, buf);
    }
}
