//! The typed handle of a started operation: what an annotated method returns.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use super::operations::Operations;
use crate::data::name::OperationName;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::Payload;
use crate::data::payload::any::Any;
use crate::data::status::Status;
use crate::rules::errors;

/// A started operation whose response is an `R` and whose metadata is an `M`.
///
/// It can be answered to a client as it is, and in the process that holds the engine it can be awaited, polled and cancelled. Dropping
/// it does nothing to the operation.
///
/// ```no_run
/// # async fn example(operation: lro_runtime::Operation<(), prost_types::Duration>) -> Result<(), lro_runtime::Status> {
/// println!("{}", operation.name());
/// let progress = operation.poll().await?;
/// println!("{} s so far", progress.metadata.seconds);
/// let () = operation.await?;
/// # Ok(())
/// # }
/// ```
pub struct Operation<R, M> {
    operations: Operations,
    start: Snapshot,
    /// Known since the start, so that a payload that is none is no error of every caller.
    typed: fn(Snapshot) -> Result<Poll<R, M>, Status>,
}

/// One typed reading of an operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Poll<R, M> {
    /// The newest metadata.
    pub metadata: M,
    /// `None` while the work goes on, then its response or its error.
    pub result: Option<Result<R, Status>>,
}

impl<R: Payload, M: Payload> Operation<R, M> {
    pub(super) fn new(operations: Operations, start: Snapshot) -> Self {
        Self { operations, start, typed }
    }
}

impl<R, M> Operation<R, M> {
    /// The operation's name. Empty when the call was only to be validated: then there is no such operation.
    pub fn name(&self) -> &OperationName {
        &self.start.name
    }

    /// The operation as it was when the method returned: what the caller is answered. Of a retried call it is the operation of the
    /// first one, which may be done.
    pub fn snapshot(&self) -> &Snapshot {
        &self.start
    }

    /// The engine that runs it.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }

    /// Asks for a stop, as `CancelOperation` does: it does not wait for it, and the operation may still succeed (P-053, P-055).
    ///
    /// # Errors
    /// NOT_FOUND when the operation was deleted; UNAVAILABLE when the store cannot answer.
    pub async fn cancel(&self) -> Result<(), Status> {
        if self.is_unrecorded() {
            return Ok(());
        }
        self.operations.cancel(self.name().as_str()).await
    }

    /// Reads the operation's present state.
    ///
    /// # Errors
    /// NOT_FOUND when the operation was deleted or has expired; UNAVAILABLE when the store cannot answer; INTERNAL when
    /// what is stored is not of these types.
    pub async fn poll(&self) -> Result<Poll<R, M>, Status> {
        if self.is_unrecorded() {
            return (self.typed)(self.start.clone());
        }
        (self.typed)(self.operations.get(self.name().as_str()).await?)
    }

    /// Whether the call was only to be validated. The answer is then all there is.
    fn is_unrecorded(&self) -> bool {
        self.name().as_str().is_empty()
    }
}

/// How long a quiet wait lasts before the record is read once more; the push and its sweep come long before.
const LOOK_AGAIN: Duration = Duration::from_secs(3_600);

/// Awaiting an operation waits for its end, however long it takes, and gives its response or its error.
impl<R: 'static, M: 'static> IntoFuture for Operation<R, M> {
    type Output = Result<R, Status>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            if self.is_unrecorded()
                && let Some(result) = (self.typed)(self.start.clone())?.result
            {
                return result;
            }
            loop {
                // Not `wait`: its places and its cap are for clients, and without a place it answers at once.
                let snapshot = self.operations.watch(self.name(), LOOK_AGAIN).await?;
                if let Some(result) = (self.typed)(snapshot)?.result {
                    return result;
                }
                if self.operations.engine().closing.is_cancelled() {
                    return Err(errors::shutting_down());
                }
            }
        })
    }
}

fn typed<R: Payload, M: Payload>(snapshot: Snapshot) -> Result<Poll<R, M>, Status> {
    let result = match snapshot.outcome {
        None => None,
        Some(Outcome::Response(response)) => Some(Ok(unpack(&response)?)),
        Some(Outcome::Error(error)) => Some(Err(error)),
    };
    Ok(Poll { metadata: unpack(&snapshot.metadata)?, result })
}

fn unpack<T: Payload>(any: &Any) -> Result<T, Status> {
    if any.full_name() != T::full_name() {
        tracing::error!(
            stored = any.full_name(),
            expected = T::full_name(),
            "a payload of another type is stored"
        );
        return Err(errors::unreadable());
    }
    T::from_wire(&any.value).map_err(|error| {
        tracing::error!(type_name = any.full_name(), %error, "a stored payload cannot be decoded");
        errors::unreadable()
    })
}

impl<R, M> Clone for Operation<R, M> {
    fn clone(&self) -> Self {
        Self { operations: self.operations.clone(), start: self.start.clone(), typed: self.typed }
    }
}

impl<R, M> fmt::Debug for Operation<R, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").field("name", self.name()).finish_non_exhaustive()
    }
}
