//! What is run: jobs that take steps, keep checkpoints, wait for a cancel, fail; each as its request says, so that it goes on alike
//! wherever it runs again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lro_runtime::{Context, Operations, Payload, Status, long_running};

use super::chance::{Dice as _, draw};
use super::history::{Op, What};
use super::link::{Link, Phase};
use super::world::World;
use crate::support::restarts::{COPY, Copies, copied, register_others};

/// How many runs of a job may be interrupted.
pub(super) const MAX_ATTEMPTS: u32 = 3;

const RESTARTABLE: &str = "lro.tests.simulation.v1.Jobs/Restartable";

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.simulation.v1")]
pub(super) struct JobRequest {
    #[payload(tag = 1)]
    pub(super) parent: String,
    #[payload(tag = 2)]
    pub(super) request_id: String,
    #[payload(tag = 3)]
    pub(super) key: Option<String>,
    #[payload(tag = 4)]
    pub(super) steps: u32,
    /// How long a step takes at most, in milliseconds.
    #[payload(tag = 5)]
    pub(super) pace: u32,
    /// It never ends by itself, and writes nothing.
    #[payload(tag = 6)]
    pub(super) endless: bool,
    /// It does not listen when it is cancelled.
    #[payload(tag = 7)]
    pub(super) stubborn: bool,
    #[payload(tag = 8)]
    pub(super) fails: bool,
    #[payload(tag = 9)]
    pub(super) checkpoints: bool,
    /// How long it may take, in seconds.
    #[payload(tag = 10)]
    pub(super) limit: u32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.simulation.v1")]
pub(super) struct JobMetadata {
    #[payload(tag = 1)]
    step: i64,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.simulation.v1")]
pub(super) struct JobResponse {
    #[payload(tag = 1)]
    pub(super) call: u32,
    #[payload(tag = 2)]
    pub(super) attempt: u32,
}

/// One replica's service.
#[derive(Clone)]
pub(super) struct Jobs {
    pub(super) operations: Operations,
    world: Arc<World>,
    pub(super) link: Arc<Link>,
}

impl Jobs {
    pub(super) fn new(operations: Operations, world: &Arc<World>, link: &Arc<Link>) -> Self {
        Self { operations, world: Arc::clone(world), link: Arc::clone(link) }
    }

    /// Registers it, and what else can run again in this binary.
    pub(super) fn register(&self) {
        self.operations.service(self.clone());
        self.operations.restart(RESTARTABLE, Self::restartable);
        self.operations.service(Copies::new(&self.operations, copied));
        self.operations.restart(COPY, Copies::copy);
        register_others(&self.operations);
    }

    /// Runs again when it was interrupted.
    #[long_running(
        service = "lro.tests.simulation.v1.Jobs",
        catalog = false,
        parent = request.parent,
        request_id = request.request_id,
        exclusive = request.key,
        timeout = Duration::from_secs(request.limit.into()),
        on_interrupt = restart,
        max_attempts = 3
    )]
    pub(super) async fn restartable(
        &self,
        ctx: Context<JobMetadata>,
        request: JobRequest,
    ) -> Result<JobResponse, Status> {
        self.work(ctx, request).await
    }

    /// Ends when it was interrupted.
    #[long_running(
        service = "lro.tests.simulation.v1.Jobs",
        catalog = false,
        parent = request.parent,
        request_id = request.request_id,
        exclusive = request.key,
        timeout = Duration::from_secs(request.limit.into())
    )]
    pub(super) async fn fragile(
        &self,
        ctx: Context<JobMetadata>,
        request: JobRequest,
    ) -> Result<JobResponse, Status> {
        self.work(ctx, request).await
    }

    async fn work(&self, ctx: Context<JobMetadata>, request: JobRequest) -> Result<JobResponse, Status> {
        let (op, attempt) = (self.world.op(ctx.name()), ctx.attempt());
        self.link.awake().await;
        let _running = Running::new(&self.world, &self.link, op, attempt);
        let done: i64 = ctx.restore()?.unwrap_or(0);
        self.world.log(What::Restored { op, attempt, step: done });
        let mut rng = draw(self.world.seed, ("steps", op, attempt));
        for step in done + 1..=request.steps.into() {
            let pace = rng.time(Duration::ZERO, Duration::from_millis(request.pace.into()));
            tokio::time::sleep(pace).await;
            self.link.awake().await;
            if ctx.is_cancelled() && !request.stubborn {
                return Err(Status::cancelled("as it was asked to"));
            }
            if request.checkpoints {
                ctx.checkpoint(&step).await?;
                self.world.log(What::Kept { op, attempt, step });
            } else {
                ctx.update(|metadata| metadata.step = step).await?;
            }
        }
        if request.endless && request.stubborn {
            std::future::pending::<()>().await;
        } else if request.endless {
            ctx.cancelled().await;
            self.link.awake().await;
            return Err(Status::cancelled("as it was asked to"));
        }
        if request.fails {
            Err(Status::internal("as it was to"))
        } else {
            Ok(JobResponse { call: op.call, attempt })
        }
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jobs").field("replica", &self.link.id).finish_non_exhaustive()
    }
}

/// A handler that is there.
struct Running {
    world: Arc<World>,
    link: Arc<Link>,
    op: Op,
    attempt: u32,
}

impl Running {
    fn new(world: &Arc<World>, link: &Arc<Link>, op: Op, attempt: u32) -> Self {
        world.log(What::Began { replica: link.id, op, attempt });
        Self { world: Arc::clone(world), link: Arc::clone(link), op, attempt }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // What a dead process drops, it has not stopped.
        if self.link.phase() != Phase::Dead {
            let Self { op, attempt, .. } = *self;
            self.world.log(What::Stopped { replica: self.link.id, op, attempt });
        }
    }
}
