//! The start of an operation: what generated code calls (D5).

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use super::context::{Attempt, Context, within};
use super::core::store_fault;
use super::handler::{Answer, Prepared, Starting};
use super::operations::Operations;
use super::progress::Progress;
use super::reply::{Failure, Reply};
use super::request::{GivenText, PackedRequest, ParentName, Validation};
use super::rerun::{Seat, Taken};
use super::run::{Handler, Run};
use crate::data::method::{Method, OnInterrupt};
use crate::data::name::{OperationName, check_parent};
use crate::data::operation::Snapshot;
use crate::data::payload::Payload;
use crate::data::payload::any::Any;
use crate::data::record::{Key, NewRecord, Record};
use crate::data::status::Status;
use crate::rules::errors;
use crate::rules::keys::{self, check_request_id, exclusive_key, request_key};
use crate::store::Query;

/// An operation that is not recorded yet, with its answer to the call.
type Begun = (BoxFuture<'static, ()>, oneshot::Receiver<Result<Option<Snapshot>, Status>>);

/// One start call, from the attribute's expansion.
#[derive(Debug)]
pub struct Start {
    method: &'static Method,
    operations: Operations,
    parent: String,
    request: Option<Any>,
    request_id: Option<String>,
    request_key: Option<Key>,
    request_hash: Option<[u8; 32]>,
    exclusive_key: Option<Key>,
    time_limit: Option<Duration>,
    validate_only: bool,
    /// Recovery's call: there is a record already.
    seat: Option<Seat>,
    /// The answer, where it is not a new operation: an earlier one, or the first refusal.
    settled: Option<Result<Snapshot, Status>>,
}

impl Start {
    /// Begins a start of this method on this engine.
    pub fn new(method: &'static Method, operations: &Operations) -> Self {
        Self {
            method,
            operations: operations.clone(),
            parent: String::new(),
            request: None,
            request_id: None,
            request_key: None,
            request_hash: None,
            exclusive_key: None,
            time_limit: None,
            validate_only: false,
            seat: Seat::take(),
            settled: None,
        }
    }

    /// Sets the parent under which the operation is named.
    #[must_use]
    pub fn parent(mut self, parent: &(impl ParentName + ?Sized)) -> Self {
        parent.name().clone_into(&mut self.parent);
        self
    }

    /// Takes the handler's request. One past the payload limit is refused (D17).
    #[must_use]
    pub fn request(mut self, request: PackedRequest) -> Self {
        let limit = self.operations.engine().settings.payload_limit;
        let domain = self.method.service;
        match request.0.and_then(|packed| within("request", packed, limit, domain)) {
            Ok(packed) => self.request = Some(packed),
            Err(refused) => self.refuse(refused),
        }
        self
    }

    /// Takes the call's request id, after the request. None, or an empty one, is no id (P-035).
    #[must_use]
    pub fn request_id<W>(mut self, id: &(impl GivenText<W> + ?Sized)) -> Self {
        if let Some(id) = id.text().filter(|id| !id.is_empty()) {
            match check_request_id(id, self.method.service) {
                Ok(()) => self.request_id = Some(id.to_owned()),
                Err(refused) => self.refuse(refused),
            }
        }
        self
    }

    /// Sets what only one operation of the method may have at a time, if anything (P-033).
    #[must_use]
    pub fn exclusive<W>(mut self, key: &(impl GivenText<W> + ?Sized)) -> Self {
        self.exclusive_key = key.text().map(|key| exclusive_key(&self.method.full_name(), key));
        self
    }

    /// Sets how long the operation may take, from now on (P-195).
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Says whether the call is only to be checked (AIP-163, P-034).
    #[must_use]
    pub fn validate_only(mut self, validate_only: bool) -> Self {
        self.validate_only = validate_only;
        self
    }

    /// Looks the request id up, and says whether the call goes on: it is neither refused nor answered by an earlier operation. A
    /// retry of what succeeded would fail a validation of the state that it has changed itself.
    pub async fn goes_on(&mut self) -> bool {
        // What runs again was valid when it was started, and has changed what it is validated against.
        if self.seat.is_some() {
            return false;
        }
        // A check leaves nothing, so no id has anything to do with it.
        let wanted = self.request_id.is_some() && self.request_key.is_none();
        if wanted && self.settled.is_none() && !self.validate_only {
            self.settled = Box::pin(self.look_up()).await.transpose();
        }
        self.settled.is_none()
    }

    /// Takes the answer of the `validate` hook. Its error is the call's error, and no record is left (P-027).
    #[must_use]
    pub fn validated(mut self, said: impl Validation) -> Self {
        if let Some(refused) = said.refusal() {
            self.refuse(refused);
        }
        self
    }

    /// Creates the operation, lets the handler run, and answers as soon as the record is durable (P-029, P-031).
    ///
    /// It makes the handler's future at once, and so never keeps the function that makes it: rustc would ask of all that a closure
    /// keeps whether it is `Send`, anew in each method, and of the engine behind a service that takes ten milliseconds. The function is
    /// `'static` for a better error alone: that a borrow escapes, and not that it may not live long enough.
    ///
    /// The answer is a future of its own rather than an `async` block, since rustc would repeat each bound that does not hold where an
    /// opaque future is awaited.
    pub(super) fn run<M, W, R, H, F>(self, initial: M, handler: H) -> Starting<R::Started>
    where
        M: Payload,
        W: 'static,
        R: Reply<M, W, Response: Payload, Error: Failure> + 'static,
        H: FnOnce(Context<M>) -> F + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        let prepared = Prepared::new::<M, W, R, H, F>(self.attempt(), initial, handler);
        Starting::new::<M, W, R>(self.create(prepared))
    }

    /// Makes what the handler shares with its run.
    fn attempt(&self) -> Arc<Attempt> {
        let settings = &self.operations.engine().settings;
        let name = match &self.seat {
            Some(seat) => seat.record.name.clone(),
            None => OperationName::mint(&self.parent, &settings.id_prefix, &Uuid::now_v7()),
        };
        Arc::new(Attempt {
            name,
            domain: self.method.service,
            payload_limit: settings.payload_limit,
            progress: Progress::default(),
            cancel: CancellationToken::new(),
            begun: OnceLock::new(),
        })
    }

    /// An `async` block, here and below: an `async fn` keeps its arguments twice. And what few starts need is boxed: an allocator has much more to
    /// do for a kilobyte than for less.
    fn create(mut self, prepared: Prepared) -> BoxFuture<'static, Answer> {
        async move {
            let engine = self.operations.engine();
            let domain = self.method.service;
            let method = engine.describe(self.method, prepared.response_type, prepared.metadata_type)?;
            let limit = engine.settings.payload_limit;
            if let Some(seat) = self.seat.take() {
                return self.replay(seat, &method, prepared);
            }
            let Prepared { attempt, metadata, response_type, handler, .. } = prepared;
            let metadata = metadata.packed(&attempt)?;
            self.goes_on().await;
            if let Some(settled) = self.settled.take() {
                return Box::pin(self.answer(settled)).await;
            }
            check_parent(&self.parent)
                .map_err(|why| errors::invalid_parent(&self.parent, &why.to_string()))?;
            if self.validate_only {
                let response =
                    within("response", (response_type.initial)("response", domain)?, limit, domain)?;
                return Ok((self.operations, Snapshot::unrecorded(metadata, response)));
            }
            let name = attempt.name.clone();
            let span = tracing::info_span!("operation.start", method = self.method.name, operation = %name);
            let known = self.record(&method, attempt, metadata.clone(), handler).instrument(span).await?;
            let snapshot = known.unwrap_or(Snapshot { name, metadata, outcome: None });
            Ok((self.operations, snapshot))
        }
        .boxed()
    }

    /// Answers a call that begins nothing.
    async fn answer(self, settled: Result<Snapshot, Status>) -> Answer {
        let known = match settled {
            Ok(known) => known,
            // Perhaps what refuses the call is what another one with its id has done since the look.
            Err(refused) => self.find().await?.ok_or_else(|| refused.into_error(self.method.service))?,
        };
        Ok((self.operations, known))
    }

    /// Hands the handler over to recovery, with the metadata that the last attempt left.
    fn replay(self, seat: Seat, method: &str, prepared: Prepared) -> Answer {
        let record = Arc::clone(&seat.record);
        if !seat.is_for(self.operations.engine(), method) {
            tracing::error!(
                recorded = &*record.method,
                method,
                "recovery has called another method, or another engine's"
            );
            return Err(errors::unreadable());
        }
        let Prepared { attempt, metadata, handler, .. } = prepared;
        let begin = Box::new(move |claimed: &Record| {
            metadata.restore(claimed);
            handler
        });
        seat.hand_over(Taken { attempt, begin, on_interrupt: self.method.on_interrupt });
        let Record { name, metadata, .. } = Record::clone(&record);
        Ok((self.operations, Snapshot { name, metadata, outcome: None }))
    }

    /// Answers with the operation that another call with the request id has started meanwhile, if there is one.
    #[expect(clippy::manual_async_fn, reason = "an async fn keeps every argument twice")]
    fn record<'s>(
        &'s mut self,
        method: &'s Arc<str>,
        attempt: Arc<Attempt>,
        metadata: Any,
        handler: Handler,
    ) -> impl Future<Output = Result<Option<Snapshot>, Status>> + Send + 's {
        async move {
            let (operation, answered) = self.begin(method, attempt, metadata, handler)?;
            let answered = self.operations.engine().executor.detach(operation).until(answered).await;
            // The operation is gone without an answer only when the runtime is.
            answered.unwrap_or_else(|_| Err(errors::shutting_down()))
        }
    }

    fn begin(
        &mut self,
        method: &Arc<str>,
        attempt: Arc<Attempt>,
        metadata: Any,
        handler: Handler,
    ) -> Result<Begun, Status> {
        let engine = self.operations.engine();
        // Held before the look, and until the operation is over: a shutdown either is seen here, or waits for it.
        let held = engine.executor.hold();
        if engine.closing.is_cancelled() {
            return Err(errors::shutting_down());
        }
        let place = engine.executor.admit();
        let place =
            place.ok_or_else(|| errors::too_many_waiting(self.method.service, engine.settings.waiting))?;
        let run = Run::new(Arc::clone(engine), attempt, self.time_limit);
        let record = Box::new(NewRecord {
            restartable: self.method.on_interrupt != OnInterrupt::Fail,
            request: self.request.take().filter(|_| self.method.on_interrupt != OnInterrupt::Fail),
            request_hash: self.request_hash,
            request_key: self.request_key,
            exclusive_key: self.exclusive_key,
            ..run.record(Arc::clone(method), metadata, &place)
        });
        let (answer, answered) = oneshot::channel();
        let span = run.span(method, 1);
        // The creation, too, is detached: a caller that hangs up between the write and its reply leaves a
        // running operation behind, not a record that nobody runs.
        let operation = run.start(held, record, place, handler, answer).instrument(span).boxed();
        Ok((operation, answered))
    }

    /// Makes the request id a key of the operation to be, and looks for an operation that has it already.
    async fn look_up(&mut self) -> Result<Option<Snapshot>, Status> {
        let (Some(id), Some(request)) = (&self.request_id, &self.request) else { return Ok(None) };
        self.request_hash = Some(self.operations.engine().digest(request, self.method.service)?);
        self.request_key = Some(request_key(&self.method.full_name(), &self.parent, id));
        self.find().await
    }

    /// The operation that has the request id already.
    async fn find(&self) -> Result<Option<Snapshot>, Status> {
        let Some(key) = self.request_key else { return Ok(None) };
        let found = self.operations.engine().store.list(&Query::Request { key }).await;
        let found = found.map_err(|error| store_fault("list", &error))?;
        found.first().map(|found| keys::answer(found, self.request_hash, self.method.service)).transpose()
    }

    /// The first refusal is the call's error.
    fn refuse(&mut self, refused: Status) {
        self.settled.get_or_insert(Err(refused));
    }
}
