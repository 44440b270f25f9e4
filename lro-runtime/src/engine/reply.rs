//! How a handler's return type becomes the public method's.

use super::handle::Operation;
use crate::Status;

/// A return type that a `#[long_running]` handler may have: `Result<R, E>` with a payload and an error that converts
/// into [`Status`], and for a tonic service that of a tonic method. It is a trait, so that aliases of `Result` work.
///
/// `W` says what the public method answers: its own [`Operation`], or a tonic response.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the return type of a long-running handler",
    label = "expected `Result<Response, Status>`",
    note = "return `Result<R, E>`, where `R` is a payload and `E: Into<lro_runtime::Status>`"
)]
pub trait Reply<M, W = Handle>: Sized {
    /// The operation's response type, a payload.
    type Response;
    /// The error, which converts into a status.
    type Error;
    /// What the public method returns.
    type Started;

    /// The handler's result.
    fn into_result(self) -> Result<Self::Response, Self::Error>;

    /// The public method's return value.
    fn started(result: Result<Operation<Self::Response, M>, Status>) -> Self::Started;
}

/// The public method answers with the typed [`Operation`].
#[derive(Debug)]
pub enum Handle {}

/// An error that a handler may end with. It is a trait so that another one is told in a sentence.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an error that a long-running handler can end with",
    label = "does not convert into `lro_runtime::Status`",
    note = "return a `lro_runtime::Status`, or an error of your own with `impl From<YourError> for lro_runtime::Status`"
)]
pub trait Failure: Send + 'static {
    /// The error as clients see it.
    fn into_status(self) -> Status;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Status> + Send + 'static> Failure for E {
    fn into_status(self) -> Status {
        self.into()
    }
}

// For any types: what they have to be, is asked where they are named. The signature mentions this, and so would repeat each error in
// every function that calls it.
#[diagnostic::do_not_recommend]
impl<R, E, M> Reply<M> for Result<R, E> {
    type Response = R;
    type Error = E;
    type Started = Result<Operation<R, M>, Status>;

    fn into_result(self) -> Self {
        self
    }

    fn started(result: Result<Operation<R, M>, Status>) -> Self::Started {
        result
    }
}
