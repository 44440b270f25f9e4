//! The parts of one engine, and what its rooms share: the store, the settings, the present incarnation.

use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use futures_util::future::try_join_all;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::executor::Executor;
use super::handler::PayloadType;
use super::health::Health;
use super::hub::Hub;
use super::services::Services;
use super::settings::Settings;
use crate::data::method::Method;
use crate::data::name::OperationName;
use crate::data::payload::any::Any;
use crate::data::payload::registry::Registry;
use crate::data::record::WorkerId;
use crate::data::status::Status;
use crate::rules::errors;
use crate::store::{Store, StoreError};

/// Service, rpc, response type, metadata type: a generic method is described once for each of its types.
type Described = (&'static str, &'static str, TypeId, TypeId);

/// One engine: a worker of its store.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) registry: Registry,
    pub(crate) settings: Settings,
    /// Seals page tokens.
    pub(crate) secret: [u8; 32],
    pub(crate) hub: Arc<Hub>,
    pub(crate) executor: Executor,
    /// The places of Wait calls that wait.
    pub(crate) waiters: Semaphore,
    /// Cancelled when the engine starts nothing more, and holds no waiter up.
    pub(crate) closing: CancellationToken,
    interrupted: AtomicBool,
    /// What can run again here.
    pub(crate) services: Services,
    /// Tells that there may be something to run again.
    pub(crate) recoverable: Notify,
    pub(crate) health: Health,
    incarnation: Mutex<Arc<Incarnation>>,
    /// Held while a condemned incarnation is replaced.
    replacing: tokio::sync::Mutex<()>,
    /// The full names of the methods whose types are known to have descriptors: each is looked up once.
    described: RwLock<HashMap<Described, Arc<str>>>,
    /// Starts that nobody was told of, though they may have been recorded.
    given_up: Mutex<HashSet<OperationName>>,
}

/// A worker as the store knows it. Condemned once its row was reaped, and then replaced by a new one.
#[derive(Debug)]
pub(crate) struct Incarnation {
    pub(crate) worker: WorkerId,
    /// Cancelled when the store refused to renew the lease: the handlers of this worker are dropped. Whoever cancels it wakes the hub.
    pub(crate) condemned: CancellationToken,
}

impl Incarnation {
    fn new() -> Arc<Self> {
        Arc::new(Self { worker: WorkerId(Uuid::now_v7()), condemned: CancellationToken::new() })
    }
}

impl Engine {
    /// Registers a first worker with the store. Fails when the store does not answer.
    pub(crate) async fn open(
        store: Arc<dyn Store>,
        mut registry: Registry,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let secret = store.secret().await?;
        share_descriptors(&*store, &mut registry).await?;
        let incarnation = Incarnation::new();
        // Once, and not for a later incarnation: two processes with one name would condemn each other without end.
        if let Some(name) = &settings.worker_name
            && let Some(predecessor) = store.succeed(name, incarnation.worker).await?
        {
            store.retire(predecessor).await?;
        }
        // Last: nobody renews the lease before the engine is open, however long the store takes for the rest.
        let health = Health::new(settings.beat());
        store.renew(incarnation.worker, &[], settings.lease, true).await?;
        Ok(Self {
            store,
            registry,
            secret,
            hub: Arc::new(Hub::new()),
            executor: Executor::new(settings.running, settings.waiting),
            waiters: Semaphore::new(settings.waiters.min(Semaphore::MAX_PERMITS)),
            settings,
            closing: CancellationToken::new(),
            interrupted: AtomicBool::new(false),
            services: Services::default(),
            recoverable: Notify::new(),
            health,
            incarnation: Mutex::new(incarnation),
            replacing: tokio::sync::Mutex::default(),
            described: RwLock::default(),
            given_up: Mutex::default(),
        })
    }

