//! The attribute on traits: what they declare is what implementations and mocks have, in plain Rust and under `#[async_trait]`.

use std::sync::Arc;

use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse, done};

/// In plain Rust. The rpc is `Work`, so that its response keeps the convention.
#[long_running]
trait Native {
    /// What is no method.
    const LIMIT: usize;

    type Extra: Payload;

    /// Works.
    #[long_running(name = "Work")]
    async fn native(&self, ctx: Context<WorkMetadata>, text: String) -> Result<WorkResponse, Status>;

    /// With a future that can be spawned.
    #[long_running(response = WorkResponse, metadata = WorkMetadata)]
    fn spawned(&self, text: String) -> impl Future<Output = Result<WorkResponse, Status>> + Send;

    #[long_running]
    async fn associated(&self, extra: Self::Extra) -> Result<Self::Extra, Status>;

    #[cfg(any())]
    #[long_running]
    async fn absent(&self, ctx: Context<Absent>) -> Result<Absent, Status>;

    fn greeting(&self) -> String {
        format!("hello {}", Self::LIMIT)
    }
}

#[long_running]
#[async_trait]
trait Above: Send + Sync {
    #[long_running(response = WorkResponse)]
    async fn above(&self, text: String, #[context] cx: Context<WorkMetadata>)
    -> Result<WorkResponse, Status>;
}

#[async_trait]
#[long_running]
trait Below: Send + Sync {
    #[long_running(response = WorkResponse)]
    async fn below(self: Arc<Self>, ctx: Context<WorkMetadata>, text: String)
    -> Result<WorkResponse, Status>;
}

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
}

#[long_running(service = "lro.tests.traits.v1.Native")]
impl Native for Service {
    const LIMIT: usize = 3;

    type Extra = WorkMetadata;

    #[long_running(name = "Work")]
    async fn native(&self, ctx: Context<WorkMetadata>, text: String) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 50).await?;
        done(&format!("{} {text}", self.greeting()))
    }

    #[long_running(response = WorkResponse, metadata = WorkMetadata)]
    async fn spawned(&self, text: String) -> Result<WorkResponse, Status> {
        done(&text)
    }

    #[long_running]
    async fn associated(&self, extra: Self::Extra) -> Result<Self::Extra, Status> {
        Ok(extra)
    }
}

#[async_trait]
impl Above for Service {
    #[long_running(response = WorkResponse)]
    async fn above(&self, text: String, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        drop(ctx);
        done(&text)
    }
}

#[long_running]
#[async_trait]
impl Below for Service {
    #[long_running(response = WorkResponse, metadata = WorkMetadata)]
    async fn below(self: Arc<Self>, text: String) -> Result<WorkResponse, Status> {
        done(&text)
    }
}

/// Written by hand, against the signatures that the traits are to have.
struct Mock(WorkOperation);

impl Native for Mock {
    const LIMIT: usize = 0;

    type Extra = ();

    async fn native(&self, _: String) -> Result<Operation<WorkResponse, WorkMetadata>, Status> {
        Ok(self.0.clone())
    }

    async fn spawned(&self, text: String) -> Result<SpawnedOperation, Status> {
        Err(Status::invalid_argument(text))
    }

    async fn associated(&self, (): ()) -> Result<Operation<(), ()>, Status> {
        Err(Status::invalid_argument("none"))
    }
}

#[async_trait]
impl Above for Mock {
    async fn above(&self, _: String) -> Result<AboveOperation, Status> {
        Ok(self.0.clone())
    }
}

#[async_trait]
impl Below for Mock {
    async fn below(self: Arc<Self>, _: String) -> Result<BelowOperation, Status> {
        Ok(self.0.clone())
    }
}

async fn works(native: &impl Native) -> String {
    native.native("n".into()).await.unwrap().await.unwrap().text
}

#[tokio::test]
async fn implementations_and_mocks_have_the_signatures_that_a_trait_declares() {
    let (operations, _store) = engine().await;
    let service = Service { operations };
    assert_eq!(works(&service).await, "hello 3 n");
    let operation: WorkOperation = service.native("kept".into()).await.unwrap();
    let mock = Mock(operation);
    assert_eq!(works(&mock).await, "hello 3 kept");
    assert_eq!(mock.spawned("no".into()).await.unwrap_err(), Status::invalid_argument("no"));

    let extra = WorkMetadata { percent: 1 };
    assert_eq!(service.associated(extra.clone()).await.unwrap().await.unwrap(), extra);

    let above: [(&dyn Above, &str); 2] = [(&service, "a"), (&mock, "hello 3 kept")];
    for (above, text) in above {
        let operation = above.above("a".into()).await.unwrap();
        assert_eq!(operation.await.unwrap().text, text);
    }
    let below: [(Arc<dyn Below>, &str); 2] = [(Arc::new(service), "b"), (Arc::new(mock), "hello 3 kept")];
    for (below, text) in below {
        assert_eq!(below.below("b".into()).await.unwrap().await.unwrap().text, text);
    }
}

/// What is generic over the trait, and needs to be `Send`: the declared future says that it is.
async fn sent<N: Native>(native: &N) -> Result<SpawnedOperation, Status> {
    fn is_send<F: Future + Send>(future: F) -> F {
        future
    }
    is_send(native.spawned("s".into())).await
}

#[tokio::test]
async fn a_declared_future_can_be_sent() {
    let (operations, _store) = engine().await;
    let operation = sent(&Service { operations }).await.unwrap();
    assert_eq!(operation.await.unwrap().text, "s");
}
