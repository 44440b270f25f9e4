//! The start of an operation: what generated code calls (D5).

use std::future::Future;
use std::sync::{Arc, OnceLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;
use uuid::Uuid;

use super::context::{Attempt, Context, pack_within};
use super::handle::Operation;
use super::operations::Operations;
use super::progress::Progress;
use super::reply::Reply;
use super::run::{Handler, Run};
use crate::data::method::Method;
use crate::data::name::{OperationName, check_parent};
use crate::data::payload::Payload;
use crate::data::payload::any::Any;
use crate::data::status::Status;
use crate::rules::errors;

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
        parent.as_ref().clone_into(&mut self.parent);
        self
    }

    /// Takes the answer of the `validate` hook. Its error is the call's error, and no record is left (P-027).
    #[must_use]
    pub fn validated<E: Into<Status>>(mut self, result: Result<(), E>) -> Self {
        self.refused = result.err().map(Into::into);
        self
    }

    /// Creates the operation, lets the handler run, and answers as soon as the record is durable (P-029, P-031).
    ///
    /// Boxed rather than `async`, since rustc would repeat each bound that does not hold where an opaque future is awaited.
    pub fn run<M, W, R, H, F>(self, handler: H) -> BoxFuture<'static, R::Started>
    where
        M: Payload,
        W: 'static,
        R: Reply<M, W>,
        H: FnOnce(Context<M>) -> F + Send + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        async move { R::started(self.create(handler).await) }.boxed()
    }

    async fn create<M, W, R, H, F>(self, handler: H) -> Result<Operation<R::Response, M>, Status>
    where
        M: Payload,
        R: Reply<M, W>,
        H: FnOnce(Context<M>) -> F + Send + 'static,
        F: Future<Output = R> + Send + 'static,
    {
        let engine = self.operations.engine();
        let domain = self.method.service;
        let method = engine.describe::<R::Response, M>(self.method)?;
        let limit = engine.settings.payload_limit;
        let initial = M::initial();
        let metadata = pack_within("metadata", &initial, limit, domain)?;
        let attempt = Arc::new(Attempt {
            name: OperationName::mint(&self.parent, &engine.settings.id_prefix, &Uuid::now_v7()),
            domain,
            payload_limit: limit,
            progress: Progress::default(),
            cancel: CancellationToken::new(),
            begun: OnceLock::new(),
        });
        let context = Context::new(Arc::clone(&attempt), initial);
        let packing = Arc::clone(&attempt);
        let handler = async move {
            let response = handler(context).await.into_result()?;
            packing.pack("response", &response)
        };
        let name = attempt.name.clone();
        let span = tracing::info_span!("operation.start", method = self.method.name, operation = %name);
        let operations = self.operations.clone();
        self.record(method, attempt, metadata.clone(), handler.boxed()).instrument(span).await?;
        Ok(Operation::new(operations, name, metadata))
    }

    /// The part of a start that does not depend on its types.
    async fn record(
        self,
        method: Arc<str>,
        attempt: Arc<Attempt>,
        metadata: Any,
        handler: Handler,
    ) -> Result<(), Status> {
        let engine = self.operations.engine();
        if let Some(refused) = self.refused {
            return Err(refused.into_error(self.method.service));
        }
        check_parent(&self.parent).map_err(|why| errors::invalid_parent(&self.parent, &why.to_string()))?;
        // Held before the look: a shutdown either is seen here, or waits for this operation.
        let _held = engine.executor.hold();
        if engine.closing.is_cancelled() {
            return Err(errors::shutting_down());
        }
        let place = engine.executor.admit();
        let place =
            place.ok_or_else(|| errors::too_many_waiting(self.method.service, engine.settings.waiting))?;
        let run = Run::new(Arc::clone(engine), attempt);
        let record = run.record(method, metadata, &place);
        let (answer, answered) = oneshot::channel();
        let span = run.span(self.method);
        // The creation, too, is detached: a caller that hangs up between the write and its reply leaves a
        // running operation behind, not a record that nobody runs.
        let operation = run.start(record, place, handler, answer).instrument(span).boxed();
        // The operation is gone without an answer only when the runtime is.
        let answered = engine.executor.detach(operation).until(answered).await;
        answered.unwrap_or_else(|_| Err(errors::shutting_down()))
    }
}

/// A value of the declared return type for a `return` that never runs.
pub fn declared<D>() -> D {
    unreachable!("the expansion's `return` for inference was reached")
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
