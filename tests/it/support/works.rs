//! One long-running method that does whatever a test gives it.

use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};
use tokio::sync::oneshot;

/// How far the work is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.v1")]
pub(crate) struct WorkMetadata {
    #[payload(tag = 1)]
    pub(crate) percent: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.v1")]
pub(crate) struct WorkResponse {
    #[payload(tag = 1)]
    pub(crate) text: String,
}

pub(crate) fn done(text: &str) -> Result<WorkResponse, Status> {
    Ok(WorkResponse { text: text.to_owned() })
}

/// Does what the test says.
#[long_running(service = "lro.tests.v1.Works", parent = parent, operations = operations)]
pub(crate) async fn work<F, W>(
    ctx: Context<WorkMetadata>,
    operations: Operations,
    parent: String,
    body: F,
) -> Result<WorkResponse, Status>
where
    F: FnOnce(Context<WorkMetadata>) -> W + Send + 'static,
    W: Future<Output = Result<WorkResponse, Status>> + Send + 'static,
{
    body(ctx).await
}

/// Starts an operation at the root.
pub(crate) async fn start<F, W>(
    operations: &Operations,
    body: F,
) -> Result<Operation<WorkResponse, WorkMetadata>, Status>
where
    F: FnOnce(Context<WorkMetadata>) -> W + Send + 'static,
    W: Future<Output = Result<WorkResponse, Status>> + Send + 'static,
{
    work(operations.clone(), String::new(), body).await
}

/// Starts an operation that never ends by itself.
pub(crate) async fn start_endless(operations: &Operations) -> Operation<WorkResponse, WorkMetadata> {
    start(operations, |_| std::future::pending()).await.expect("it starts")
}

/// Starts an operation that ends when the test says so, with what it is sent.
pub(crate) async fn start_waiting(
    operations: &Operations,
) -> (Operation<WorkResponse, WorkMetadata>, oneshot::Sender<Result<WorkResponse, Status>>) {
    let (end, ended) = oneshot::channel();
    let operation = start(operations, |_| async { ended.await.expect("the test sends an end") }).await;
    (operation.expect("it starts"), end)
}
