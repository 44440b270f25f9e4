//! The engine's settings, and its opening.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::access::{Access, Authorize};
use super::alias::FilterAlias;
use super::operations::Operations;
use super::settings::Settings;
use crate::data::payload::registry::{Registry, RegistryError};
use crate::data::status::Status;
use crate::store::{Store, StoreError};

/// Settings for an engine. Every one has a default that suits a service in production.
#[derive(Debug, Clone, Default)]
#[must_use = "a builder opens nothing before `open` or `open_store`"]
pub struct Builder {
    settings: Settings,
    descriptors: Vec<Bytes>,
}

impl Builder {
    /// How long a worker's lease lasts without a heartbeat: 15 s by default. After a crash, other replicas take
    /// over within a lease and a third. At least 100 ms.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease;
        self
    }

    /// A name that this process has again after a restart, such as a pod's: by default none. The process that opens an engine under it takes
    /// its predecessor's work over at once, rather than after a lease. No two living processes may have the same name: the second one
    /// takes the first one's work away, safely, and for nothing.
    pub fn worker_name(mut self, name: impl Into<String>) -> Self {
        self.settings.worker_name = Some(name.into());
        self
    }

    /// How long an operation is kept after it has ended: 30 days by default. Pending operations never expire (P-193, P-194).
    pub fn retention(mut self, retention: Duration) -> Self {
        self.settings.retention = retention;
        self
    }

    /// How long the request id of an operation is remembered after the operation was deleted or has expired: 7 days by default. A call
    /// with that id is refused meanwhile, with ALREADY_EXISTS, reason REQUEST_ID_SPENT; afterwards it starts a new operation (P-035,
    /// P-066). Longer than clients retry a call, then.
    pub fn keep_request_ids(mut self, keep: Duration) -> Self {
        self.settings.keep_request_ids = keep;
        self
    }

    /// The longest that one Wait call waits: a minute by default (P-069).
    pub fn wait_cap(mut self, cap: Duration) -> Self {
        self.settings.wait_cap = cap;
        self
    }

    /// How long a cancelled handler may go on before it is dropped at its next `await`: 10 s by default (P-190).
    pub fn cancel_grace(mut self, grace: Duration) -> Self {
        self.settings.cancel_grace = grace;
        self
    }

    /// How many operations run at once in this process: 1,000 by default. More wait for their turn, visible and cancellable.
    pub fn running(mut self, operations: usize) -> Self {
        self.settings.running = operations;
        self
    }

    /// How many operations may wait for their turn in this process: 100,000 by default. A start beyond is refused with
    /// RESOURCE_EXHAUSTED and leaves nothing.
    pub fn waiting(mut self, operations: usize) -> Self {
        self.settings.waiting = operations;
        self
    }

    /// How many Wait calls may wait at once: 100,000 by default. A call beyond is answered at once with the
    /// latest state (P-071, P-075).
    pub fn waiters(mut self, calls: usize) -> Self {
        self.settings.waiters = calls;
        self
    }

    /// The most bytes of one response or metadata: by default what leaves room for the rest of an operation in
    /// a gRPC message of 4 MiB. A larger response ends its operation with RESOURCE_EXHAUSTED, reason PAYLOAD_TOO_LARGE. So is a call
    /// refused with a larger request, where the method compares requests (`request_id`).
    pub fn payload_limit(mut self, bytes: usize) -> Self {
        self.settings.payload_limit = bytes;
        self
    }

    /// What the ids of operations begin with, before a UUID: nothing by default, `akmf.` in the API Keys API (P-082).
    /// Lower-case letters, digits, `-`, `.`, `_` and `~` (P-079).
    pub fn id_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.settings.id_prefix = prefix.into();
        self
    }

    /// Adds the descriptors of prost-generated payloads: a serialized `google.protobuf.FileDescriptorSet`, as
    /// prost-build and protox write it. Types with `#[derive(Payload)]` bring theirs along.
    pub fn descriptors(mut self, file_descriptor_set: impl Into<Bytes>) -> Self {
        self.descriptors.push(file_descriptor_set.into());
        self
    }

    /// Asks this hook before each call of one of the five methods that comes over a wire, on both wires, and before anything is looked
    /// up: whom it refuses learns nothing about what exists (P-040, P-043). Without a hook everybody may do everything. Calls of
    /// [`Operations`]' own methods, from within the program, are not asked about.
    ///
    /// The hook's error is the call's: UNAUTHENTICATED for a caller who is not known, and [`Access::denied`] for one who may not. A name
    /// cannot be guessed, but is no capability; what decides is whose it is, which is mostly told by its parent.
    ///
    /// ```
    /// use lro_runtime::{Operations, Status};
    ///
    /// let builder = Operations::builder().authorize(|access| async move {
    ///     let Some(tenant) = access.headers.get("x-tenant").and_then(|tenant| tenant.to_str().ok()) else {
    ///         return Err(Status::unauthenticated("say who you are in x-tenant"));
    ///     };
    ///     // `tenants/a` to list, `tenants/a/operations/…` for the other methods.
    ///     let mut segments = access.name.split('/');
    ///     let own = segments.next() == Some("tenants") && segments.next() == Some(tenant);
    ///     if own { Ok(()) } else { Err(access.denied()) }
    /// });
    /// # drop(builder);
    /// ```
    pub fn authorize<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(Access) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Status>> + Send + 'static,
    {
        self.settings.authorize = Some(Authorize::new(hook));
        self
    }

    /// Adds words of an API's own to the filters of lists (P-128). The hook sees each restriction, as its field, comparator and value,
    /// and answers with the filter that it stands for, or with `None` to leave it as it is.
    ///
    /// ```
    /// use lro_runtime::Operations;
    ///
    /// let builder = Operations::builder().filter_alias(|field, comparator, value| match (field, comparator, value) {
    ///     ("startTime", _, _) => Some(format!("metadata.start_time {comparator} {value:?}")),
    ///     ("status", "=", "done") => Some("done = true AND NOT error:*".to_owned()),
    ///     ("status", "=", "in_progress") => Some("done = false".to_owned()),
    ///     ("status", "=", "failed") => Some("error:*".to_owned()),
    ///     _ => None,
    /// });
    /// # drop(builder);
    /// ```
    pub fn filter_alias(
        mut self,
        hook: impl Fn(&str, &str, &str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.settings.filter_alias = Some(FilterAlias::new(hook));
        self
    }

    /// Opens the engine on a store.
    ///
    /// # Errors
    /// When a setting makes no sense, when a linked method's response or metadata type has no descriptor, or when the
    /// store does not answer.
    pub async fn open_store(self, store: impl Store) -> Result<Operations, OpenError> {
        check(&self.settings)?;
        let registry = Registry::build(&self.descriptors).map_err(OpenError::Descriptors)?;
        registry.check_methods().map_err(OpenError::Descriptors)?;
        Operations::start(Arc::new(store), registry, self.settings).await
    }
}

