//! The life of one operation in this process: create, wait for a turn, run, end.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::context::{Attempt, Begun};
use super::core::{Backoff, Engine, Incarnation, store_fault};
use super::executor::{Place, handed_over};
use super::hub::{Interest, Subscription};
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::record::{Guard, Head, NewRecord, Patch, Record};
use crate::data::status::Status;
use crate::rules::lifecycle::{self, Ending, Seen};
use crate::rules::{errors, keys};
use crate::store::{Created, StoreError, Written};

/// A handler's run, not yet begun: it gives its packed response.
pub(crate) type Handler = BoxFuture<'static, Result<Any, Status>>;

/// Makes the handler of a later attempt, which goes on from what the record says.
pub(crate) type Begin = Box<dyn FnOnce(&Record) -> Handler + Send>;

/// One operation of this process, from its creation to its end.
pub(crate) struct Run {
    pub(super) engine: Arc<Engine>,
    pub(super) incarnation: Arc<Incarnation>,
    pub(super) attempt: Arc<Attempt>,
    pub(super) subscription: Subscription,
    /// The attempt that the record has: 0 while the operation waits for its turn.
    pub(super) number: u32,
    /// Whether another attempt may follow this one.
    pub(super) restartable: bool,
    /// The right to run, held until the end is written.
    pub(super) permit: Option<OwnedSemaphorePermit>,
    /// How long the operation may take.
    time_limit: Option<Duration>,
    /// When that is over; set by the creation.
    pub(super) deadline: Option<Instant>,
}

/// Why a run stopped without an end of its own: the record is done, gone, or another attempt's. Nothing is written.
pub(super) struct Lost;

/// What a guarded write came to.
pub(super) enum Answer {
    Applied(Head),
    Refused,
    /// The worker is condemned: the write is refused for ever.
    Condemned,
}

impl Run {
    pub(crate) fn new(engine: Arc<Engine>, attempt: Arc<Attempt>, time_limit: Option<Duration>) -> Self {
        let incarnation = engine.incarnation();
        let subscription = engine.hub.subscribe(&attempt.name, Interest::Running);
        let (number, restartable, permit, deadline) = (0, false, None, None);
        Self { engine, incarnation, attempt, subscription, number, restartable, permit, time_limit, deadline }
    }

    /// What this run is recorded with.
    pub(crate) fn record(&self, method: Arc<str>, metadata: Any, place: &Place) -> NewRecord {
        NewRecord {
            name: self.attempt.name.clone(),
            method,
            restartable: false,
            request: None,
            request_hash: None,
            request_key: None,
            exclusive_key: None,
            metadata,
            worker: self.incarnation.worker,
            attempt: u32::from(matches!(place, Place::Running(_))),
        }
    }

    /// The span of this run, a child of nothing: it outlives the call that started it.
    pub(crate) fn span(&self, method: &str, attempt: u32) -> tracing::Span {
        tracing::info_span!(
            parent: None,
            "operation.attempt",
            operation = %self.attempt.name,
            method,
            worker = %self.incarnation.worker.0,
            attempt,
            outcome = tracing::field::Empty,
        )
    }

