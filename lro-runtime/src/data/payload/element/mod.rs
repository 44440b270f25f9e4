//! What one value of a field is: an element, and the codec that reads and writes it.
//!
//! The derive's output is written against this module, against [`field`](super::field) for what holds elements, and
//! against [`oneof`](super::oneof).

mod enumeration;
mod message;
mod scalar;
mod time;
#[cfg(feature = "uuid")]
mod uuid;

use std::marker::PhantomData;

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, encode_key, key_len};
use prost_types::field_descriptor_proto::Type;

pub use self::enumeration::{EnumCodec, Enumeration};
pub use self::message::MessageCodec;

/// The kind of a field whose attribute says nothing: each type has one codec of its own.
#[derive(Debug)]
pub enum Plain {}

/// The kind of a `#[payload(message)]` field that is an `Option`, a `Vec` or a map: any prost message with a name.
#[derive(Debug)]
pub enum Foreign {}

/// The kind of a `#[payload(message)]` field that is the message itself.
///
/// It stands apart from [`Foreign`]: a blanket impl for every message and one for `Option<T>` would overlap, for all
/// the compiler knows, since prost may make `Option<T>` a message one day.
#[derive(Debug)]
pub enum ForeignItself {}

/// The kind of a `#[payload(sint)]` field: integers that are short when they are near zero, on either side.
#[derive(Debug)]
pub enum Sint {}

/// The kind of a `#[payload(fixed)]` field: integers that always have four or eight bytes.
#[derive(Debug)]
pub enum Fixed {}

/// The kind of a map whose keys are of kind `K` and whose values are of kind `V`.
#[derive(Debug)]
pub struct Keyed<K, V>(PhantomData<(K, V)>);

/// A type whose values can be a field's, in a field of kind `K`.
pub trait Element<K>: Sized {
    /// What reads and writes it.
    type Codec: Codec<Self>;
}

/// A message can hold itself in a `Box`.
#[diagnostic::do_not_recommend]
impl<T: Element<Plain>> Element<Plain> for Box<T> {
    type Codec = Boxed<T::Codec>;
}

/// How the values of a type are described, read and written.
pub trait Codec<T> {
    /// The wire type of a value that stands alone. A list of anything but `LengthDelimited` is packed.
    const WIRE_TYPE: WireType;

    /// The type in a descriptor.
    fn proto_type() -> ProtoType;
    /// The value of a field that is not there.
    fn initial() -> T;
    /// Whether a field without presence may be left out. A message is never left out: it has presence (P-159).
    fn is_initial(value: &T) -> bool;
    /// The length of what [`put`](Self::put) writes.
    fn len(value: &T) -> usize;
    /// Writes the value, with its length where it has one, without the key.
    fn put(value: &T, buf: &mut impl BufMut);
    /// Reads a value: in place of a scalar, into a message.
    fn merge(
        value: &mut T,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError>;
}

/// The type of a field in a descriptor.
#[derive(Debug, Clone, PartialEq)]
pub struct ProtoType {
    pub(crate) scalar: Type,
    /// The full name of a message or an enum, without the dot in front.
    pub(crate) name: Option<String>,
}

impl ProtoType {
    fn scalar(scalar: Type) -> Self {
        Self { scalar, name: None }
    }

    fn message(full_name: impl Into<String>) -> Self {
        Self { scalar: Type::Message, name: Some(full_name.into()) }
    }
}

/// The codec of a boxed value.
#[derive(Debug)]
pub struct Boxed<C>(C);

impl<T, C: Codec<T>> Codec<Box<T>> for Boxed<C> {
    const WIRE_TYPE: WireType = C::WIRE_TYPE;

    fn proto_type() -> ProtoType {
        C::proto_type()
    }

    fn initial() -> Box<T> {
        Box::new(C::initial())
    }

    fn is_initial(value: &Box<T>) -> bool {
        C::is_initial(value)
    }

    fn len(value: &Box<T>) -> usize {
        C::len(value)
    }

    fn put(value: &Box<T>, buf: &mut impl BufMut) {
        C::put(value, buf);
    }

    fn merge(
        value: &mut Box<T>,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        C::merge(value, wire_type, buf, ctx)
    }
}

/// Writes a key and a value.
pub(crate) fn put_with_key<T, C: Codec<T>>(value: &T, number: u32, buf: &mut impl BufMut) {
    encode_key(number, C::WIRE_TYPE, buf);
    C::put(value, buf);
}

/// The length of a key and a value.
pub(crate) fn len_with_key<T, C: Codec<T>>(value: &T, number: u32) -> usize {
    key_len(number) + C::len(value)
}

/// A decode error of our own.
#[allow(
    deprecated,
    reason = "prost 0.14 has no other way, and the workspace stays on 0.14 for `prost::encoding`"
)]
pub(crate) fn decode_error(description: &'static str) -> DecodeError {
    DecodeError::new(description)
}
