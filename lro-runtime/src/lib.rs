//! Long-running operations for tonic and axum services.

#![forbid(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod data;
mod engine;
mod open;
#[cfg(feature = "rest")]
pub mod rest;
mod rules;
mod service;
pub mod store;

pub use self::data::name::{InvalidName, OperationName};
pub use self::data::operation::{Outcome, Snapshot};
pub use self::data::payload::any::Any;
pub use self::data::payload::json_value::Json;
pub use self::data::payload::registry::{RegistryError, UndescribedMethod, UnresolvedField};
pub use self::data::payload::{Payload, PayloadError};
pub use self::data::status::{Code, Status};
pub use self::engine::{Builder, Context, OpenError, Operation, Operations, Poll, Reply};
pub use self::service::{ListRequest, OperationsPage};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/payload.md")]
pub use lro_macros::Payload;
/// The attribute.
#[cfg(feature = "macros")]
pub use lro_macros::long_running;
