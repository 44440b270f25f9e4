//! The engine's handle: what an application keeps, clones and shuts down.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use super::builder::{Builder, OpenError};
use super::core::Engine;
use super::lease;
use super::rerun::RestartPath;
use super::restart;
use super::services::{Rerun, RunError};
use super::settings::Settings;
use crate::data::payload::registry::Registry;
use crate::store::Store;

/// The engine's handle. Cheap to clone; a service keeps one beside its other state.
///
/// The engine stops with [`shutdown`](Self::shutdown), or when the last handle is gone and the operations
/// that still run have ended.
///
/// ```
/// # use std::time::Duration;
/// # use lro_runtime::{Operations, store::MemoryStore};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operations = Operations::builder().lease(Duration::from_secs(5)).open_store(MemoryStore::new()).await?;
/// assert!(operations.get("operations/unknown").await.is_err());
/// operations.shutdown(Duration::from_secs(10)).await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Operations {
    engine: Arc<Engine>,
    life: Arc<Life>,
}

/// What ends with the last handle.
struct Life {
    /// Tells the engine's own tasks to stop.
    stop: CancellationToken,
    /// Tells the last task that no handle is left.
    _handles: DropGuard,
}

impl Operations {
    /// Settings for an engine, at their defaults.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(super) async fn start(
        store: Arc<dyn Store>,
        registry: Registry,
        settings: Settings,
    ) -> Result<Self, OpenError> {
        // Subscribed before the first operation can change.
        let changes = store.changes();
        let engine = Arc::new(Engine::open(store, registry, settings).await.map_err(OpenError::Store)?);
        let stop = CancellationToken::new();
        let no_handles = CancellationToken::new();
        let executor = &engine.executor;
        executor.spawn_own(lease::heartbeat(Arc::clone(&engine), stop.clone()));
        executor.spawn_own(lease::upkeep(Arc::clone(&engine), stop.clone()));
        executor.spawn_own(lease::follow(Arc::clone(&engine), changes, stop.clone()));
        executor.spawn_own(stop_after_last_handle(Arc::clone(&engine), no_handles.clone(), stop.clone()));
        Ok(Self { engine, life: Arc::new(Life { stop, _handles: no_handles.drop_guard() }) })
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    /// Registers a service, on which [`run`](Self::run) lets interrupted methods run again: those of its `impl` blocks under
    /// `#[long_running(service = "…")]`, and those given to [`restart`](Self::restart).
    ///
    /// The service holds a handle of this engine, and the engine now holds the service: from here on the engine ends with
    /// [`shutdown`](Self::shutdown) only, which drops the service.
    pub fn service<S: Clone + Send + Sync + 'static>(&self, service: S) {
        if !self.engine.closing.is_cancelled() {
            self.engine.services.add(service);
        }
    }

    /// Says how to call a restartable method that no `impl` block with the attribute has: a free function, or a method of a generic
    /// service. `method` is its full name. The function takes `State<S>` and its request; a method takes `&S` and its request. The
    /// [`service`](Self::service) is an `S`.
    ///
    /// ```no_run
    /// # #[cfg(all(feature = "macros", feature = "rest"))]
    /// # mod example {
    /// use axum::extract::State;
    /// use lro_runtime::rest::ProtoJson;
    /// use lro_runtime::{Operations, Status, long_running};
    ///
    /// #[derive(Clone)]
    /// struct App { operations: Operations }
    ///
    /// #[long_running(service = "acme.v1.Disks", operations = app.operations, on_interrupt = restart)]
    /// async fn wipe_disk(State(app): State<App>, ProtoJson(disk): ProtoJson<String>) -> Result<(), Status> {
    ///     Ok(())
    /// }
    ///
    /// async fn serve(operations: Operations) -> Result<(), Box<dyn std::error::Error>> {
    ///     operations.service(App { operations: operations.clone() });
    ///     operations.restart("acme.v1.Disks/WipeDisk", wipe_disk);
    ///     operations.run().await?;
    ///     Ok(())
    /// }
    /// # }
    /// ```
    pub fn restart<S, W>(&self, method: &str, path: impl RestartPath<S, W>)
    where
        S: Clone + Send + Sync + 'static,
    {
        let rerun = Rerun::new::<S>(move |service, request| path.replay(service, request));
        self.engine.services.add_method(method, rerun);
    }

    /// Begins to run again what was interrupted, here or in another process: from now on this worker claims the operations of the
    /// methods that it has registered, as their `on_interrupt = restart` says (D7). Call it once the services are registered.
    ///
    /// # Errors
    /// When a restartable method is linked into the program, and nothing registered can run it; UNAVAILABLE in
    /// [`RunError::Store`] when the store cannot answer. Then nothing is claimed.
    pub async fn run(&self) -> Result<(), RunError> {
        let engine = &self.engine;
        if engine.services.run()? {
            // Told to the store before the first claim: what this worker claims, its row says that it can run.
            engine.renew().await.map_err(RunError::Store)?;
            let stop = engine.closing.clone();
            engine.executor.spawn_own(restart::restart(Arc::clone(engine), stop));
        }
        Ok(())
    }

    /// Stops the engine: starts are refused with UNAVAILABLE from now on, and waiters are answered with the latest state.
    /// What runs has `grace` to end; what still runs after it is dropped and ends ABORTED, reason OPERATION_INTERRUPTED (P-199).
    /// Then the worker gives its lease back. Reading, cancelling and deleting stay possible while a handle is left.
    pub async fn shutdown(&self, grace: Duration) {
        let engine = &self.engine;
        engine.closing.cancel();
        engine.services.clear();
        if !engine.executor.operations_ended(grace).await {
            engine.interrupt();
            // A store that does not answer must not hold the process up for ever: the next engine ends what is left.
            if !engine.executor.operations_ended(engine.settings.lease).await {
                tracing::warn!(
                    "the ends of some operations could not be written; another engine will write them"
                );
            }
        }
        self.life.stop.cancel();
        engine.executor.own_ended().await;
        retire(engine).await;
    }
}

/// Without handles nothing is started any more: lets the rest end, then stops the engine's own tasks.
async fn stop_after_last_handle(engine: Arc<Engine>, no_handles: CancellationToken, stop: CancellationToken) {
    tokio::select! {
        biased;
        () = stop.cancelled() => return,
        () = no_handles.cancelled() => {}
    }
    engine.executor.operations_ended(Duration::MAX).await;
    stop.cancel();
    retire(&engine).await;
}

async fn retire(engine: &Engine) {
    if let Err(error) = engine.store.retire(engine.incarnation().worker).await {
        tracing::warn!(%error, "the lease could not be given back; it will lapse");
    }
}

impl fmt::Debug for Operations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operations").field("store", &self.engine.store).finish_non_exhaustive()
    }
}
