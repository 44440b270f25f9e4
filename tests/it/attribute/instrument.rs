//! Beside `#[instrument]`, above or below, in the shapes where both rewrite the function.

use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Status, long_running};
use tracing::instrument;

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse, done};

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
    name: String,
}

impl Service {
    #[instrument(fields(service = self.name), err)]
    #[long_running(parent = parent)]
    async fn above(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
        done(&format!("{} {parent} {}", self.name, ctx.attempt()))
    }

    #[long_running(parent = parent)]
    #[instrument(skip_all, err)]
    async fn below(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
        done(&format!("{} {parent} {}", self.name, ctx.attempt()))
    }
}

type Started = Result<Operation<WorkResponse, WorkMetadata>, Status>;

#[async_trait]
trait Dynamic {
    async fn dynamic_above(&self, parent: String) -> Started;
    async fn dynamic_below(&self, parent: String) -> Started;
}

#[async_trait]
impl Dynamic for Service {
    #[instrument(fields(service = self.name), err)]
    #[long_running(parent = parent)]
    async fn dynamic_above(
        &self,
        mut ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        ctx = ctx.clone();
        done(&format!("{} {parent} {}", self.name, ctx.attempt()))
    }

    #[long_running(parent = parent)]
    #[instrument(skip_all, err)]
    async fn dynamic_below(
        &self,
        ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        done(&format!("{} {parent} {}", self.name, ctx.attempt()))
    }
}

#[tokio::test(start_paused = true)]
async fn both_attributes_do_their_work() {
    let (operations, _store) = engine().await;
    let service = Service { operations, name: "s".to_owned() };
    let parent = || "users/1".to_owned();
    let started = [
        service.above(parent()).await,
        service.below(parent()).await,
        service.dynamic_above(parent()).await,
        service.dynamic_below(parent()).await,
    ];
    for started in started {
        assert_eq!(started.expect("it starts").await.expect("a response").text, "s users/1 1");
    }
}
