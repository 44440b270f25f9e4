//! Running a handler again from its stored request: a re-run replays the start (D7).
//!
//! Recovery puts a seat into the task and calls the public method once more. The method's `Start` takes the seat and hands its
//! handler over, instead of creating an operation. So every shape of handler restarts in the same way, and the expansion has no second
//! path through it.

use std::any::{Any as Anything, TypeId};
use std::cell::RefCell;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use super::context::Attempt;
use super::core::Engine;
use super::request::{RequestType, StoredRequest, request_type};
use super::run::Begin;
use crate::data::method::OnInterrupt;
use crate::data::payload::any::Any;
use crate::data::record::Record;
use crate::data::status::Status;
use crate::rules::errors;

/// A registered service, or one of its clones.
pub(crate) type Service = dyn Anything + Send + Sync;

/// The call of a public method, which only takes a seat.
pub(crate) type Replay = BoxFuture<'static, ()>;

/// A service whose methods can run again, submitted by the attribute on an `impl` block.
#[derive(Debug)]
pub struct LinkedService {
    /// The service's type.
    pub type_id: fn() -> TypeId,
    /// Its name, for messages.
    pub type_name: fn() -> &'static str,
    /// Its restartable methods.
    pub reruns: &'static [LinkedRerun],
}

/// One restartable method of a linked service.
#[derive(Debug)]
pub struct LinkedRerun {
    /// The full name, `acme.disks.v1.Snapshots/TakeSnapshot`.
    pub method: &'static str,
    /// Calls the method on the service with the stored request: [`rerun`] with a closure.
    pub call: fn(&Service, &Any) -> Result<Replay, Status>,
}

inventory::collect!(LinkedService);

/// Calls a method on the service, with the request that is stored.
///
/// # Errors
/// When the stored bytes are no such request any more.
pub fn rerun<S, R, F>(
    service: &Service,
    stored: &Any,
    request: RequestType<R>,
    call: impl FnOnce(&S, R) -> F,
) -> Result<Replay, Status>
where
    S: 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let service = service.downcast_ref().ok_or_else(|| {
        tracing::error!(expected = std::any::type_name::<S>(), "a service of another type is registered");
        errors::request_not_decodable(stored.full_name())
    })?;
    Ok(call(service, (request.unpack)(stored)?).boxed())
}

/// The place of a record whose handler is to run again.
#[derive(Debug, Clone)]
pub(crate) struct Seat {
    pub(crate) record: Arc<Record>,
    engine: Arc<Engine>,
    taken: Arc<Mutex<Option<Taken>>>,
}

/// What the start that took a seat left there.
pub(crate) struct Taken {
    pub(crate) attempt: Arc<Attempt>,
    pub(crate) begin: Begin,
    pub(crate) on_interrupt: OnInterrupt,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taken").field("on_interrupt", &self.on_interrupt).finish_non_exhaustive()
    }
}

tokio::task_local! {
    static SEAT: RefCell<Option<Seat>>;
}

impl Seat {
    pub(crate) fn new(engine: &Arc<Engine>, record: Arc<Record>) -> Self {
        Self { record, engine: Arc::clone(engine), taken: Arc::default() }
    }

    /// The seat of the present task, if recovery has called; taken once, so that a start within it is an ordinary one.
    pub(crate) fn take() -> Option<Self> {
        SEAT.try_with(|seat| seat.borrow_mut().take()).ok().flatten()
    }

    /// Whether it is meant for this method on this engine.
    pub(crate) fn is_for(&self, engine: &Arc<Engine>, method: &str) -> bool {
        Arc::ptr_eq(&self.engine, engine) && *self.record.method == *method
    }

    /// Hands the handler over to recovery.
    pub(crate) fn hand_over(&self, taken: Taken) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
    }

    /// Calls the public method; `None` when no start of that method took the seat.
    pub(crate) async fn replay(self, replay: Replay) -> Option<Taken> {
        let taken = Arc::clone(&self.taken);
        SEAT.scope(RefCell::new(Some(self)), replay).await;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.take()
    }
}

/// The path of a restartable method, for [`Operations::restart`](crate::Operations::restart): a function of `State<S>` and its request, or a
/// method of `&S` and its request. `W` is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot run again by itself",
    label = "expected a function of `State<{S}>` and its request, or a method of `&{S}` and its request",
    note = "the request is a payload, `ProtoJson<T>`, `axum::Json<T>` or `tonic::Request<T>`",
    note = "a method that `#[async_trait]` made goes into a closure: `async |service: &Service, request: Request| service.method(request).await`"
)]
pub trait RestartPath<S, W>: Send + Sync + 'static {
    /// Calls it on a clone of the service, with the request that is stored.
    ///
    /// # Errors
    /// When the stored bytes are no such request any more.
    fn replay(&self, service: &Service, request: &Any) -> Result<Replay, Status>;
}

/// A method of `&S`. The borrow is in its future, which no closure could name.
pub trait MethodPath<'s, S: 's, R>: Send + Sync + 'static {
    /// The method's future.
    type Called: Future + Send + 's;

    /// Calls the method.
    fn call(&self, service: &'s S, request: R) -> Self::Called;
}

impl<'s, S: 's, R, F, C> MethodPath<'s, S, R> for F
where
    F: Fn(&'s S, R) -> C + Send + Sync + 'static,
    C: Future + Send + 's,
{
    type Called = C;

    fn call(&self, service: &'s S, request: R) -> C {
        self(service, request)
    }
}

#[diagnostic::do_not_recommend]
impl<S, R, W, F> RestartPath<S, (R, W)> for F
where
    S: Clone + Send + Sync + 'static,
    R: StoredRequest<W> + Send + 'static,
    F: for<'s> MethodPath<'s, S, R> + Clone,
{
    fn replay(&self, service: &Service, request: &Any) -> Result<Replay, Status> {
        let path = self.clone();
        rerun(service, request, request_type(), |service: &S, request: R| {
            let service = service.clone();
            async move {
                let _told_to_the_seat = path.call(&service, request).await;
            }
        })
    }
}
