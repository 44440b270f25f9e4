//! What the properties are written with: records to start from, and calls that must be answered in one way.

use std::time::Duration;

use uuid::Uuid;

use crate::data::operation::Outcome;
use crate::data::payload::any::Any;
use crate::store::{Created, Guard, Head, Key, NewRecord, Patch, Query, Record, Store, WorkerId, Written};
use crate::{OperationName, Status};

/// How long leases, time limits and retentions last in the properties.
pub(super) const SPAN: Duration = Duration::from_secs(1);

pub(super) const METHOD: &str = "acme.disks.v1.Disks/Copy";

pub(super) fn name(text: &str) -> OperationName {
    OperationName::parse(text).expect("the properties use valid names")
}

pub(super) fn worker(number: u128) -> WorkerId {
    WorkerId(Uuid::from_u128(number))
}

pub(super) fn key(byte: u8) -> Key {
    Key([byte; 32])
}

pub(super) fn any(text: &str) -> Any {
    Any::new("acme.disks.v1.Text", text.as_bytes().to_vec())
}

/// A record without keys that worker 1 runs as attempt 1, and that cannot run again.
pub(super) fn new(text: &str) -> NewRecord {
    NewRecord {
        name: name(text),
        method: METHOD.into(),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: any("metadata"),
        worker: worker(1),
        attempt: 1,
    }
}

/// Creates a record that nothing stands against.
pub(super) async fn created(store: &dyn Store, new: NewRecord) -> Record {
    created_within(store, new, None).await
}

pub(super) async fn created_within(store: &dyn Store, new: NewRecord, limit: Option<Duration>) -> Record {
    match store.create(new, limit).await.expect("create") {
        Created::New(record) => record,
        other => panic!("expected a new record, got {other:?}"),
    }
}

pub(super) async fn read(store: &dyn Store, name: &OperationName) -> Option<Record> {
    let mut records = store.get(std::slice::from_ref(name)).await.expect("get");
    assert_eq!(records.len(), 1, "one answer a name");
    records.remove(0)
}

/// Updates a record under a guard that admits it.
pub(super) async fn applied(store: &dyn Store, name: &OperationName, guard: Guard, patch: Patch) -> Head {
    match store.update(name, guard, patch).await.expect("update") {
        Written::Applied(head) => head,
        other => panic!("expected {guard:?} to admit the patch, got {other:?}"),
    }
}

/// Tries an update under a guard that does not admit it, and checks that nothing changes.
pub(super) async fn refused(store: &dyn Store, name: &OperationName, guard: Guard, patch: Patch) -> Head {
    let before = read(store, name).await;
    let head = match store.update(name, guard, patch).await.expect("update") {
        Written::Refused(head) => head,
        other => panic!("expected {guard:?} to refuse the patch, got {other:?}"),
    };
    assert_eq!(read(store, name).await, before, "a refused update changes nothing");
    head
}

/// Ends a record that is at attempt 1.
pub(super) async fn finish(store: &dyn Store, name: &OperationName, retention: Option<Duration>) -> Head {
    let patch = Patch { outcome: Some(response("done")), retention, ..Patch::default() };
    applied(store, name, Guard::Attempt(1), patch).await
}

pub(super) async fn remove(store: &dyn Store, name: &OperationName) -> Head {
    applied(store, name, Guard::Visible, Patch { remove: true, ..Patch::default() }).await
}

pub(super) async fn cancel(store: &dyn Store, name: &OperationName) -> Head {
    applied(store, name, Guard::Open, Patch { cancel: true, ..Patch::default() }).await
}

pub(super) fn response(text: &str) -> Outcome {
    Outcome::Response(any(text))
}

pub(super) fn failure(message: &str) -> Outcome {
    Outcome::Error(Status::aborted(message).with_reason("STOPPED", "acme.com", [("part", "3")]))
}

/// The names of a page.
pub(super) async fn listed(store: &dyn Store, query: Query) -> Vec<String> {
    let records = store.list(&query).await.expect("list");
    records.into_iter().map(|record| record.name.to_string()).collect()
}

pub(super) async fn claimable(store: &dyn Store, methods: &[&str]) -> Vec<String> {
    let methods = methods.iter().map(|method| (*method).to_owned()).collect();
    listed(store, Query::Claimable { methods, after: None, limit: 100 }).await
}

pub(super) async fn owned_by(store: &dyn Store, worker: WorkerId) -> Vec<String> {
    listed(store, Query::OwnedBy { worker, after: None, limit: 100 }).await
}

/// The first lease of a worker, or a later one.
pub(super) async fn renewed(store: &dyn Store, worker: WorkerId, first: bool) -> bool {
    store.renew(worker, &[METHOD.to_owned()], SPAN, first).await.expect("renew")
}
