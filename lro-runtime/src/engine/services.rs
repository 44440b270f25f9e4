//! What can run again in this process: the services that are registered, and the methods that are called on them.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rerun::{LinkedService, Replay, Service};
use crate::data::method::{self, OnInterrupt};
use crate::data::payload::any::Any;
use crate::data::status::Status;
use crate::store::StoreError;

/// A method as recovery calls it.
type Call = Arc<dyn Fn(&Service, &Any) -> Result<Replay, Status> + Send + Sync>;

/// One method that can run again, and the type of the service that it is called on.
#[derive(Clone)]
pub(crate) struct Rerun {
    type_id: TypeId,
    type_name: &'static str,
    call: Call,
}

impl Rerun {
    pub(crate) fn new<S: 'static>(
        call: impl Fn(&Service, &Any) -> Result<Replay, Status> + Send + Sync + 'static,
    ) -> Self {
        Self { type_id: TypeId::of::<S>(), type_name: type_name::<S>(), call: Arc::new(call) }
    }
}

/// The table of one engine. It keeps the services, and those keep the engine: only `clear` takes them apart.
#[derive(Default)]
pub(crate) struct Services(Mutex<Table>);

#[derive(Default)]
struct Table {
    services: HashMap<TypeId, Arc<Service>>,
    methods: HashMap<String, Rerun>,
    /// Whether `run` was called: before, nothing is claimed.
    running: bool,
}

impl Services {
    pub(crate) fn add<S: Send + Sync + 'static>(&self, service: S) {
        self.table().services.insert(TypeId::of::<S>(), Arc::new(service));
    }

    pub(crate) fn add_method(&self, name: &str, rerun: Rerun) {
        self.table().methods.insert(name.to_owned(), rerun);
    }

    /// Adds what is linked, and checks that every linked restartable method can be called. Says whether this is the first time.
    ///
    /// # Errors
    /// Lists the methods without a service, and those that nobody knows how to call.
    pub(crate) fn run(&self) -> Result<bool, RunError> {
        let mut table = self.table();
        for linked in inventory::iter::<LinkedService> {
            for rerun in linked.reruns {
                let call = rerun.call;
                let (type_id, type_name) = ((linked.type_id)(), (linked.type_name)());
                let added = Rerun { type_id, type_name, call: Arc::new(call) };
                table.methods.entry(rerun.method.to_owned()).or_insert(added);
            }
        }
        let mut missing: Vec<_> = table
            .methods
            .iter()
            .filter(|(_, rerun)| !table.services.contains_key(&rerun.type_id))
            .map(|(method, rerun)| UnregisteredMethod {
                method: method.clone(),
                service: Some(rerun.type_name),
            })
            .collect();
        missing.extend(
            method::linked()
                .filter(|linked| linked.method.on_interrupt != OnInterrupt::Fail)
                .map(|linked| linked.method.full_name())
                .filter(|method| !table.methods.contains_key(method))
                .map(|method| UnregisteredMethod { method, service: None }),
        );
        missing.sort();
        missing.dedup();
        if !missing.is_empty() {
            return Err(RunError::Unregistered(missing));
        }
        Ok(!std::mem::replace(&mut table.running, true))
    }

    /// The methods that this process may claim; none before `run`.
    pub(crate) fn methods(&self) -> Vec<String> {
        let table = self.table();
        if table.running { table.methods.keys().cloned().collect() } else { Vec::new() }
    }

    /// Calls a method with a stored request; `None` when it is not registered.
    pub(crate) fn call(&self, method: &str, request: &Any) -> Option<Result<Replay, Status>> {
        let (service, call) = {
            let table = self.table();
            let rerun = table.methods.get(method).filter(|_| table.running)?;
            (Arc::clone(table.services.get(&rerun.type_id)?), Arc::clone(&rerun.call))
        };
        // Without the lock: what is called is the user's.
        Some(call(&*service, request))
    }

    /// Forgets everything. The services are dropped outside of the lock, since they may hold the last handle.
    pub(crate) fn clear(&self) {
        let table = std::mem::take(&mut *self.table());
        drop(table);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("methods", &self.methods()).finish_non_exhaustive()
    }
}

/// Why [`Operations::run`](crate::Operations::run) does not begin.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// Restartable methods that could not be run again: nobody knows how to call them, or on what.
    Unregistered(Vec<UnregisteredMethod>),
    /// The store cannot answer.
    Store(StoreError),
}

/// A restartable method that cannot be called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnregisteredMethod {
    method: String,
    service: Option<&'static str>,
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = match self {
            Self::Unregistered(missing) => missing,
            Self::Store(error) => return write!(f, "{error}"),
        };
        f.write_str("these methods are to run again when they were interrupted, and cannot be:")?;
        for UnregisteredMethod { method, service } in missing {
            match service {
                Some(service) => write!(
                    f,
                    "\n  `{method}`: there is no `{service}` to call it on; `operations.service(…)` registers one"
                )?,
                None => write!(
                    f,
                    "\n  `{method}`: nobody knows how to call it; put `#[long_running(service = …)]` on its `impl` block, \
                     or use `operations.restart(\"{method}\", path)`"
                )?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unregistered(_) => None,
            Self::Store(error) => error.source(),
        }
    }
}
