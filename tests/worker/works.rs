//! The worker's methods: steps with an effect outside the store, a checkpoint and progress, and the file in which the effects stand.

use std::fs::{File, OpenOptions};
use std::future::pending;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operations, Status, long_running};
use uuid::Uuid;

use crate::messages::{Kept, WorkMetadata, WorkRequest, WorkResponse};

/// The service.
#[derive(Clone, Debug)]
pub(crate) struct Works {
    pub(crate) operations: Operations,
    pub(crate) effects: Effects,
}

/// A file to which every worker appends what it does: a line is one write, which no kill cuts in two.
#[derive(Clone, Debug)]
pub(crate) struct Effects(Arc<File>);

impl Effects {
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self(Arc::new(OpenOptions::new().create(true).append(true).open(path)?)))
    }

    /// The effect carries what fences it: the operation's name and the attempt.
    fn add(&self, what: &str, ctx: &Context<WorkMetadata>, step: u32) -> Result<(), Status> {
        let line = format!("{what} {} {} {step}\n", ctx.name(), ctx.attempt());
        (&*self.0).write_all(line.as_bytes()).map_err(|error| Status::internal(error.to_string()))
    }
}

impl WorkRequest {
    fn key(&self) -> Option<&str> {
        Some(&*self.key).filter(|key| !key.is_empty())
    }

    fn timeout(&self) -> Duration {
        match self.timeout_millis {
            0 => Duration::from_secs(3600),
            millis => Duration::from_millis(millis.into()),
        }
    }
}

/// Works, and goes on elsewhere when it is interrupted.
#[long_running(
    service = "lro.tests.worker.v1.Works",
    operations = works.operations,
    request_id = request.request_id,
    exclusive = request.key(),
    timeout = request.timeout(),
    on_interrupt = restart,
    max_attempts = 6
)]
pub(crate) async fn work(
    State(works): State<Works>,
    ctx: Context<WorkMetadata>,
    ProtoJson(request): ProtoJson<WorkRequest>,
) -> Result<WorkResponse, Status> {
    works.effects.run(ctx, request).await
}

/// Works, and fails when it is interrupted.
#[long_running(
        response = WorkResponse,
    service = "lro.tests.worker.v1.Works",
    operations = works.operations,
    request_id = request.request_id,
    exclusive = request.key(),
    timeout = request.timeout()
)]
pub(crate) async fn try_work(
    State(works): State<Works>,
    ctx: Context<WorkMetadata>,
    ProtoJson(request): ProtoJson<WorkRequest>,
) -> Result<WorkResponse, Status> {
    works.effects.run(ctx, request).await
}

impl Effects {
    async fn run(&self, ctx: Context<WorkMetadata>, request: WorkRequest) -> Result<WorkResponse, Status> {
        let attempt = ctx.attempt();
        let restored = ctx.restore::<Kept>()?.unwrap_or_default().step;
        let shown = ctx.metadata(|metadata| metadata.step);
        self.add("begin", &ctx, restored)?;
        for step in restored + 1..=request.steps {
            if attempt == 1 && step == request.stuck_at {
                () = pending().await;
            }
            self.add("step", &ctx, step)?;
            let work = tokio::time::sleep(Duration::from_millis(request.step_millis.into()));
            tokio::select! {
                () = work => {}
                () = ctx.cancelled(), if request.heeds_cancel => return Err(Status::cancelled("as asked")),
            }
            ctx.checkpoint(&Kept { attempt, step }).await?;
            self.add("kept", &ctx, step)?;
            ctx.update(|metadata| *metadata = WorkMetadata { attempt, step }).await?;
        }
        if request.fails {
            return Err(Status::failed_precondition("as asked"));
        }
        Ok(WorkResponse { attempt, restored, shown, nonce: Uuid::new_v4().to_string() })
    }
}
