//! What only a store on a server can get wrong: the server goes away, others write at the same time, batches have mates.

use std::time::Duration;

use lro_runtime::store::{
    Change, Changes, Created, Guard, NewRecord, Patch, PostgresStore, Store, StoreError, WorkerId, Written,
};
use lro_runtime::{Any, OperationName};
use uuid::Uuid;

use crate::support::postgres::{Server, in_schema};

fn name(text: &str) -> OperationName {
    text.parse().expect("a valid name")
}

fn new(text: &str) -> NewRecord {
    NewRecord {
        name: name(text),
        method: "acme.disks.v1.Disks/Copy".into(),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("acme.disks.v1.Metadata", vec![7; 100]),
        worker: WorkerId(Uuid::from_u128(1)),
        attempt: 1,
    }
}

async fn connect(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.expect("the store opens")
}

async fn create(store: &PostgresStore, text: &str) {
    let created = store.create(new(text), None).await.expect("create");
    assert!(matches!(created, Created::New(_)), "{created:?}");
}

fn cancel() -> Patch {
    Patch { cancel: true, ..Patch::default() }
}

/// Waits for the next change, as long as it takes a slow machine.
async fn next(changes: &mut dyn Changes) -> Change {
    tokio::time::timeout(Duration::from_secs(30), changes.next()).await.expect("a change is told")
}

/// Runs what blocks beside the store's tasks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("it does not panic")
}

#[tokio::test]
async fn calls_are_unavailable_while_the_server_is_away_and_work_again_when_it_is_back() {
    let server = blocking(Server::start).await;
    let store = connect(&in_schema(&server.database(), "away")).await;
    create(&store, "operations/before").await;
    let mut changes = store.changes();
    let server = blocking(move || {
        server.stop();
        server
    })
    .await;

    let worker = WorkerId(Uuid::from_u128(1));
    for _ in 0..2 {
        let failures = [
            store.create(new("operations/meanwhile"), None).await.map(drop),
            store.update(&name("operations/before"), Guard::Open, cancel()).await.map(drop),
            store.get(&[name("operations/before")]).await.map(drop),
            store.renew(worker, &[], Duration::from_secs(1), true).await.map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(StoreError::Unavailable { .. })), "{failure:?}");
        }
    }
    let server = blocking(move || {
        server.start_again();
        server
    })
    .await;

    assert_eq!(next(&mut *changes).await, Change::Lost);
    let written = store.update(&name("operations/before"), Guard::Open, cancel()).await.expect("update");
    assert!(matches!(written, Written::Applied(_)), "{written:?}");
    assert_eq!(next(&mut *changes).await, Change::Touched(vec![name("operations/before").hash64()]));
    create(&store, "operations/after").await;
    drop(server);
}
