//! A service whose method runs again when it was interrupted, and does what each replica's test says.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};

/// The full name of [`Copies::copy`].
pub(crate) const COPY: &str = "lro.tests.restart.v1.Copies/Copy";

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.restart.v1")]
pub(crate) struct CopyRequest {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) parts: u32,
    /// What the start is refused with, if anything.
    #[payload(tag = 3)]
    pub(crate) refused: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.restart.v1")]
pub(crate) struct CopyMetadata {
    #[payload(tag = 1)]
    pub(crate) copied: u32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.restart.v1")]
pub(crate) struct CopyResponse {
    #[payload(tag = 1)]
    pub(crate) parts: u32,
    #[payload(tag = 2)]
    pub(crate) attempt: u32,
}

pub(crate) type Ctx = Context<CopyMetadata>;
type Body = dyn Fn(Ctx, CopyRequest) -> BoxFuture<'static, Result<CopyResponse, Status>> + Send + Sync;

/// One replica's service.
#[derive(Clone)]
pub(crate) struct Copies {
    operations: Operations,
    body: Arc<Body>,
    runs: Arc<AtomicU32>,
    validated: Arc<AtomicU32>,
}

impl Copies {
    pub(crate) fn new<F, W>(operations: &Operations, body: F) -> Self
    where
        F: Fn(Ctx, CopyRequest) -> W + Send + Sync + 'static,
        W: Future<Output = Result<CopyResponse, Status>> + Send + 'static,
    {
        Self {
            operations: operations.clone(),
            body: Arc::new(move |ctx, request| body(ctx, request).boxed()),
            runs: Arc::default(),
            validated: Arc::default(),
        }
    }

    /// How often the handler began.
    pub(crate) fn runs(&self) -> u32 {
        self.runs.load(Ordering::SeqCst)
    }

    /// How often the hook was asked.
    pub(crate) fn validated(&self) -> u32 {
        self.validated.load(Ordering::SeqCst)
    }

    /// Copies what it is told to, at most three times.
    #[long_running(
        service = "lro.tests.restart.v1.Copies",
        parent = request.parent,
        validate = self.validate(&request),
        on_interrupt = restart,
        max_attempts = 3
    )]
    pub(crate) async fn copy(
        &self,
        ctx: Context<CopyMetadata>,
        request: CopyRequest,
    ) -> Result<CopyResponse, Status> {
        self.runs.fetch_add(1, Ordering::SeqCst);
        (self.body)(ctx, request).await
    }

    fn validate(&self, request: &CopyRequest) -> Result<(), Status> {
        self.validated.fetch_add(1, Ordering::SeqCst);
        if request.refused.is_empty() { Ok(()) } else { Err(Status::invalid_argument(&*request.refused)) }
    }

    /// Starts a copy of three parts at the root.
    pub(crate) async fn start(&self) -> Operation<CopyResponse, CopyMetadata> {
        self.copy(request()).await.expect("it starts")
    }

    /// Registers it, and lets its engine run again what was interrupted.
    pub(crate) async fn run(&self) -> &Self {
        self.operations.service(self.clone());
        self.operations.restart(COPY, Self::copy);
        register_others(&self.operations);
        self.operations.run().await.expect("everything is registered");
        self
    }
}

impl fmt::Debug for Copies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Copies").finish_non_exhaustive()
    }
}

/// All that restarts in this test binary must be registered with every engine that runs.
pub(crate) fn register_others(operations: &Operations) {
    crate::attribute::register(operations);
    crate::restart::shapes::register(operations);
}

pub(crate) fn request() -> CopyRequest {
    CopyRequest { parent: String::new(), parts: 3, refused: String::new() }
}

/// Never ends by itself.
pub(crate) async fn endless(_: Ctx, _: CopyRequest) -> Result<CopyResponse, Status> {
    std::future::pending().await
}

/// Ends at once, and says in which attempt.
pub(crate) async fn copied(ctx: Ctx, request: CopyRequest) -> Result<CopyResponse, Status> {
    Ok(CopyResponse { parts: request.parts, attempt: ctx.attempt() })
}
