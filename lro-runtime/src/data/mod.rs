//! What things are: names, statuses, payloads, operations as a client sees them.
//!
//! Nothing here waits, spawns or reads a clock; every other room builds on this one.

pub(crate) mod conditions;
pub(crate) mod instant;
pub(crate) mod method;
pub(crate) mod name;
pub(crate) mod operation;
pub(crate) mod payload;
pub(crate) mod record;
pub(crate) mod status;
