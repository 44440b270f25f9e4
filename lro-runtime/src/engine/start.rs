//! The start of an operation: what generated code calls.

use std::future::Future;

use super::context::Context;
use super::operations::Operations;
use super::reply::Reply;
use crate::Status;
use crate::data::method::Method;
use crate::data::payload::Payload;

/// One start call, from the attribute's expansion.
#[derive(Debug)]
pub struct Start {
    method: &'static Method,
    operations: Operations,
    parent: String,
    refused: Option<Status>,
}

impl Start {
    /// Begins a start of this method on this engine.
    pub fn new(method: &'static Method, operations: &Operations) -> Self {
        Self { method, operations: operations.clone(), parent: String::new(), refused: None }
    }

    /// Sets the parent under which the operation is named.
    #[must_use]
    pub fn parent(mut self, parent: &(impl AsRef<str> + ?Sized)) -> Self {
        self.parent = parent.as_ref().to_owned();
        self
    }

    /// Takes the answer of the `validate` hook. Its error is the call's error, and no record is left (P-027).
    #[must_use]
    pub fn validated<E: Into<Status>>(mut self, result: Result<(), E>) -> Self {
        self.refused = result.err().map(Into::into);
        self
    }

    /// Creates the operation, lets the handler run, and answers.
    pub async fn run<M, R, H, F>(self, handler: H) -> R::Started
    where
        M: Payload,
        R: Reply<M>,
        H: FnOnce(Context<M>) -> F + Send + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        let _ = (self.method, self.operations, self.parent, self.refused, handler);
        std::future::pending().await
    }
}

/// A service whose clone a detached handler can keep.
#[diagnostic::on_unimplemented(
    message = "`{Self}` must be `Clone` for its methods to be long-running",
    label = "the handler outlives the call, so it works on a clone of `self`",
    note = "add `#[derive(Clone)]` to `{Self}`, and put what must be shared behind an `Arc`"
)]
pub trait CloneService: Sized {
    /// A clone.
    fn clone_service(&self) -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Clone> CloneService for T {
    fn clone_service(&self) -> Self {
        self.clone()
    }
}

/// Clones the service for its detached handler.
pub fn clone_service<T: CloneService>(service: &T) -> T {
    service.clone_service()
}
