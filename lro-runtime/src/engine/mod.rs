//! The engine: runs handlers, keeps its lease, ends what it claims, and wakes who waits.

mod access;
mod alias;
mod builder;
mod context;
pub(crate) mod core;
mod executor;
mod handle;
pub(crate) mod hub;
mod lease;
mod operations;
mod progress;
mod recovery;
mod reply;
mod run;
mod settings;
mod start;

pub use self::access::{Access, Verb};
pub use self::builder::{Builder, OpenError};
pub use self::context::Context;
pub use self::handle::{Operation, Poll};
pub use self::operations::Operations;
pub use self::reply::{Handle, Reply};
pub use self::start::{Start, clone_service, declared};
