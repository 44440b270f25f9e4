//! The fields that a message's type does not have, kept for those who know them.

use bytes::{Buf, BufMut};
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType};

/// The fields of a message that its type does not have, as they were read: a field with `#[payload(unknown)]`.
///
/// They are written again behind the fields that the type has, so that a value that goes through an older program comes back
/// whole. JSON does not show them.
///
/// ```
/// use lro_runtime::{Payload, UnknownFields};
///
/// #[derive(Debug, PartialEq, Payload)]
/// #[payload(package = "acme.unknown.v1")]
/// struct Disk {
///     #[payload(tag = 1)]
///     name: String,
///     #[payload(unknown)]
///     unknown: UnknownFields,
/// }
///
/// let disk = Disk::from_wire(b"\x0a\x01d\x10\x07")?;
/// assert!(!disk.unknown.is_empty());
/// assert_eq!(&disk.to_wire()?[..], b"\x0a\x01d\x10\x07");
/// # Ok::<(), lro_runtime::PayloadError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct UnknownFields(Vec<u8>);

impl UnknownFields {
    /// Whether there were none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The type that a `#[payload(unknown)]` field has. A trait, so that another one is refused in a sentence.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the unknown fields of a payload",
    label = "expected `lro_runtime::UnknownFields`"
)]
pub trait UnknownField: Sized {
    /// No fields.
    fn initial() -> Self;
    /// Writes the fields.
    fn encode(&self, buf: &mut impl BufMut);
    /// The length of what [`encode`](Self::encode) writes.
    fn encoded_len(&self) -> usize;
    /// Reads a field behind those that are there.
    fn merge(
        &mut self,
        number: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError>;
}

impl UnknownField for UnknownFields {
    fn initial() -> Self {
        Self::default()
    }

    fn encode(&self, buf: &mut impl BufMut) {
        buf.put_slice(&self.0);
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn merge(
        &mut self,
        number: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        ctx: DecodeContext,
    ) -> Result<(), DecodeError> {
        // Bytes again at once: as values they would take a multiple of what was sent.
        prost_reflect::UnknownField::decode_value(number, wire_type, buf, ctx)?.encode(&mut self.0);
        Ok(())
    }
}
