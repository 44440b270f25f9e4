//! A long-running method whose calls can have keys, and a service that counts what they do.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lro_runtime::{Context, Operations, Payload, Status, long_running};
use tokio::sync::Semaphore;

use super::works::{WorkMetadata, WorkResponse, done};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.v1")]
pub(crate) struct CopyRequest {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) disk: String,
    #[payload(tag = 3)]
    pub(crate) request_id: String,
    #[payload(tag = 4)]
    pub(crate) validate_only: bool,
    #[payload(tag = 5)]
    pub(crate) labels: HashMap<String, String>,
}

impl CopyRequest {
    /// A request for a disk, with an id.
    pub(crate) fn new(disk: &str, request_id: &str) -> Self {
        let (disk, request_id) = (disk.to_owned(), request_id.to_owned());
        // As many as make another order of the map all but certain.
        let labels = (0..20).map(|n| (n.to_string(), "label".to_owned())).collect();
        Self { disk, request_id, labels, ..Self::default() }
    }
}

/// Copies disks, each only once, and counts.
#[derive(Clone, Debug)]
pub(crate) struct Copies {
    pub(crate) operations: Operations,
    /// How many calls were validated.
    pub(crate) validated: Arc<AtomicUsize>,
    /// How many handlers have begun.
    pub(crate) runs: Arc<AtomicUsize>,
    /// Lets one handler end for each permit.
    pub(crate) end: Arc<Semaphore>,
}

impl Copies {
    pub(crate) fn new(operations: &Operations) -> Self {
        Self {
            operations: operations.clone(),
            validated: Arc::default(),
            runs: Arc::default(),
            end: Arc::new(Semaphore::new(0)),
        }
    }

    /// The same service on another replica.
    pub(crate) fn on(&self, operations: &Operations) -> Self {
        Self { operations: operations.clone(), ..self.clone() }
    }

    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.validated.load(Ordering::SeqCst), self.runs.load(Ordering::SeqCst))
    }

    /// Refuses a disk that was copied already, as a service does that makes what it copies.
    async fn check(&self, request: &CopyRequest) -> Result<(), Status> {
        self.validated.fetch_add(1, Ordering::SeqCst);
        match request.disk.as_str() {
            "" => Err(Status::invalid_argument("no disk is named")),
            "taken" if self.runs.load(Ordering::SeqCst) > 0 => Err(Status::already_exists("it is copied")),
            _ => Ok(()),
        }
    }

    async fn run(&self, request: CopyRequest) -> Result<WorkResponse, Status> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        self.end.acquire().await.expect("it is never closed").forget();
        done(&request.disk)
    }

    /// Once for each request id.
    #[long_running(
        response = WorkResponse,
        service = "lro.tests.v1.Copies",
        parent = request.parent,
        request_id = request.request_id,
        validate = self.check(&request).await,
        validate_only = request.validate_only,
    )]
    pub(crate) async fn copy(
        &self,
        _ctx: Context<WorkMetadata>,
        request: CopyRequest,
    ) -> Result<WorkResponse, Status> {
        self.run(request).await
    }

    /// One at a time for each disk, under the same id.
    #[long_running(
        response = WorkResponse,
        service = "lro.tests.v1.Copies",
        parent = request.parent,
        request_id = Some(&request.request_id),
        exclusive = request.disk,
    )]
    pub(crate) async fn copy_alone(
        &self,
        _ctx: Context<WorkMetadata>,
        request: CopyRequest,
    ) -> Result<WorkResponse, Status> {
        self.run(request).await
    }

    /// For no longer than ten minutes.
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Copies", timeout = "10m", exclusive = request.disk)]
    pub(crate) async fn copy_in_time(
        &self,
        _ctx: Context<WorkMetadata>,
        request: CopyRequest,
    ) -> Result<WorkResponse, Status> {
        self.run(request).await
    }
}
