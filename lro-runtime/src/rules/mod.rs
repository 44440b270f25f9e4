//! The engine's rules as pure functions: no runtime, no clock, so that tests can enumerate them.

pub(crate) mod errors;
pub(crate) mod filter;
pub(crate) mod keys;
pub(crate) mod lifecycle;
pub(crate) mod page;
