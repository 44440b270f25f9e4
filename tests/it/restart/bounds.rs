//! Nothing runs again for ever.

use lro_runtime::store::{Guard, NewRecord, Patch, Store as _, WorkerId};
use lro_runtime::{Any, Code, OperationName, Outcome};
use uuid::Uuid;

use super::{LEASE, replica};
use crate::support::restarts::{COPY, Copies, copied, endless};
use crate::support::{end, error, open, store};

#[tokio::test(start_paused = true)]
async fn a_crash_loop_stops_at_max_attempts() {
    let store = store();
    let mut runs = Vec::new();
    let mut way = store.another_way();
    let mut running = replica(&way, endless).await;
    let operation = running.start().await;
    let name = operation.name().to_string();
    // Five processes, each killed when it has begun; the method may run three times.
    for _ in 0..5 {
        let next_way = store.another_way();
        let next = replica(&next_way, endless).await;
        way.outage(true);
        tokio::time::sleep(LEASE * 3).await;
        runs.push(running.runs());
        (way, running) = (next_way, next);
    }
    assert_eq!(runs, [1, 1, 1, 0, 0]);
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, &name).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Aborted, "ATTEMPTS_EXHAUSTED".into()));
}

/// A worker that cannot run the method leaves it alone: a rolling deploy kills nothing.
#[tokio::test(start_paused = true)]
async fn a_method_that_nobody_registers_ends_after_ten_leases() {
    let store = store();
    let gone = replica(&store, endless).await;
    let operation = gone.start().await;
    let name = operation.name().to_string();
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
    tokio::time::sleep(LEASE * 10).await;
    assert!(!operations.get(&name).await.unwrap().is_done());
    tokio::time::sleep(LEASE * 2).await;
    let snapshot = operations.get(&name).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Aborted, "METHOD_UNREGISTERED".into()));
}

#[tokio::test(start_paused = true)]
async fn a_method_that_comes_back_in_time_runs_again() {
    let store = store();
    let gone = replica(&store, endless).await;
    let operation = gone.start().await;
    store.outage(true);
    let operations = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
    tokio::time::sleep(LEASE * 9).await;
    let back = replica(&store.another_way(), copied).await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
    assert_eq!(back.runs(), 1);
}

/// A record of another build, with this request.
fn older(request: Any) -> NewRecord {
    NewRecord {
        name: OperationName::parse("operations/older").unwrap(),
        method: COPY.into(),
        restartable: true,
        request: Some(request),
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("lro.tests.restart.v1.CopyMetadata", ""),
        worker: WorkerId(Uuid::now_v7()),
        attempt: 1,
    }
}

/// A request that another build wrote, and this one cannot read, ends the operation once, and says so.
#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_read_is_an_error_and_no_loop() {
    for (type_name, bytes) in
        [("lro.tests.restart.v1.CopyRequest", &b"\xff\xff"[..]), ("lro.tests.restart.v1.OlderRequest", b"")]
    {
        let store = store();
        store.create(older(Any::new(type_name, bytes)), None).await.unwrap();
        let copies = replica(&store.another_way(), copied).await;
        let operations = open(&store.another_way(), |builder| builder).await;
        let snapshot = end(&operations, "operations/older").await.unwrap();
        assert_eq!(error(&snapshot), (Code::Internal, "REQUEST_NOT_DECODABLE".into()));
        assert_eq!(copies.runs(), 0);
    }
}

/// D9: what was cancelled ends CANCELLED, whether it could have run again or not.
#[tokio::test(start_paused = true)]
async fn a_cancel_comes_before_a_request_that_cannot_be_read() {
    let store = store();
    let record = older(Any::new("lro.tests.restart.v1.CopyRequest", &b"\xff\xff"[..]));
    let name = record.name.clone();
    store.create(record, None).await.unwrap();
    let cancel = Patch { cancel: true, ..Patch::default() };
    store.update(&name, Guard::Open, cancel).await.unwrap();
    let copies = replica(&store.another_way(), copied).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    let snapshot = end(&operations, name.as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Cancelled, "OPERATION_CANCELLED".into()));
    assert_eq!(copies.runs(), 0);
}

/// P-195 holds over a restart: the time limit counts from the first start, by the store's clock.
#[tokio::test(start_paused = true)]
async fn a_deadline_ends_what_runs_again_too() {
    let store = store();
    let request = Any::new("lro.tests.restart.v1.CopyRequest", "");
    store.create(older(request), Some(LEASE * 4)).await.unwrap();
    let copies = replica(&store.another_way(), endless).await;
    let operations = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
    tokio::time::sleep(LEASE * 4).await;
    assert_eq!(copies.runs(), 1);
    // No worker asks its own clock: who runs it again leaves the end to the sweep, which sees it twice.
    tokio::time::sleep(LEASE).await;
    let snapshot = operations.get("operations/older").await.unwrap();
    assert_eq!(error(&snapshot).0, Code::DeadlineExceeded);
}

/// What is hidden is bounded too.
#[tokio::test(start_paused = true)]
async fn hidden_and_exhausted_work_is_forgotten_too() {
    let store = store();
    let copies = Copies::new(&open(&store, |builder| builder.lease(LEASE)).await, endless);
    copies.run().await;
    let operation = copies.start().await;
    // As if three runs had been interrupted before.
    let patch = Patch { interruptions: Some(3), ..Patch::default() };
    store.update(operation.name(), Guard::Attempt(1), patch).await.unwrap();
    operation.operations().delete(operation.name().as_str()).await.unwrap();
    store.outage(true);
    let witness = replica(&store.another_way(), copied).await;
    tokio::time::sleep(LEASE * 3).await;
    let left = store.another_way().get(std::slice::from_ref(operation.name())).await.unwrap();
    assert!(left[0].as_ref().is_none_or(|record| record.outcome.is_some()), "{left:?}");
    assert_eq!(witness.runs(), 0);
}
