//! What generated code may name. Not part of the public interface: it changes without notice.

pub use inventory;

pub use crate::data::method::{LinkedMethod, Method};
pub use crate::engine::{Reply, Start, clone_service};
