//! What a running handler may touch: its progress, its cancellation, its name.

use std::any::TypeId;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use prost::Message as _;
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use crate::data::name::OperationName;
use crate::data::payload::any::{Any, full_name};
use crate::data::payload::{Payload, PayloadError, type_url_of};
use crate::data::record::Record;
use crate::data::status::Status;
use crate::rules::errors;

/// The handler's side of a running operation. `M` is the metadata type.
///
/// Take it as a parameter, anywhere among the others; `#[long_running]` keeps it out of the public signature. Clones
/// share one operation.
///
/// ```no_run
/// # use lro_runtime::{Context, Status};
/// # async fn copy(part: u64) {}
/// async fn copy_all(ctx: Context<prost_types::Duration>) -> Result<(), Status> {
///     for part in 0..10 {
///         if ctx.is_cancelled() {
///             return Err(Status::cancelled("stopped between two parts"));
///         }
///         copy(part).await;
///         ctx.update(|metadata| metadata.seconds += 1).await?;
///     }
///     Ok(())
/// }
/// ```
pub struct Context<M> {
    attempt: Arc<Attempt>,
    metadata: Arc<Mutex<M>>,
    /// Known since the handler began, so that metadata which is no payload is no error of every call in it.
    pack: fn(&Attempt, &M) -> Result<Any, Status>,
}

/// What the handler and the task that runs it share.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) name: OperationName,
    /// The method's service: the domain of the errors of this operation.
    pub(crate) domain: &'static str,
    pub(crate) payload_limit: usize,
    pub(crate) progress: Progress,
    pub(crate) cancel: CancellationToken,
    /// Set before the handler is first polled.
    pub(crate) begun: OnceLock<Begun>,
}

/// What the record said when the attempt began.
#[derive(Debug)]
pub(crate) struct Begun {
    pub(crate) attempt: u32,
    pub(crate) create_time: SystemTime,
    pub(crate) checkpoint: Option<Bytes>,
}

impl<M: Payload> Context<M> {
    pub(crate) fn new(attempt: Arc<Attempt>, metadata: M) -> Self {
        let metadata = Arc::new(Mutex::new(metadata));
        Self { attempt, metadata, pack: |attempt, metadata| attempt.pack("metadata", metadata) }
    }

    /// The metadata, for those who do not know its type.
    pub(crate) fn cell(&self) -> Arc<dyn Metadata> {
        Arc::<Mutex<M>>::clone(&self.metadata)
    }
}

