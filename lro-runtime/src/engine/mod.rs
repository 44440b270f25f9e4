//! The engine: runs handlers, keeps its lease, ends what it claims, and wakes who waits.

mod access;
mod alias;
mod builder;
mod context;
mod convention;
pub(crate) mod core;
mod executor;
mod handle;
mod handler;
mod health;
pub(crate) mod hub;
mod lease;
mod operations;
mod progress;
mod recovery;
mod reply;
mod request;
mod rerun;
mod restart;
mod run;
mod running;
mod service;
mod services;
mod settings;
mod start;
mod types;

pub use self::access::{Access, Verb};
pub use self::builder::{Builder, OpenError};
pub use self::context::Context;
#[cfg(feature = "grpc")]
pub(crate) use self::convention::equal;
pub use self::convention::{Is, is_named};
pub use self::handle::{Operation, Poll};
pub use self::handler::Starting;
pub use self::operations::Operations;
pub use self::reply::{Failure, Handle, Reply};
pub use self::request::{
    GivenText, Inside, Itself, PackedRequest, ParentName, Probe, RequestType, StoredRequest, Untold,
    Validation, request_type,
};
pub use self::rerun::{LinkedRerun, LinkedService, RestartPath, rerun};
#[cfg(feature = "rest")]
pub(crate) use self::rerun::{Replay, Service};
pub use self::service::CloneService;
pub use self::services::{RunError, UnregisteredMethod};
pub use self::start::Start;
#[cfg(feature = "grpc")]
pub(crate) use self::types::never;
pub use self::types::{Never, NoResult, Types, Unfit};
