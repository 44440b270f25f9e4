//! What an operation waits for here: its turn, and then its handler's end, with all that may come between.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context as Task, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep};
use tokio_util::sync::CancellationToken;

use super::context::Attempt;
use super::core::{Backoff, Engine, store_fault};
use super::run::{Answer, Handler, Lost, Run};
use crate::data::record::{Guard, Patch};
use crate::rules::lifecycle::{self, Ending, Seen};
use crate::store::Written;

/// What concerns an operation that runs or waits here.
enum News {
    Seen(Seen),
    /// The worker is condemned.
    Condemned,
    /// The shutdown's grace is over.
    Interrupted,
}

impl Run {
    /// Waits until the operation may run. A cancel, or its deadline, ends it before its turn: then this is its end.
    pub(super) async fn wait_for_turn(
        &mut self,
        place: OwnedSemaphorePermit,
    ) -> Result<Option<Ending>, Lost> {
        let engine = Arc::clone(&self.engine);
        let mut turn = pin!(engine.executor.turn());
        let mut over = pin!(over(self.deadline));
        self.permit = loop {
            tokio::select! {
                biased;
                news = self.news() => match news {
                    News::Seen(Seen::Mine) => {}
                    News::Seen(Seen::Cancelled) => return Ok(Some(Ending::Cancelled)),
                    News::Seen(Seen::Lost) | News::Condemned => return Err(Lost),
                    News::Interrupted => return Ok(Some(Ending::Interrupted)),
                },
                () = &mut over => return Ok(Some(Ending::DeadlineExceeded)),
                // Nothing of it is lost by going elsewhere, and there it may have its turn.
                () = engine.closing.cancelled(), if self.restartable => return Ok(Some(Ending::Interrupted)),
                permit = &mut turn => break permit,
            }
        };
        drop(place);
        let seen = match self.write(Patch { attempt: Some(1), ..Patch::default() }).await {
            Answer::Applied(head) => lifecycle::head_seen(&head, 1),
            // Perhaps an earlier try was applied, and its reply lost.
            Answer::Refused => self.reread(1).await,
            Answer::Condemned => Seen::Lost,
        };
        self.number = 1;
        // Invariant: no attempt starts after an acknowledged cancel. The write that starts it also tells of the cancel.
        match seen {
            Seen::Mine => Ok(None),
            Seen::Cancelled => Ok(Some(Ending::Cancelled)),
            Seen::Lost => Err(Lost),
        }
    }

