//! The worker's messages. The tests read them, too.

use lro_runtime::Payload;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.worker.v1")]
pub(crate) struct WorkRequest {
    #[payload(tag = 1)]
    pub(crate) request_id: String,
    /// What only one operation may work on at a time; empty for none.
    #[payload(tag = 2)]
    pub(crate) key: String,
    /// The work has so many steps, from 1.
    #[payload(tag = 3)]
    pub(crate) steps: u32,
    /// How long each step takes.
    #[payload(tag = 4)]
    pub(crate) step_millis: u32,
    /// The step at which the first attempt hangs; 0 for none.
    #[payload(tag = 5)]
    pub(crate) stuck_at: u32,
    /// Whether it ends with an error.
    #[payload(tag = 6)]
    pub(crate) fails: bool,
    /// Whether it ends by itself when it is cancelled.
    #[payload(tag = 7)]
    pub(crate) heeds_cancel: bool,
    /// How long it may take; 0 for an hour.
    #[payload(tag = 8)]
    pub(crate) timeout_millis: u32,
}

/// How far the work is, and who says so.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.worker.v1")]
pub(crate) struct WorkMetadata {
    #[payload(tag = 1)]
    pub(crate) attempt: u32,
    /// The last step that is done.
    #[payload(tag = 2)]
    pub(crate) step: u32,
}

/// The checkpoint.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.worker.v1")]
pub(crate) struct Kept {
    #[payload(tag = 1)]
    pub(crate) attempt: u32,
    /// The last step that is done.
    #[payload(tag = 2)]
    pub(crate) step: u32,
}

/// The result: no two runs give the same.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.worker.v1")]
pub(crate) struct WorkResponse {
    #[payload(tag = 1)]
    pub(crate) attempt: u32,
    /// The step and the metadata's step that the attempt went on from.
    #[payload(tag = 2)]
    pub(crate) restored: u32,
    #[payload(tag = 3)]
    pub(crate) shown: u32,
    #[payload(tag = 4)]
    pub(crate) nonce: String,
}
