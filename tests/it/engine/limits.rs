//! What is bounded, and how it is refused.

use lro_runtime::{Code, Context, OpenError, Operations, Status, long_running};

use crate::support::works::{WorkMetadata, WorkResponse, done, start, start_endless, start_waiting};
use crate::support::{end, error, open, settle, store};

#[tokio::test(start_paused = true)]
async fn more_than_may_run_wait_and_more_than_may_wait_are_refused_and_leave_nothing_p027() {
    let store = store();
    let operations = open(&store, |builder| builder.running(1).waiting(2)).await;
    let (first, ending) = start_waiting(&operations).await;
    let second = start(&operations, |_| async { done("second") }).await.unwrap();
    let third = start(&operations, |_| async { done("third") }).await.unwrap();
    let refused = start(&operations, |_| async { done("fourth") }).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.reason().as_deref(), Some("TOO_MANY_OPERATIONS"));
    settle().await;
    let listed = operations.list(&Default::default()).await.unwrap().operations;
    assert_eq!(listed.len(), 3, "nothing is left of the fourth");
    assert!(listed.iter().all(|operation| !operation.is_done()));
    ending.send(done("first")).unwrap();
    assert_eq!((first.await, second.await, third.await), (done("first"), done("second"), done("third")));
    start(&operations, |_| async { done("fifth") }).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_response_past_the_limit_ends_the_operation_with_a_clear_error() {
    let store = store();
    let operations = open(&store, |builder| builder.payload_limit(100)).await;
    let operation = start(&operations, |_| async { done(&"x".repeat(200)) }).await.unwrap();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::ResourceExhausted, "PAYLOAD_TOO_LARGE".into()));
}

/// Refuses an empty text.
#[long_running(
        response = WorkResponse,
    service = "lro.tests.v1.Works",
    operations = operations,
    validate = if text.is_empty() { Err(Status::invalid_argument("text is empty")) } else { Ok(()) }
)]
async fn echo(
    operations: Operations,
    ctx: Context<WorkMetadata>,
    text: String,
) -> Result<WorkResponse, Status> {
    ctx.update(|metadata| metadata.percent = 100).await?;
    done(&text)
}

#[tokio::test(start_paused = true)]
async fn a_refused_start_is_an_error_of_the_call_and_leaves_nothing_p027_p180() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    let refused = echo(operations.clone(), String::new()).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Code::InvalidArgument, "text is empty"));
    assert_eq!(refused.reason().as_deref(), Some("INVALID_ARGUMENT"));
    assert!(operations.list(&Default::default()).await.unwrap().operations.is_empty());
    assert_eq!(echo(operations, "text".into()).await.unwrap().await, done("text"));
}

#[tokio::test(start_paused = true)]
async fn settings_without_sense_and_unknown_stores_are_refused_when_the_engine_is_built() {
    let builder = Operations::builder;
    for builder in [
        builder().lease(std::time::Duration::ZERO),
        builder().running(0),
        builder().id_prefix("Upper"),
        builder().id_prefix("a/b"),
        builder().id_prefix("x:cancel"),
    ] {
        assert!(matches!(builder.open_store(store()).await, Err(OpenError::Setting(_))), "P-079, P-081");
    }
    for url in ["", "memory", "memory:x", "mysql://x", "sqlite:"] {
        let error = Operations::open(url).await.unwrap_err();
        assert!(error.to_string().contains("memory:"), "{error}");
    }
    Operations::open("memory:").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn ids_begin_with_the_prefix_and_are_never_the_same_p066_p079_p082() {
    let store = store();
    let operations = open(&store, |builder| builder.id_prefix("akmf.")).await;
    let mut names = std::collections::HashSet::new();
    for _ in 0..100 {
        let operation = start_endless(&operations).await;
        let uuid = operation.name().id().strip_prefix("akmf.").expect("the prefix");
        uuid::Uuid::parse_str(uuid).expect("a UUID");
        assert!(names.insert(operation.name().clone()));
    }
}
