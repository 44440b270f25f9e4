//! What generated code may name. Not part of the public interface: it changes without notice.

pub use inventory;

pub use crate::data::method::{LinkedMethod, Method};
pub use crate::data::payload::Payload;
pub use crate::engine::{Context, Reply, Start, clone_service};