impl<M> Context<M> {
    /// Changes the metadata that clients see, and waits until the change, or a newer one, is durable.
    ///
    /// Updates from several tasks are coalesced: one write is in flight, the newest value wins, and the last value before the
    /// end is written with the end (P-198). While the store cannot answer, the call returns at once and the value is written later.
    ///
    /// # Errors
    /// ABORTED when the attempt is over: the operation has ended, or another worker owns it (P-107). RESOURCE_EXHAUSTED
    /// when the metadata is larger than the payload limit; INTERNAL when it has no protobuf form. Pass them on with `?`.
    pub async fn update(&self, change: impl FnOnce(&mut M)) -> Result<(), Status> {
        let version = {
            // The lock is held over the submission, so that values arrive in the order of their changes. A handler
            // that panicked inside `change` has lost its attempt: a poisoned lock harms nobody.
            let mut metadata = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut metadata);
            let packed = (self.pack)(&self.attempt, &metadata)?;
            self.attempt.progress.submit(packed)
        };
        let over = |_| errors::attempt_over(&self.attempt.name, self.attempt.domain);
        self.attempt.progress.settled(version.map_err(over)?).await.map_err(over)
    }

    /// Reads the metadata as the handler left it.
    pub fn metadata<T>(&self, read: impl FnOnce(&M) -> T) -> T {
        read(&self.metadata.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The operation's name. Together with [`attempt`](Self::attempt) it fences effects outside the store.
    pub fn name(&self) -> &OperationName {
        &self.attempt.name
    }

    /// Keeps a private state, and waits until it is durable, however long the store does not answer: a later attempt
    /// [restores](Self::restore) the newest one. Clients never see it (D8). It goes through the same one write in flight as the metadata.
    ///
    /// ```no_run
    /// # use lro_runtime::{Context, Status};
    /// # async fn copy(part: i64) -> Result<(), Status> { Ok(()) }
    /// async fn copy_all(ctx: Context<()>) -> Result<(), Status> {
    ///     let next: Option<i64> = ctx.restore()?;
    ///     for part in next.unwrap_or(0)..10 {
    ///         copy(part).await?;
    ///         ctx.checkpoint(&(part + 1)).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// As for [`update`](Self::update): ABORTED when the attempt is over, RESOURCE_EXHAUSTED, INTERNAL.
    pub async fn checkpoint<T: Payload>(&self, state: &T) -> Result<(), Status> {
        let Any { type_url, value } = self.attempt.pack("checkpoint", state)?;
        // With its type, so that another build's state is not taken for this one's.
        let stored = prost_types::Any { type_url: type_url.to_string(), value: value.into() };
        let version = self.attempt.progress.submit_checkpoint(stored.encode_to_vec().into());
        let over = |_| errors::attempt_over(&self.attempt.name, self.attempt.domain);
        self.attempt.progress.written_up_to(version.map_err(over)?).await.map_err(over)
    }

    /// The state that an earlier attempt kept last; `None` when there is none.
    ///
    /// # Errors
    /// INTERNAL when what is kept is no `T`: the build that kept it had another type. Ignore it to begin anew, or pass it on.
    pub fn restore<T: Payload>(&self) -> Result<Option<T>, Status> {
        let begun = self.attempt.begun.get().and_then(|begun| begun.checkpoint.as_ref());
        let Some(bytes) = begun else { return Ok(None) };
        let unreadable = |why: &str| {
            tracing::error!(operation = %self.name(), expected = T::full_name(), why, "a checkpoint cannot be restored");
            errors::checkpoint_not_restorable(&T::full_name(), self.attempt.domain)
        };
        let stored = prost_types::Any::decode(&**bytes).map_err(|error| unreadable(&error.to_string()))?;
        if full_name(&stored.type_url) != T::full_name() {
            return Err(unreadable(&stored.type_url));
        }
        T::from_wire(&stored.value).map(Some).map_err(|error| unreadable(&error.to_string()))
    }

    /// Which run of the handler this is, from 1. Each hand-over and each interruption raises it, sometimes by more than one.
    pub fn attempt(&self) -> u32 {
        self.attempt.begun.get().map_or(1, |begun| begun.attempt)
    }

    /// When the operation was started, by the store's clock (P-101).
    pub fn create_time(&self) -> SystemTime {
        self.attempt.begun.get().map_or(SystemTime::UNIX_EPOCH, |begun| begun.create_time)
    }

    /// Whether a cancel was asked for. The handler may stop, clean up and return what it likes: what ends first stands (P-055).
    /// After the cancel grace it is dropped at its next `await`.
    pub fn is_cancelled(&self) -> bool {
        self.attempt.cancel.is_cancelled()
    }

    /// Waits until a cancel is asked for.
    pub async fn cancelled(&self) {
        self.attempt.cancel.cancelled().await;
    }
}

/// A handler's metadata, without its type.
pub(crate) trait Metadata: Send + Sync {
    /// Packs it as it is.
    fn packed(&self, attempt: &Attempt) -> Result<Any, Status>;

    /// Takes what the last attempt left. What cannot be read leaves it at its defaults.
    fn restore(&self, claimed: &Record);
}

impl<M: Payload> Metadata for Mutex<M> {
    fn packed(&self, attempt: &Attempt) -> Result<Any, Status> {
        attempt.pack("metadata", &*self.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn restore(&self, claimed: &Record) {
        match M::from_wire(&claimed.metadata.value) {
            Ok(last) => *self.lock().unwrap_or_else(PoisonError::into_inner) = last,
            Err(error) => {
                tracing::warn!(operation = %claimed.name, %error, "the last metadata cannot be read, and begins anew");
            }
        }
    }
}

impl Attempt {
    /// Packs what the handler made, within the payload limit (D17).
    pub(crate) fn pack<T: Payload>(&self, what: &str, payload: &T) -> Result<Any, Status> {
        within(what, pack_payload(what, payload, self.domain)?, self.payload_limit, self.domain)
    }
}

/// Packs a payload of any size, or says why it cannot be kept.
pub(crate) fn pack_payload<T: Payload>(what: &str, payload: &T, domain: &str) -> Result<Any, Status> {
    packed(what, payload.to_wire(), type_url_of(TypeId::of::<T>(), T::full_name), domain)
}

/// Apart from the above, which there is one of for each type.
fn packed(
    what: &str,
    value: Result<Bytes, PayloadError>,
    type_url: Arc<str>,
    domain: &str,
) -> Result<Any, Status> {
    match value {
        Ok(value) => Ok(Any { type_url, value }),
        Err(error) => {
            tracing::error!(type_name = full_name(&type_url), %error, "a payload cannot be encoded");
            Err(errors::payload_not_encodable(what, domain))
        }
    }
}

/// What is packed, if it is within the payload limit (D17).
pub(crate) fn within(what: &str, packed: Any, limit: usize, domain: &str) -> Result<Any, Status> {
    match packed.value.len() {
        size if size > limit => Err(errors::payload_too_large(what, domain, size, limit)),
        _ => Ok(packed),
    }
}

impl<M> Clone for Context<M> {
    fn clone(&self) -> Self {
        Self { attempt: Arc::clone(&self.attempt), metadata: Arc::clone(&self.metadata), pack: self.pack }
    }
}

impl<M> fmt::Debug for Context<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("name", self.name())
            .field("attempt", &self.attempt())
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}
