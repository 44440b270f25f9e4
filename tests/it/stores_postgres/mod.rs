//! What only a store on a server can get wrong: the server goes away, others write at the same time, batches have mates.

mod batches;
mod lost_notifications;
mod opening;
mod outages;
mod plans;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use lro_runtime::store::{
    Change, Changes, Created, Cursor, Guard, Key, NewRecord, Patch, PostgresStore, Query, Store, StoreError,
    WorkerId, Written,
};
use lro_runtime::{Any, OperationName, Operations, Outcome};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::postgres::{Server, Sql, blocking, database, fresh_schema, in_schema};

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

/// A store in a schema of its own, on the server that the tests share.
async fn store() -> (PostgresStore, String) {
    let url = fresh_schema().await;
    (connect(&url).await, url)
}

/// The value of the last option of a URL.
fn last(url: &str) -> &str {
    url.rsplit('=').next().unwrap_or_default()
}
