//! An operation as a client sees it: one consistent reading of a record (P-001, P-019…P-024, P-051).

use super::name::OperationName;
use super::payload::any::Any;
use super::status::Status;

/// How an operation ended: exactly one of the two (P-020).
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The work succeeded, with this response.
    Response(Any),
    /// The work failed, or was cancelled (code CANCELLED). The code is never OK (P-021).
    Error(Status),
}

impl Outcome {
    /// `RESPONSE`, or the name of the error's code: for the log.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            Self::Response(_) => "RESPONSE",
            Self::Error(error) => error.code().name(),
        }
    }
}

/// One reading of an operation: what Get answers.
///
/// An operation is done when it has an outcome; there is no third state that the two could contradict.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// The operation's name. Empty in the answer to a call that was only to be validated, which has left no operation.
    pub name: OperationName,
    /// The newest metadata, present from the first answer to the last (P-091).
    pub metadata: Any,
    /// `None` while the work goes on.
    pub outcome: Option<Outcome>,
}

impl Snapshot {
    /// The answer to a call that was only to be validated: done, with a response, and nowhere kept (P-034).
    pub(crate) fn unrecorded(metadata: Any, response: Any) -> Self {
        Self { name: OperationName::none(), metadata, outcome: Some(Outcome::Response(response)) }
    }

    /// Whether the operation has ended.
    pub fn is_done(&self) -> bool {
        self.outcome.is_some()
    }
}
