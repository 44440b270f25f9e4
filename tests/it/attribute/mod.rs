//! The attribute: every shape a handler may have, hygiene, and lints.

mod aliases;
mod blocks;
mod convention;
mod hygiene;
mod instrument;
mod lints;
mod neighbours;
mod receivers;
mod requests;
mod shapes;
mod tonic;
mod traits;

use lro_runtime::Operations;

/// Registers what can run again of these tests.
pub(crate) fn register(operations: &Operations) {
    blocks::register(operations);
    hygiene::register(operations);
    lints::register(operations);
}
