//! The engine: runs handlers, keeps its lease, ends what it claims, and wakes who waits.

mod context;
mod handle;
mod operations;
mod reply;
mod start;

pub use self::context::Context;
pub use self::handle::Operation;
pub use self::operations::Operations;
pub use self::reply::Reply;
pub use self::start::{CloneService, Start, clone_service};