    /// Lets the handlers that still run be dropped: the shutdown's grace is over.
    pub(crate) fn interrupt(&self) {
        self.interrupted.store(true, SeqCst);
        self.hub.wake();
    }

    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupted.load(SeqCst)
    }

    /// The worker that this process is now.
    pub(crate) fn incarnation(&self) -> Arc<Incarnation> {
        Arc::clone(&self.incarnation.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The full name of a method whose response and metadata are of these types, if both can be rendered. Linked
    /// methods were checked when the engine was built; this is for those that could not be linked (P-166).
    pub(crate) fn describe(
        &self,
        method: &'static Method,
        response: PayloadType,
        metadata: PayloadType,
    ) -> Result<Arc<str>, Status> {
        let key = (method.service, method.name, (response.id)(), (metadata.id)());
        if let Some(name) = self.described.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(Arc::clone(name));
        }
        for type_name in [(response.full_name)(), (metadata.full_name)()] {
            if !self.registry.contains(&type_name) {
                return Err(errors::no_descriptor(&type_name, method.service));
            }
        }
        let name: Arc<str> = method.full_name().into();
        let mut described = self.described.write().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::clone(described.entry(key).or_insert(name)))
    }

    /// The hash by which a request is told from another one.
    pub(crate) fn digest(&self, request: &Any, domain: &str) -> Result<[u8; 32], Status> {
        self.registry.digest(request).ok_or_else(|| {
            let type_name = request.full_name();
            if !self.registry.contains(type_name) {
                return errors::no_descriptor(type_name, domain);
            }
            tracing::error!(type_name, "a request's own bytes cannot be decoded");
            errors::payload_not_encodable("request", domain)
        })
    }

    /// Notes a start that the store never confirmed and whose caller was told that it failed.
    pub(crate) fn give_up(&self, name: OperationName) {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    /// Whether this start was given up.
    pub(crate) fn was_given_up(&self, name: &OperationName) -> bool {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).contains(name)
    }

    /// Forgets a start that was given up, when what it left is seen to: not before the store has said so, or what was not removed at once
    /// would never be.
    pub(crate) fn forget_given_up(&self, name: &OperationName) {
        self.given_up.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Renews the lease. A condemned worker's handlers are dropped, and a new worker takes its place: condemnation is
    /// final, so that whoever condemned it may claim without looking back.
    pub(crate) async fn renew(&self) -> Result<(), StoreError> {
        let renewed = self.renew_or_replace().await;
        match renewed {
            Ok(()) => self.health.answered(),
            Err(_) => self.health.failed(),
        }
        renewed
    }

    async fn renew_or_replace(&self) -> Result<(), StoreError> {
        let lease = self.settings.lease;
        let old = self.incarnation();
        let methods = self.services.methods();
        if self.store.renew(old.worker, &methods, lease, false).await? {
            return Ok(());
        }
        old.condemned.cancel();
        self.hub.wake();
        // Invariant: a worker is replaced once, however many of its renewals are refused. Of two that took its place, one would never
        // be renewed, and what was started meanwhile would be taken from it.
        let _replacing = self.replacing.lock().await;
        if self.incarnation().worker == old.worker {
            tracing::warn!(worker = %old.worker.0, "the lease was lost: this worker's handlers are dropped");
            let new = Incarnation::new();
            self.store.renew(new.worker, &methods, lease, true).await?;
            *self.incarnation.lock().unwrap_or_else(PoisonError::into_inner) = new;
        }
        Ok(())
    }
}

/// Gives the store the descriptors of this program's types, and takes those of other builds' types from it.
async fn share_descriptors(store: &dyn Store, registry: &mut Registry) -> Result<(), StoreError> {
    let kept: HashMap<_, _> = store.descriptors().await?.into_iter().collect();
    let missing = registry.to_share().filter(|(type_url, descriptor)| kept.get(type_url) != Some(descriptor));
    try_join_all(
        missing
            .map(|(type_url, descriptor)| async move { store.put_descriptor(&type_url, descriptor).await }),
    )
    .await?;
    for (type_url, descriptor) in kept {
        if let Err(error) = registry.learn(&type_url, &descriptor) {
            tracing::warn!(type_url, %error, "a descriptor in the store cannot be read");
        }
    }
    Ok(())
}

/// Waits between two tries of a call that the store could not answer: 50 ms, doubled up to a second.
#[derive(Debug)]
pub(crate) struct Backoff(Duration);

impl Backoff {
    pub(crate) const LONGEST: Duration = Duration::from_secs(1);

    pub(crate) fn new() -> Self {
        Self(Duration::from_millis(50))
    }

    pub(crate) async fn wait(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(Self::LONGEST);
    }
}

/// A store's fault as a client sees it (P-048); the cause goes to the log.
pub(crate) fn store_fault(what: &str, error: &StoreError) -> Status {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    match error {
        StoreError::Unavailable { .. } => {
            tracing::warn!(what, %error, cause, "the store cannot answer");
            errors::unavailable()
        }
        StoreError::Invalid { .. } | StoreError::Corrupt { .. } => {
            tracing::error!(what, %error, cause, "the store refused");
            errors::unreadable()
        }
    }
}
