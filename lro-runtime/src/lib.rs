//! Long-running operations for tonic and axum services: an attribute, a durable engine, and `google.longrunning` on the wire.
//!
//! [`long_running`] turns an async handler into a method that returns an [`Operation`] at once and records its
//! typed result. [`Operations`] is the engine behind it: it keeps the worker's lease, runs the handlers, ends what a crash
//! left, and answers the five methods Get, List, Cancel, Delete and Wait, which `rest` and `grpc` serve.
//!
//! ```
//! use lro_runtime::{Operations, Status, long_running};
//!
//! #[long_running(service = "doc.greeter.v1.Greeter", operations = operations)]
//! async fn wait_a_little(operations: Operations) -> Result<(), Status> {
//!     tokio::time::sleep(std::time::Duration::from_millis(10)).await;
//!     Ok(())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let operations = Operations::open("memory:").await?;        // or sqlite:operations.db, or postgres://…
//! let operation = wait_a_little(operations.clone()).await?;   // at once
//! let snapshot = operations.wait(operation.name().as_str(), None).await?;
//! assert!(snapshot.is_done());
//! # Ok(())
//! # }
//! ```
//!
#![cfg_attr(
    all(feature = "macros", feature = "rest"),
    doc = "The [guide] leads from a plain handler to an operation that can do everything, in ten short steps.\n"
)]
//! # Features
//!
//! - `macros` (default): [`long_running`] and the derive [`Payload`](derive@Payload).
//! - `rest`: the five methods over HTTP and JSON, as an axum router.
//! - `grpc`: the five methods over gRPC and gRPC-Web, as a tonic service, and handlers in tonic services.
//! - `sqlite`: the embedded durable store.
//! - `postgres`: the durable store that many replicas share.
//! - `schema`: [`assert_schema_locked!`], a check in your tests that no schema breaks its clients.
//! - `jiff`, `chrono`, `time`, `uuid`: the times, durations and UUIDs of these crates as fields of
//!   [payloads](derive@Payload#times-durations-and-uuids).
//! - `conformance`: the suite of properties that a store must have, for those who write one.

#![forbid(unsafe_code)]

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod catalog;
mod data;
mod engine;
#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(all(feature = "macros", feature = "rest"))]
#[doc = include_str!("../docs/guide.md")]
pub mod guide {}
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
pub use self::data::payload::unknown::UnknownFields;
pub use self::data::payload::{Payload, PayloadError};
pub use self::data::status::{Code, Status};
pub use self::engine::{
    Access, Builder, Context, OpenError, Operation, Operations, Poll, Reply, RestartPath, RunError,
    UnregisteredMethod, Verb,
};
pub use self::service::{ListRequest, OperationsPage};
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/payload.md")]
pub use lro_macros::Payload;
#[cfg(feature = "macros")]
#[doc = include_str!("../docs/long_running.md")]
pub use lro_macros::long_running;
