//! The five methods of `google.longrunning.Operations`, for both wires: what a client may see and do is decided here.

mod list;
#[cfg(any(feature = "grpc", feature = "rest"))]
mod permit;

use std::time::Duration;

use tokio::time::Instant;

pub use self::list::{ListRequest, OperationsPage};
use crate::data::name::OperationName;
use crate::data::operation::Snapshot;
use crate::data::payload::render::RenderError;
use crate::data::record::{Guard, Patch, Record};
use crate::data::status::Status;
use crate::engine::Operations;
use crate::engine::core::store_fault;
use crate::engine::hub::Interest;
use crate::rules::{errors, lifecycle};
use crate::store::Written;

impl Operations {
    /// `GetOperation`: the latest state, also of one that failed (P-049).
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a malformed name; NOT_FOUND for one that is unknown, deleted or expired; UNAVAILABLE when the
    /// store cannot answer.
    pub async fn get(&self, name: &str) -> Result<Snapshot, Status> {
        self.read(&parse(name)?).await
    }

    /// `CancelOperation`: asks for a stop, and does not wait for it. Without effect on what is done (P-053, P-056…P-058).
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn cancel(&self, name: &str) -> Result<(), Status> {
        let name = parse(name)?;
        let patch = Patch { cancel: true, ..Patch::default() };
        match self.write(&name, Guard::Open, patch).await? {
            Written::Applied(_) => Ok(()),
            Written::Refused(head) if !head.removed => Ok(()),
            Written::Refused(_) | Written::Absent => Err(errors::not_found(name.as_str())),
        }
    }

    /// `DeleteOperation`: forgets an operation, without stopping its work (P-061…P-064).
    ///
    /// # Errors
    /// As for [`get`](Self::get).
    pub async fn delete(&self, name: &str) -> Result<(), Status> {
        let name = parse(name)?;
        let patch = Patch { remove: true, ..Patch::default() };
        match self.write(&name, Guard::Visible, patch).await? {
            Written::Applied(_) => Ok(()),
            Written::Refused(_) | Written::Absent => Err(errors::not_found(name.as_str())),
        }
    }

    /// `WaitOperation`: the latest state, as soon as the operation is done, and at the latest after `timeout` or the
    /// engine's cap. Reaching the limit is no error (P-067…P-074).
    ///
    /// # Errors
    /// As for [`get`](Self::get), also when the operation is deleted meanwhile.
    pub async fn wait(&self, name: &str, timeout: Option<Duration>) -> Result<Snapshot, Status> {
        let engine = self.engine();
        let name = parse(name)?;
        let cap = engine.settings.wait_cap;
        let limit = timeout.map_or(cap, |timeout| timeout.min(cap));
        let place = engine.waiters.try_acquire();
        if limit.is_zero() || place.is_err() {
            return self.read(&name).await;
        }
        self.watch(&name, limit).await
    }

    /// Reads an operation as soon as it is done, and at the latest after `limit`.
    pub(crate) async fn watch(&self, name: &OperationName, limit: Duration) -> Result<Snapshot, Status> {
        let engine = self.engine();
        let deadline = Instant::now() + limit;
        // Subscribed before the first look, so that an end between the two is not missed (P-073).
        let subscription = engine.hub.subscribe(name, Interest::Waiting);
        let snapshot = self.read(name).await?;
        if snapshot.is_done() {
            return Ok(snapshot);
        }
        let ended = async {
            loop {
                let record = subscription.next().await;
                if record.as_deref().is_none_or(is_over) {
                    return record;
                }
            }
        };
        let ended = tokio::select! {
            biased;
            ended = ended => ended,
            () = tokio::time::sleep_until(deadline) => None,
            () = engine.closing.cancelled() => None,
        };
        match ended {
            // Read once for all who wait, and shared.
            Some(record) => lifecycle::visible(&record).ok_or_else(|| errors::not_found(name.as_str())),
            None => self.read(name).await,
        }
    }

    /// An operation as clients see it over REST: the ProtoJSON of a `google.longrunning.Operation`.
    ///
    /// # Errors
    /// INTERNAL when what is stored cannot be rendered, since its type is unknown to this program; the log says which (P-166).
    pub fn to_json(&self, operation: &Snapshot) -> Result<String, Status> {
        let json = self.engine().registry.renderer().operation(operation);
        json.map_err(|error| unreadable(operation, &error))
    }

    async fn read(&self, name: &OperationName) -> Result<Snapshot, Status> {
        let found = self.engine().store.get(std::slice::from_ref(name)).await;
        let found = found.map_err(|error| store_fault("get", &error))?.into_iter().next().flatten();
        found.as_ref().and_then(lifecycle::visible).ok_or_else(|| errors::not_found(name.as_str()))
    }

    async fn write(&self, name: &OperationName, guard: Guard, patch: Patch) -> Result<Written, Status> {
        let written = self.engine().store.update(name, guard, patch).await;
        written.map_err(|error| store_fault("update", &error))
    }
}

/// The error for an operation that cannot be rendered; its cause goes to the log.
pub(crate) fn unreadable(operation: &Snapshot, error: &RenderError) -> Status {
    tracing::error!(operation = %operation.name, %error, "an operation cannot be rendered");
    errors::unreadable()
}

fn parse(name: &str) -> Result<OperationName, Status> {
    OperationName::parse(name).map_err(|why| errors::invalid_name(name, &why.to_string()))
}

fn is_over(record: &Record) -> bool {
    record.outcome.is_some() || record.remove_time.is_some()
}