    /// Creates the record, answers the caller, and then runs the handler to its end, while it holds a shutdown off. Where another call's record has the request
    /// id, it answers with that one, and is over.
    ///
    /// An `async` block, not an `async fn`, which would keep every argument twice; and what is brief is boxed, here and below.
    /// A pending operation then keeps less than a kilobyte, not five: clearing memory was a fifth of a start.
    #[expect(clippy::manual_async_fn, reason = "an async fn keeps every argument twice")]
    pub(crate) fn start(
        mut self,
        held: TaskTrackerToken,
        record: Box<NewRecord>,
        place: Place,
        handler: Handler,
        answer: oneshot::Sender<Result<Option<Snapshot>, Status>>,
    ) -> impl Future<Output = ()> + Send + 'static {
        async move {
            let _held = held;
            self.number = record.attempt;
            self.restartable = record.restartable;
            let known = Box::pin(self.create(record)).await;
            let created = matches!(known, Ok(None));
            // A caller that hung up is not told. The operation goes on (P-030).
            let told = answer.send(known).is_ok();
            if !created {
                return;
            }
            if told {
                // Invariant: the caller never polls the handler, whose first step may be a long one (P-031).
                handed_over().await;
            }
            let end = match self.proceed(place, handler).await {
                Ok(ending) => Box::pin(self.end(ending)),
                Err(Lost) => return tracing::info!("the operation is no longer this worker's"),
            };
            end.await;
        }
    }

    #[expect(clippy::manual_async_fn, reason = "an async fn keeps every argument twice")]
    fn proceed(
        &mut self,
        place: Place,
        handler: Handler,
    ) -> impl Future<Output = Result<Ending, Lost>> + Send + '_ {
        async move {
            match place {
                Place::Running(permit) => self.permit = Some(permit),
                Place::Waiting(place) => {
                    if let Some(ending) = Box::pin(self.wait_for_turn(place)).await? {
                        return Ok(ending);
                    }
                }
            }
            self.run_handler(handler).await
        }
    }

    /// Claims a record that nobody runs, and runs its handler again (I4). The claim is the compare-and-set that raises the attempt.
    pub(crate) async fn again(
        mut self,
        record: Arc<Record>,
        interruptions: u32,
        permit: OwnedSemaphorePermit,
        begin: Begin,
    ) {
        self.permit = Some(permit);
        self.restartable = true;
        self.number = record.attempt;
        let attempt = record.attempt + 1;
        let patch = Patch {
            worker: Some(Some(self.incarnation.worker)),
            attempt: Some(attempt),
            interruptions: Some(interruptions),
            ..Patch::default()
        };
        // Read after the claim, not before: up to it the last worker's writes were accepted, even when it was condemned already. A
        // refusal may be of a second try, when the reply to the first was lost.
        let claimed = match self.write(patch).await {
            Answer::Applied(_) | Answer::Refused => self.read().await,
            Answer::Condemned => None,
        };
        self.number = attempt;
        let seen = lifecycle::seen(claimed.as_ref(), self.incarnation.worker, attempt);
        let ending = match (seen, claimed) {
            (Seen::Mine, Some(claimed)) => {
                let handler = begin(&claimed);
                let (create_time, checkpoint) = (claimed.create_time, claimed.state);
                // Invariant: set once, here, before the handler is polled.
                let _ = self.attempt.begun.set(Begun { attempt, create_time, checkpoint });
                self.run_handler(handler).await
            }
            // Invariant: no attempt starts after an acknowledged cancel (I7).
            (Seen::Cancelled, _) => Ok(Ending::Cancelled),
            _ => Err(Lost),
        };
        match ending {
            Ok(ending) => self.end(ending).await,
            Err(Lost) => tracing::info!("the operation is no longer this worker's"),
        }
    }

    /// Creates the record, or finds the one that another call with this request id has created first. When the store does not
    /// confirm, asks again by name: the same record cannot be created twice, so an answer tells what happened to the first try.
    async fn create(&mut self, record: Box<NewRecord>) -> Result<Option<Snapshot>, Status> {
        const TRIES: u32 = 5;
        let mut backoff = Backoff::new();
        let mut unconfirmed = false;
        for _ in 0..TRIES {
            match self.engine.store.create(NewRecord::clone(&record), self.time_limit).await {
                Ok(Created::New(record)) => {
                    self.begin(&record);
                    return Ok(None);
                }
                // An earlier try. By now another worker may have taken it, and perhaps ended it: then it is theirs, and the call is
                // answered with it as it is.
                Ok(Created::Name(found)) if unconfirmed => {
                    if lifecycle::seen(Some(&found), record.worker, record.attempt) == Seen::Lost {
                        return lifecycle::visible(&found).map(Some).ok_or_else(errors::unavailable);
                    }
                    self.begin(&found);
                    return Ok(None);
                }
                Ok(Created::Request(found)) => {
                    return keys::answer(&found, record.request_hash, self.attempt.domain).map(Some);
                }
                Ok(Created::Exclusive(found)) => {
                    return Err(errors::operation_in_progress(&found.name, self.attempt.domain));
                }
                Ok(Created::Name(taken)) => {
                    tracing::error!(?taken, "the name of a new operation is taken");
                    return Err(errors::unreadable());
                }
                Err(error) => {
                    unconfirmed |= matches!(error, StoreError::Unavailable { maybe_applied: true, .. });
                    let status = store_fault("create", &error);
                    if !unconfirmed {
                        return Err(status);
                    }
                }
            }
            backoff.wait().await;
        }
        // Nobody knows whether there is a record. If there is, the caller was not told of it: it is removed when it is found.
        self.engine.give_up(record.name);
        Err(errors::unavailable())
    }

    /// Takes from the new record what the store's clock has said.
    fn begin(&mut self, record: &Record) {
        // Invariant: set once, here, before the handler is polled.
        let (attempt, create_time, checkpoint) = (1, record.create_time, None);
        let _ = self.attempt.begun.set(Begun { attempt, create_time, checkpoint });
        // Counted from the store's reply, so that the operation is never stopped before its deadline.
        let limit = record.deadline.and_then(|deadline| deadline.duration_since(record.create_time).ok());
        self.deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
    }

    /// Writes the end, with the last metadata. The losers of a race are dropped in silence (P-188).
    async fn end(&self, ending: Ending) {
        let last = self.attempt.progress.close();
        if self.restartable && matches!(ending, Ending::Interrupted) {
            // Another worker, or the next one, goes on with it at once; a cancel is then seen to there.
            tracing::Span::current().record("outcome", "handed over");
            self.write(Patch { worker: Some(None), ..last }).await;
            return;
        }
        let outcome = lifecycle::outcome(ending, &self.attempt.name, self.attempt.domain);
        tracing::Span::current().record("outcome", outcome.label());
        let retention = Some(self.engine.settings.retention);
        self.write(Patch { outcome: Some(outcome), retention, ..last }).await;
    }

    /// Repeats a write of this attempt until the store answers it for certain. A lost reply needs no special care: what
    /// the first try did makes the guard refuse the second.
    pub(super) async fn write(&self, mut patch: Patch) -> Answer {
        let mut backoff = Backoff::new();
        let guard = Guard::Attempt(self.number);
        loop {
            match self.engine.store.update(&self.attempt.name, guard, patch.clone()).await {
                Ok(Written::Applied(head)) => return Answer::Applied(head),
                Ok(Written::Refused(_) | Written::Absent) => return Answer::Refused,
                Err(error) => {
                    store_fault("update", &error);
                    if matches!(error, StoreError::Invalid { .. }) {
                        // The end must be written, if not with this response: nothing stays open for ever.
                        let unkept = errors::payload_not_encodable("response", self.attempt.domain);
                        patch.outcome = patch.outcome.map(|_| Outcome::Error(unkept));
                        patch.metadata = None;
                    }
                }
            }
            tokio::select! {
                biased;
                () = backoff.wait() => {}
                () = self.incarnation.condemned.cancelled() => return Answer::Condemned,
            }
        }
    }

    /// Reads the record, and says what it means for this attempt of it.
    pub(super) async fn reread(&self, attempt: u32) -> Seen {
        lifecycle::seen(self.read().await.as_ref(), self.incarnation.worker, attempt)
    }

    /// Reads the record until the store answers; `None` also when this worker was condemned meanwhile.
    async fn read(&self) -> Option<Record> {
        let mut backoff = Backoff::new();
        loop {
            match self.engine.store.get(std::slice::from_ref(&self.attempt.name)).await {
                Ok(found) => return found.into_iter().next().flatten(),
                Err(error) => {
                    store_fault("get", &error);
                }
            }
            tokio::select! {
                biased;
                () = backoff.wait() => {}
                () = self.incarnation.condemned.cancelled() => return None,
            }
        }
    }
}
