//! A handler without its types.
//!
//! What is generic here is compiled once more for each annotated method, in the user's crate: this file is all of it, and it only
//! packs, reads and boxes. A start written with the handler's types was 20 KB of machine code a method.

use std::any::TypeId;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context as Task, Poll, ready};

use futures_util::future::BoxFuture;
use pin_project_lite::pin_project;

use super::context::{Attempt, Context, Metadata, pack_payload};
use super::handle::Operation;
use super::operations::Operations;
use super::reply::{Failure, Reply};
use super::run::Handler;
use crate::data::operation::Snapshot;
use crate::data::payload::Payload;
use crate::data::payload::any::Any;
use crate::data::status::Status;

/// A start's answer, before it is the public method's.
pub(crate) type Answer = Result<(Operations, Snapshot), Status>;

/// What a start is to know of a payload's type.
#[derive(Clone, Copy)]
pub(crate) struct PayloadType {
    pub(crate) id: fn() -> TypeId,
    pub(crate) full_name: fn() -> String,
    /// The value at its defaults, packed for the errors of this domain.
    pub(crate) initial: fn(what: &str, domain: &str) -> Result<Any, Status>,
}

impl PayloadType {
    fn of<T: Payload>() -> Self {
        let initial = |what: &str, domain: &str| pack_payload(what, &T::initial(), domain);
        Self { id: TypeId::of::<T>, full_name: T::full_name, initial }
    }
}

/// A handler that is ready to be run, or dropped.
pub(crate) struct Prepared {
    pub(crate) attempt: Arc<Attempt>,
    pub(crate) metadata: Arc<dyn Metadata>,
    pub(crate) response_type: PayloadType,
    pub(crate) metadata_type: PayloadType,
    pub(crate) handler: Handler,
}

impl Prepared {
    /// Makes the handler's future, which does nothing before it is polled.
    pub(super) fn new<M, W, R, H, F>(attempt: Arc<Attempt>, initial: M, handler: H) -> Self
    where
        M: Payload,
        W: 'static,
        R: Reply<M, W, Response: Payload, Error: Failure> + 'static,
        H: FnOnce(Context<M>) -> F,
        F: Future<Output = R> + Send + 'static,
    {
        let context = Context::new(Arc::clone(&attempt), initial);
        let metadata = context.cell();
        let work = Work {
            work: handler(context),
            attempt: Arc::clone(&attempt),
            types: PhantomData::<fn() -> (M, W)>,
        };
        let (response_type, metadata_type) = (PayloadType::of::<R::Response>(), PayloadType::of::<M>());
        Self { attempt, metadata, response_type, metadata_type, handler: Box::pin(work) }
    }
}

pin_project! {
    /// A handler's future, which gives its packed response. It is a struct, since an `async` block keeps what it waits for twice.
    struct Work<F, M, W> {
        #[pin]
        work: F,
        attempt: Arc<Attempt>,
        types: PhantomData<fn() -> (M, W)>,
    }
}

impl<F, M, W> Future for Work<F, M, W>
where
    F: Future<Output: Reply<M, W, Response: Payload, Error: Failure>>,
{
    type Output = Result<Any, Status>;

    fn poll(self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let reply = ready!(this.work.poll(task));
        Poll::Ready(
            reply
                .into_result()
                .map_err(Failure::into_status)
                .and_then(|response| this.attempt.pack("response", &response)),
        )
    }
}

/// A start that is under way. Its output is the public method's.
#[must_use = "a start does nothing unless it is awaited"]
pub struct Starting<T> {
    start: BoxFuture<'static, Answer>,
    started: fn(Answer) -> T,
}

impl<T> Starting<T> {
    pub(super) fn new<M: Payload, W, R: Reply<M, W, Response: Payload, Started = T>>(
        start: BoxFuture<'static, Answer>,
    ) -> Self {
        let started = |answer: Answer| {
            R::started(answer.map(|(operations, snapshot)| Operation::new(operations, snapshot)))
        };
        Self { start, started }
    }
}

impl<T> Future for Starting<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<T> {
        self.start.as_mut().poll(task).map(self.started)
    }
}

impl<T> fmt::Debug for Starting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Starting").finish_non_exhaustive()
    }
}
