//! Errors in trailers, and between the two types of status.

use lro_runtime::grpc::{GetOperationRequest, ListOperationsRequest};
use lro_runtime::{Code, Status};
use prost::Message as _;
use tonic_types::{StatusExt as _, pb};

use super::{port::raw_call, served, served_with};

/// P-177, P-178, P-180: one ErrorInfo, in a blob of the same code and message.
#[tokio::test]
async fn an_error_carries_its_details() {
    let mut served = served().await;
    let name = "operations/unknown".to_owned();
    let status = served.client.get_operation(GetOperationRequest { name: name.clone() }).await.unwrap_err();
    let blob = pb::Status::decode(status.details()).unwrap();
    assert_eq!((blob.code, blob.message.as_str()), (status.code() as i32, status.message()));
    assert_eq!(status.code(), tonic::Code::NotFound);
    let info = status.get_error_details().error_info().cloned().expect("there is an ErrorInfo");
    assert_eq!(
        (info.reason.as_str(), info.domain.as_str()),
        ("OPERATION_NOT_FOUND", "google.longrunning.Operations")
    );
    assert_eq!(info.metadata.get("name"), Some(&name));
    assert_eq!(blob.details.len(), 1);
}

/// P-177 and corner case 57: the message is percent-encoded UTF-8, the blob is base64 without padding.
#[tokio::test]
async fn trailers_are_encoded_as_http_2_needs_it() {
    let served = served().await;
    let request = GetOperationRequest { name: "Dateiüber%1".into() };
    let answer = raw_call(&served.server, "/google.longrunning.Operations/GetOperation", &request).await;
    let trailer = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((answer.status().as_u16(), trailer("grpc-status").as_str()), (200, "3"));
    assert!(trailer("grpc-message").contains("Datei%C3%BCber%251"), "{answer:?}");
    assert!(!trailer("grpc-status-details-bin").contains('='));
}

/// P-048 and corner case 70: an outage of the store is UNAVAILABLE, in all methods.
#[tokio::test]
async fn an_outage_is_unavailable() {
    let mut served = served().await;
    served.store.outage(true);
    let get = served.client.get_operation(GetOperationRequest { name: "operations/a".into() }).await;
    let list = served.client.list_operations(ListOperationsRequest::default()).await;
    for status in [get.unwrap_err(), list.unwrap_err()] {
        assert_eq!(status.code(), tonic::Code::Unavailable);
    }
    served.store.outage(false);
}

/// P-179: a hook's error of any size reaches the client, with what fits.
#[tokio::test]
async fn trailers_stay_below_eight_kibibytes() {
    let mut served = served_with(|builder| {
        builder.authorize(|_| async {
            let reason = Status::unauthenticated("ü".repeat(100_000));
            Err(reason.with_reason("WHO", "acme", [("hint", "x".repeat(1_000))]))
        })
    })
    .await;
    let status = served.client.get_operation(GetOperationRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), tonic::Code::Unauthenticated);
    assert!(status.message().starts_with('ü') && status.message().ends_with('…'));
    assert_eq!(status.get_error_details().error_info().unwrap().reason, "WHO");
    let request = GetOperationRequest::default();
    let answer = raw_call(&served.server, "/google.longrunning.Operations/GetOperation", &request).await;
    let size: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    assert!(size < 8 * 1024, "{size}");
}

/// Code, message and every detail, of types that are known and of one that is not, in both directions.
#[test]
fn statuses_convert_both_ways_without_loss() {
    let details = vec![
        prost_types::Any { type_url: "type.googleapis.com/acme.v1.Unknown".into(), value: vec![8, 1] },
        prost_types::Any {
            type_url: "type.googleapis.com/google.rpc.RetryInfo".into(),
            value: pb::RetryInfo { retry_delay: Some(prost_types::Duration { seconds: 3, nanos: 0 }) }
                .encode_to_vec(),
        },
    ];
    for code in Code::ALL.into_iter().skip(1) {
        let wire = pb::Status { code: code as i32, message: "fünf".into(), details: details.clone() };
        let there = tonic::Status::with_details((code as i32).into(), "fünf", wire.encode_to_vec().into());
        let status = Status::from(there.clone());
        assert_eq!((status.code(), status.message(), status.details().len()), (code, "fünf", 2));
        let back = tonic::Status::from(status);
        assert_eq!(
            (back.code(), back.message(), back.details()),
            (there.code(), there.message(), there.details())
        );
    }
}
