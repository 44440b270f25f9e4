//! What each method does, and that both wires say the same.

use lro_runtime::grpc::operation::Result as End;
use lro_runtime::grpc::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest, Operation,
    WaitOperationRequest,
};
use lro_runtime::{Code, Payload as _};
use prost::Message as _;

use super::{Served, served};
use crate::support::end;
use crate::support::works::{WorkMetadata, WorkResponse, done, start, start_endless, start_waiting, work};

impl Served {
    async fn get(&mut self, name: &str) -> Result<Operation, tonic::Status> {
        let request = GetOperationRequest { name: name.to_owned() };
        Ok(self.client.get_operation(request).await?.into_inner())
    }

    async fn wait(&mut self, name: &str) -> Result<Operation, tonic::Status> {
        let request = WaitOperationRequest { name: name.to_owned(), timeout: None };
        Ok(self.client.wait_operation(request).await?.into_inner())
    }
}

/// P-001, P-007, P-019, P-020, P-023, P-091: from its start to its end, the same name and metadata throughout.
#[tokio::test]
async fn an_operation_is_read_from_its_start_to_its_end() {
    let mut served = served().await;
    let (operation, finish) = start_waiting(&served.operations).await;
    let name = operation.name().to_string();
    let pending = served.get(&name).await.unwrap();
    assert_eq!((&pending.name, pending.done, &pending.result), (&name, false, &None));
    let metadata = pending.metadata.clone().expect("metadata is there from the start");
    assert_eq!(metadata.type_url, "type.googleapis.com/lro.tests.v1.WorkMetadata");
    assert_eq!(WorkMetadata::decode(&*metadata.value).unwrap(), WorkMetadata { percent: 0 });
    finish.send(done("fine")).unwrap();
    let finished = served.wait(&name).await.unwrap();
    let Some(End::Response(response)) = &finished.result else { panic!("{finished:?}") };
    assert_eq!(response.type_url, "type.googleapis.com/lro.tests.v1.WorkResponse");
    assert_eq!(WorkResponse::from_wire(&response.value).unwrap(), done("fine").unwrap());
    assert_eq!((&finished.name, finished.done, finished.metadata.as_ref()), (&name, true, Some(&metadata)));
    assert_eq!(served.get(&name).await.unwrap(), finished);
}

/// P-028, P-049, P-170: the failure of the work is no failure of Get.
#[tokio::test]
async fn a_failed_operation_is_read_with_its_error() {
    let mut served = served().await;
    let failed = start(&served.operations, |_| async {
        Err(lro_runtime::Status::aborted("no").with_reason("NO", "acme", [("disk", "d1")]))
    });
    let name = failed.await.unwrap().name().to_string();
    let read = served.wait(&name).await.unwrap();
    let Some(End::Error(error)) = read.result else { panic!("{read:?}") };
    assert_eq!((error.code, error.message.as_str(), error.details.len()), (10, "no", 1));
}

/// P-053, P-054, P-056, P-057, P-201: a cancelled operation is kept, with code 1; asking again changes nothing.
#[tokio::test]
async fn cancel_stops_the_work_and_keeps_the_operation() {
    let mut served = served().await;
    let name = start_endless(&served.operations).await.name().to_string();
    for _ in 0..2 {
        let request = CancelOperationRequest { name: name.clone() };
        served.client.cancel_operation(request).await.unwrap();
    }
    let read = served.wait(&name).await.unwrap();
    assert!(matches!(&read.result, Some(End::Error(error)) if error.code == 1), "{read:?}");
    served.client.cancel_operation(CancelOperationRequest { name: name.clone() }).await.unwrap();
    assert_eq!(served.get(&name).await.unwrap(), read);
}

