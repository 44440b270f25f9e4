//! How long Wait waits, on tokio's paused clock: the client's calls go to the routes without a connection between.

use std::time::Duration;

use lro_runtime::grpc;
use lro_runtime::grpc::operations_client::OperationsClient;
use lro_runtime::grpc::{Operation, WaitOperationRequest};
use tokio::time::Instant;

use crate::support::works::{done, start_endless, start_waiting};
use crate::support::{open, settle, store};

fn request(
    name: &str,
    timeout: Option<(i64, i32)>,
    deadline: Option<&str>,
) -> tonic::Request<WaitOperationRequest> {
    let timeout = timeout.map(|(seconds, nanos)| prost_types::Duration { seconds, nanos });
    let mut request = tonic::Request::new(WaitOperationRequest { name: name.to_owned(), timeout });
    if let Some(deadline) = deadline {
        request.metadata_mut().insert("grpc-timeout", deadline.parse().unwrap());
    }
    request
}

/// P-067…P-072 and corner cases 33 and 34: the smallest of timeout, deadline and cap, and never an error.
#[tokio::test(start_paused = true)]
async fn the_smallest_limit_ends_the_wait() {
    let store = store();
    let operations = open(&store, |builder| builder.wait_cap(Duration::from_secs(60))).await;
    let mut client = OperationsClient::new(grpc::routes(&operations));
    let operation = start_endless(&operations).await;
    let cases = [
        (None, None, 60_000),
        (Some((3_600, 0)), None, 60_000),
        (Some((5, 500_000_000)), None, 5_500),
        (Some((0, 0)), None, 0),
        (None, Some("10S"), 9_900),
        (Some((30, 0)), Some("10S"), 9_900),
        (Some((3, 0)), Some("10S"), 3_000),
        (None, Some("1H"), 60_000),
        (None, Some("200m"), 150),
        (None, Some("0S"), 0),
        (None, Some("soon"), 60_000),
    ];
    for (timeout, deadline, expected) in cases {
        let before = Instant::now();
        let answer = client.wait_operation(request(operation.name().as_str(), timeout, deadline)).await;
        assert!(!answer.unwrap().into_inner().done);
        assert_eq!(before.elapsed().as_millis(), expected, "{timeout:?} {deadline:?}");
    }
}

/// P-015, P-072.
#[tokio::test]
async fn a_timeout_that_is_none_is_refused() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    let mut client = OperationsClient::new(grpc::routes(&operations));
    let operation = start_endless(&operations).await;
    for timeout in [(-1, 0), (0, -1), (1, -1), (0, 1_000_000_000), (315_576_000_001, 0), (i64::MIN, i32::MIN)]
    {
        let refused = client.wait_operation(request(operation.name().as_str(), Some(timeout), None)).await;
        assert_eq!(refused.unwrap_err().code(), tonic::Code::InvalidArgument, "{timeout:?}");
    }
}

/// P-074 and corner case 37: whoever hangs up frees its place, and changes nothing.
#[tokio::test(start_paused = true)]
async fn a_waiter_that_hangs_up_frees_its_place() {
    let store = store();
    let operations = open(&store, |builder| builder.waiters(1)).await;
    let mut client = OperationsClient::new(grpc::routes(&operations));
    let (operation, finish) = start_waiting(&operations).await;
    let name = operation.name().to_string();
    for _ in 0..3 {
        let hung_up = client.wait_operation(request(&name, None, None));
        assert!(tokio::time::timeout(Duration::from_secs(1), hung_up).await.is_err());
    }
    let (answer, ()) = tokio::join!(client.wait_operation(request(&name, None, None)), async {
        settle().await;
        finish.send(done("fine")).unwrap();
    });
    let Operation { done, .. } = answer.unwrap().into_inner();
    assert!(done, "the place was free, so the call waited");
}
