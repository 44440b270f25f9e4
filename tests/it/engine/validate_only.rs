//! Calls that are only to be checked: answered, and nothing left of them (P-034).

use lro_runtime::store::{Conditions, Query, Store as _};
use lro_runtime::{Code, Outcome, grpc};

use crate::support::keyed::{Copies, CopyRequest};
use crate::support::works::{WorkMetadata, WorkResponse};
use crate::support::{each_store, engine, open, settle};

fn checked(disk: &str, request_id: &str) -> CopyRequest {
    CopyRequest { validate_only: true, ..CopyRequest::new(disk, request_id) }
}

/// Done, without a name, with a response of the method's type, on both wires: and not in the store.
#[tokio::test]
async fn a_checked_call_is_done_without_a_name_and_leaves_nothing_p034() {
    for (kind, store, _folder) in each_store().await {
        let operations = open(&store, |builder| builder).await;
        let copies = Copies::new(&operations);
        let operation = copies.copy(checked("d", "id")).await.expect(kind);
        let snapshot = operation.snapshot();
        assert!(snapshot.is_done() && snapshot.name.as_str().is_empty(), "{kind}: {snapshot:?}");
        let Some(Outcome::Response(response)) = &snapshot.outcome else { panic!("{kind}: {snapshot:?}") };
        assert_eq!(&*response.type_url, "type.googleapis.com/lro.tests.v1.WorkResponse", "{kind}");
        let json = operations.to_json(snapshot).expect(kind);
        assert_eq!(
            json,
            "{\"name\":\"\",\"metadata\":{\"@type\":\"type.googleapis.com/lro.tests.v1.WorkMetadata\"},\
             \"done\":true,\"response\":{\"@type\":\"type.googleapis.com/lro.tests.v1.WorkResponse\"}}",
            "{kind}"
        );
        let message = grpc::Operation::from(snapshot);
        assert!(message.done && message.name.is_empty() && message.result.is_some(), "{kind}");

        assert_eq!(copies.counts(), (1, 0), "{kind}: validated, and not run");
        let everything =
            Query::Public { parent: None, conditions: Conditions::default(), after: None, limit: 10 };
        assert_eq!(store.list(&everything).await.expect(kind), [], "{kind}");
        // Its id is not used up.
        let real = copies.copy(CopyRequest::new("d", "id")).await.expect(kind);
        assert!(!real.name().as_str().is_empty(), "{kind}");
    }
}

/// In the process that made the call the handle is whole: it has its response, and there is nothing to cancel.
#[tokio::test(start_paused = true)]
async fn the_handle_of_a_checked_call_can_be_used_p034() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let operation = copies.copy(checked("d", "")).await.unwrap();
    let poll = operation.poll().await.unwrap();
    assert_eq!((poll.metadata, poll.result), (WorkMetadata::default(), Some(Ok(WorkResponse::default()))));
    operation.cancel().await.unwrap();
    assert_eq!((operation.name().parent(), operation.name().id()), ("", ""));
    assert_eq!(operation.await, Ok(WorkResponse::default()));
}

/// What would refuse the call, refuses the check.
#[tokio::test(start_paused = true)]
async fn a_checked_call_is_refused_as_the_real_one_would_be_p034() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let malformed = CopyRequest { parent: "a//b".into(), ..checked("d", "") };
    for (request, reason) in [
        (checked("", ""), "INVALID_ARGUMENT"),
        (checked("d", "a b"), "INVALID_REQUEST_ID"),
        (malformed, "INVALID_PARENT"),
    ] {
        let refused = copies.copy(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        assert_eq!(refused.reason().as_deref(), Some(reason));
    }
    settle().await;
    assert!(operations.list(&Default::default()).await.unwrap().operations.is_empty());
}

/// The answer has no name, and no name finds it.
#[tokio::test(start_paused = true)]
async fn the_empty_name_is_no_operation_p034() {
    let (operations, _store) = engine().await;
    Copies::new(&operations).copy(checked("d", "")).await.unwrap();
    assert_eq!(operations.get("").await.unwrap_err().code(), Code::InvalidArgument);
    assert_eq!(operations.delete("").await.unwrap_err().code(), Code::InvalidArgument);
}
