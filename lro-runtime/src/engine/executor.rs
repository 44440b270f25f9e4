//! The only place that spawns: handlers, and the engine's own tasks. It also counts who may run and who may wait.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The tasks of one engine.
#[derive(Debug)]
pub(crate) struct Executor {
    /// The runtime that the engine was opened on: where its operations run, whoever starts or drops them.
    runtime: Handle,
    operations: TaskTracker,
    own: TaskTracker,
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A place in this process, taken before the operation is recorded.
#[derive(Debug)]
pub(crate) enum Place {
    /// The handler may run at once; the permit is held until its end is written.
    Running(OwnedSemaphorePermit),
    /// The operation waits for its turn.
    Waiting(OwnedSemaphorePermit),
}

impl Executor {
    pub(crate) fn new(running: usize, waiting: usize) -> Self {
        let semaphore = |places: usize| Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)));
        Self {
            runtime: Handle::current(),
            operations: TaskTracker::new(),
            own: TaskTracker::new(),
            running: semaphore(running),
            waiting: semaphore(waiting),
        }
    }

    /// Holds the end of the operations off: while a start decides whether to begin, and until what it began is over.
    pub(crate) fn hold(&self) -> TaskTrackerToken {
        self.operations.token()
    }

    /// Takes a place, or answers `None` when as many wait as may.
    pub(crate) fn admit(&self) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.running).try_acquire_owned() {
            return Some(Place::Running(permit));
        }
        Arc::clone(&self.waiting).try_acquire_owned().ok().map(Place::Waiting)
    }

    /// Waits for a turn to run, in the order of the asking.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.running).acquire_owned().await.ok()
    }

    /// Takes an operation that [holds](Self::hold) the end off, and that its caller begins to drive.
    pub(crate) fn detach(&self, operation: BoxFuture<'static, ()>) -> Detached<'_> {
        Detached { executor: self, operation: Some(operation) }
    }

    /// Runs an operation that no caller waits for.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub(crate) fn spawn_operation(&self, operation: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(self.operations.track_future(operation));
    }

    /// Runs a task of the engine itself.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub(crate) fn spawn_own(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(self.own.track_future(task));
    }

    /// Waits until no operation runs or waits here; nothing may be started any more. Says whether it came to that in time.
    pub(crate) async fn operations_ended(&self, within: Duration) -> bool {
        self.operations.close();
        tokio::time::timeout(within, self.operations.wait()).await.is_ok()
    }

    /// Waits until the engine's own tasks have stopped.
    pub(crate) async fn own_ended(&self) {
        self.own.close();
        self.own.wait().await;
    }
}

/// An operation that its caller drives until it is answered, and the engine from then on, or from when the caller hangs
/// up (P-030). Spawning it at once would cost one more switch of tasks between the store's reply and the caller's.
pub(crate) struct Detached<'a> {
    executor: &'a Executor,
    operation: Option<BoxFuture<'static, ()>>,
}

impl Detached<'_> {
    /// Drives the operation until the answer is there.
    pub(crate) async fn until<T>(self, answered: impl Future<Output = T> + Unpin) -> T {
        // Invariant: `answered` is dropped before the operation is spawned. An operation whose answer was taken is
        // still driven here, then, and will be polled by another task; one whose answer was not is on its own.
        let mut driven = self;
        let mut answered = answered;
        poll_fn(|context| {
            if let Some(operation) = &mut driven.operation
                && operation.as_mut().poll(context).is_ready()
            {
                driven.operation = None;
            }
            Pin::new(&mut answered).poll(context)
        })
        .await
    }
}

impl Drop for Detached<'_> {
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    fn drop(&mut self) {
        if let Some(operation) = self.operation.take() {
            self.executor.runtime.spawn(operation);
        }
    }
}

/// Pending once, without a wake-up: the next poll comes from the task that has taken the operation over.
pub(crate) async fn handed_over() {
    let mut polled = false;
    poll_fn(|_| if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
