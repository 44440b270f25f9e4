//! What generated code may name. Not part of the public interface: it changes without notice.

pub use std::string::String;

pub use bytes::{Buf, BufMut};
pub use inventory;
#[cfg(feature = "macros")]
pub use lro_macros::long_running;
pub use prost::encoding::{DecodeContext, WireType, skip_field};
pub use prost::{DecodeError, Message, Name};

pub use crate::data::method::{HttpRule, HttpVerb, LinkedMethod, MAX_ATTEMPTS, Method, OnInterrupt};
pub use crate::data::payload::Payload;
pub use crate::data::payload::any::type_url;
pub use crate::data::payload::describe::{
    Described, EnumBuilder, FieldName, LinkedType, MessageBuilder, OneofBuilder, TypeDescription,
};
pub use crate::data::payload::element::{
    Element, EnumCodec, Enumeration, Fixed, Foreign, ForeignItself, Keyed, MessageCodec, Plain, Sint,
};
pub use crate::data::payload::field::{Field, in_field};
pub use crate::data::payload::oneof::{
    Oneof, OneofField, Variant, contains, distinct_names, distinct_numbers, no_such_variant,
};
pub use crate::data::payload::unknown::UnknownField;
pub use crate::engine::{
    CloneService, Context, Failure, GivenText, Handle, Inside, Is, Itself, LinkedRerun, LinkedService, Never,
    NoResult, Operation, PackedRequest, ParentName, Probe, Reply, RequestType, Start, Starting,
    StoredRequest, Types, Unfit, Untold, Validation, is_named, request_type, rerun,
};

/// What the expansion in a tonic service names.
#[cfg(feature = "grpc")]
pub mod grpc {
    pub use crate::grpc::Operation;
    pub use crate::grpc::reply::{Answer, Bare, Started, Tonic, TonicReply, is_operation};
}