fn check(settings: &Settings) -> Result<(), OpenError> {
    const SHORTEST_LEASE: Duration = Duration::from_millis(100);
    if settings.lease < SHORTEST_LEASE {
        return Err(OpenError::Setting("a lease is at least 100 ms"));
    }
    if settings.running == 0 {
        return Err(OpenError::Setting("at least one operation must be able to run"));
    }
    let unreserved = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._~".contains(c);
    if !settings.id_prefix.chars().all(unreserved) || settings.id_prefix.len() > 64 {
        return Err(OpenError::Setting(
            "an id prefix has at most 64 lower-case letters, digits, `-`, `.`, `_` and `~`",
        ));
    }
    Ok(())
}

/// Why an engine could not be opened.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenError {
    /// A setting makes no sense.
    Setting(&'static str),
    /// The store's URL names no store that is compiled in.
    Url(String),
    /// Descriptors are missing or contradict each other.
    Descriptors(RegistryError),
    /// The store could not be opened.
    Store(StoreError),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(message) => f.write_str(message),
            Self::Url(message) => f.write_str(message),
            Self::Descriptors(error) => write!(f, "{error}"),
            Self::Store(error) => match std::error::Error::source(error) {
                Some(cause) => write!(f, "{error}: {cause}"),
                None => write!(f, "{error}"),
            },
        }
    }
}

impl std::error::Error for OpenError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Setting(_) | Self::Url(_) => None,
            Self::Descriptors(error) => Some(error),
            Self::Store(error) => Some(error),
        }
    }
}