    /// Polls the handler until it returns, is dropped, or the attempt is lost; writes its progress meanwhile.
    #[expect(clippy::manual_async_fn, reason = "an async fn keeps every argument twice")]
    pub(super) fn run_handler(
        &self,
        handler: Handler,
    ) -> impl Future<Output = Result<Ending, Lost>> + Send + '_ {
        async move {
            let Self { engine, attempt, .. } = self;
            let mut handler = AssertUnwindSafe(handler).catch_unwind();
            let mut progress = pin!(write_progress(engine, attempt, self.number));
            let mut grace =
                Grace { cancel: &attempt.cancel, grace: engine.settings.cancel_grace, over: None };
            let mut over = pin!(over(self.deadline));
            let ending = loop {
                tokio::select! {
                    biased;
                    returned = &mut handler => break Ok(match returned {
                        Ok(result) => Ending::Returned(result),
                        Err(panic) => {
                            tracing::error!(panic = panic_text(&*panic), "the handler panicked");
                            Ending::Panicked
                        }
                    }),
                    news = self.news() => match news {
                        News::Seen(Seen::Mine) => {}
                        News::Seen(Seen::Cancelled) => attempt.cancel.cancel(),
                        News::Seen(Seen::Lost) | News::Condemned => break Err(Lost),
                        News::Interrupted => break Ok(Ending::Interrupted),
                    },
                    Lost = &mut progress => break Err(Lost),
                    // After all that cancels.
                    () = &mut grace => break Ok(Ending::Cancelled),
                    () = &mut over => break Ok(Ending::DeadlineExceeded),
                }
            };
            // Invariant: the handler is gone before its end is written (P-190). Its destructors are the user's, and may panic.
            drop_quietly(handler);
            ending
        }
    }

    /// Waits for news of the operation, or of the whole worker, which come by the same way: if each operation waited for either kind
    /// apart, all of them would meet at the locks of the worker's. What looks like a loss is read once more: a reading from before
    /// the creation may be published late.
    async fn news(&self) -> News {
        loop {
            let woken = self.subscription.woken();
            if let Some(stopped) = self.stopped() {
                return stopped;
            }
            if let Some(record) = self.subscription.unseen() {
                return match lifecycle::seen(record.as_deref(), self.incarnation.worker, self.number) {
                    Seen::Lost => Box::pin(self.doubt()).await,
                    seen => News::Seen(seen),
                };
            }
            woken.await;
        }
    }

    /// Reads the record, unless the worker stops meanwhile.
    async fn doubt(&self) -> News {
        let mut reread = pin!(self.reread(self.number));
        loop {
            let woken = self.subscription.woken();
            if let Some(stopped) = self.stopped() {
                return stopped;
            }
            tokio::select! {
                biased;
                seen = &mut reread => return News::Seen(seen),
                () = woken => {}
            }
        }
    }

    fn stopped(&self) -> Option<News> {
        if self.incarnation.condemned.is_cancelled() {
            return Some(News::Condemned);
        }
        self.engine.is_interrupted().then_some(News::Interrupted)
    }
}

/// Ends when a cancel was asked for and the grace after it is over. Nobody wakes it for the cancel: the task that polls it cancels before.
struct Grace<'a> {
    cancel: &'a CancellationToken,
    grace: Duration,
    over: Option<Pin<Box<Sleep>>>,
}

impl Future for Grace<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, task: &mut Task<'_>) -> Poll<()> {
        if self.over.is_none() && self.cancel.is_cancelled() {
            self.over = Some(Box::pin(tokio::time::sleep(self.grace)));
        }
        self.over.as_mut().map_or(Poll::Pending, |over| over.as_mut().poll(task))
    }
}

/// Ends at the deadline; without one, never.
async fn over(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => Box::pin(tokio::time::sleep_until(deadline)).await,
        None => std::future::pending().await,
    }
}

/// Writes the attempt's progress, one write at a time, until the attempt is lost.
async fn write_progress(engine: &Engine, attempt: &Attempt, number: u32) -> Lost {
    loop {
        let (version, patch) = attempt.progress.next().await;
        if let Err(lost) = Box::pin(write_one(engine, attempt, number, version, patch)).await {
            return lost;
        }
    }
}

async fn write_one(
    engine: &Engine,
    attempt: &Attempt,
    number: u32,
    version: u64,
    patch: Patch,
) -> Result<(), Lost> {
    match engine.store.update(&attempt.name, Guard::Attempt(number), patch).await {
        Ok(Written::Applied(head)) => {
            if head.cancelled {
                attempt.cancel.cancel();
            }
            attempt.progress.written(version);
            Ok(())
        }
        Ok(Written::Refused(_) | Written::Absent) => Err(Lost),
        Err(error) => {
            store_fault("progress", &error);
            attempt.progress.postponed();
            // Newer values that come meanwhile go into the next try.
            tokio::time::sleep(Backoff::LONGEST).await;
            Ok(())
        }
    }
}

fn drop_quietly<T>(value: T) {
    if let Err(panic) = std::panic::catch_unwind(AssertUnwindSafe(|| drop(value))) {
        tracing::error!(panic = panic_text(&*panic), "the handler panicked while it was dropped");
    }
}

/// The text of a panic, for the log alone (P-037).
fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("not a text")
}
