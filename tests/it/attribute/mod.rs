//! The attribute: every shape a handler may have, hygiene, and lints.

mod hygiene;
mod instrument;
mod lints;
mod receivers;
mod requests;
mod shapes;
mod tonic;
