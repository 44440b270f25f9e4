//! The engine's handle.
/// x
#[derive(Debug, Clone)]
pub struct Operations {}
