//! The door through which a wire comes to the five methods: nothing is looked up, or even read, before the caller may (P-043).

use std::time::Duration;

use http::{Extensions, HeaderMap};

use super::{ListRequest, OperationsPage};
use crate::data::operation::Snapshot;
use crate::data::status::Status;
use crate::engine::{Access, Operations, Verb};

/// The right of one caller to do one thing with one name.
#[derive(Debug)]
pub(crate) struct Permit<'o> {
    operations: &'o Operations,
    name: String,
}

impl Operations {
    /// Asks the `authorize` hook, if there is one.
    ///
    /// # Errors
    /// The hook's, whether or not there is such an operation (P-040, P-043).
    pub(crate) async fn permit(
        &self,
        verb: Verb,
        name: String,
        headers: &HeaderMap,
        extensions: &Extensions,
    ) -> Result<Permit<'_>, Status> {
        if let Some(authorize) = &self.engine().settings.authorize {
            let (headers, extensions) = (headers.clone(), extensions.clone());
            authorize.ask(Access { verb, name: name.clone(), headers, extensions }).await?;
        }
        Ok(Permit { operations: self, name })
    }
}

impl Permit<'_> {
    pub(crate) async fn get(self) -> Result<Snapshot, Status> {
        self.operations.get(&self.name).await
    }

    /// Lists under the parent that was asked for: the request's own name does not count.
    pub(crate) async fn list(self, request: ListRequest) -> Result<OperationsPage, Status> {
        self.operations.list(&ListRequest { name: self.name, ..request }).await
    }

    pub(crate) async fn cancel(self) -> Result<(), Status> {
        self.operations.cancel(&self.name).await
    }

    pub(crate) async fn delete(self) -> Result<(), Status> {
        self.operations.delete(&self.name).await
    }

    pub(crate) async fn wait(self, timeout: Option<Duration>) -> Result<Snapshot, Status> {
        self.operations.wait(&self.name, timeout).await
    }
}
