//! The only place that spawns: handlers, and the engine's own tasks. It also counts who may run and who may wait.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;
use tracing::Instrument as _;

/// The tasks of one engine.
#[derive(Debug)]
pub(crate) struct Executor {
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
            operations: TaskTracker::new(),
            own: TaskTracker::new(),
            running: semaphore(running),
            waiting: semaphore(waiting),
        }
    }

    /// Holds the end of the operations off while a start decides whether to begin.
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

    /// Runs an operation, detached from its caller (P-030).
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub(crate) fn spawn_operation(&self, operation: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.operations.track_future(operation.in_current_span()));
    }

    /// Runs a task of the engine itself.
    #[expect(clippy::disallowed_methods, reason = "the one place that spawns")]
    pub(crate) fn spawn_own(&self, task: impl Future<Output = ()> + Send + 'static) {
        tokio::spawn(self.own.track_future(task));
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