/// P-061, P-062, P-064, P-044: what was deleted is gone for every method, on both wires, and its work goes on.
#[tokio::test]
async fn delete_forgets_the_operation_and_not_its_work() {
    let mut served = served().await;
    let (operation, finish) = start_waiting(&served.operations).await;
    let name = operation.name().to_string();
    served.client.delete_operation(DeleteOperationRequest { name: name.clone() }).await.unwrap();
    assert!(finish.send(done("unseen")).is_ok(), "the work goes on");
    let again = served.client.delete_operation(DeleteOperationRequest { name: name.clone() }).await;
    let cancelled = served.client.cancel_operation(CancelOperationRequest { name: name.clone() }).await;
    let (got, waited) = (served.get(&name).await, served.wait(&name).await);
    for code in [again.unwrap_err(), cancelled.unwrap_err(), got.unwrap_err(), waited.unwrap_err()] {
        assert_eq!(code.code(), tonic::Code::NotFound);
    }
    assert_eq!(served.server.send("GET", &format!("/v1/{name}")).await.status, 404);
    let listed = served.client.list_operations(ListOperationsRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().operations, []);
}

/// P-004, P-005, P-108…P-110, P-113, P-114, P-116: pages of the operations of one parent, the newest first.
#[tokio::test]
async fn operations_are_listed_by_parent_in_pages() {
    let mut served = served().await;
    let mut names = Vec::new();
    for parent in ["projects/1", "projects/1", "projects/10", "projects/1", ""] {
        let started = work(served.operations.clone(), parent.to_owned(), |_| async { done("x") }).await;
        names.push(started.unwrap().name().to_string());
        end(&served.operations, names.last().unwrap()).await.unwrap();
    }
    let mut listed = Vec::new();
    let mut page_token = String::new();
    loop {
        let name = "projects/1".to_owned();
        let request = ListOperationsRequest { name, page_size: 2, page_token, ..Default::default() };
        let page = served.client.list_operations(request).await.unwrap().into_inner();
        assert_eq!(page.unreachable, [""; 0]);
        listed.extend(page.operations);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let expected = [3, 1, 0].map(|index: usize| names[index].as_str());
    assert_eq!(listed.iter().map(|operation| operation.name.as_str()).collect::<Vec<_>>(), expected);
    assert_eq!(listed[0], served.get(&names[3]).await.unwrap());
    for name in ["", "operations"] {
        let request = ListOperationsRequest { name: name.to_owned(), ..Default::default() };
        let root = served.client.list_operations(request).await.unwrap().into_inner();
        assert_eq!(root.operations.len(), 1, "{name:?}");
    }
}

/// P-045, P-112, P-114, P-118: what is wrong with a request is said with the same code on both wires.
#[tokio::test]
async fn wrong_requests_are_refused_alike_on_both_wires() {
    let mut served = served().await;
    let lists = [
        (
            ListOperationsRequest { page_size: -1, ..Default::default() },
            "pageSize=-1",
            Code::InvalidArgument,
            400,
        ),
        (
            ListOperationsRequest { page_token: "forged".into(), ..Default::default() },
            "pageToken=forged",
            Code::InvalidArgument,
            400,
        ),
        (
            ListOperationsRequest { return_partial_success: true, ..Default::default() },
            "returnPartialSuccess=true",
            Code::Unimplemented,
            501,
        ),
    ];
    for (request, query, code, http) in lists {
        let refused = served.client.list_operations(request).await.unwrap_err();
        assert_eq!(refused.code() as i32, code as i32, "{query}");
        assert_eq!(
            served.server.send("GET", &format!("/v1/operations?{query}")).await.status,
            http,
            "{query}"
        );
    }
    for name in ["", "operations", "operations/", "disks/d1", "/operations/a", "operations/../a"] {
        assert_eq!(served.get(name).await.unwrap_err().code(), tonic::Code::InvalidArgument, "{name:?}");
        assert_eq!(served.wait(name).await.unwrap_err().code(), tonic::Code::InvalidArgument, "{name:?}");
    }
}

/// P-046: what Google's clients send along has no meaning here.
#[tokio::test]
async fn routing_headers_are_tolerated() {
    let mut served = served().await;
    let name = start_endless(&served.operations).await.name().to_string();
    let mut request = tonic::Request::new(GetOperationRequest { name: name.clone() });
    request.metadata_mut().insert("x-goog-request-params", "name=operations%2Fother".parse().unwrap());
    request.metadata_mut().insert("x-goog-api-client", "gl-python/3.13 grpc/1.76".parse().unwrap());
    assert_eq!(served.client.get_operation(request).await.unwrap().into_inner().name, name);
}
