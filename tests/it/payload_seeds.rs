//! The metadata of Google's Service Management API, declared with this crate, in the JSON of that API's documentation.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::routing::post;
use lro_runtime::Payload;
use lro_runtime::rest::ProtoJson;
use prost::Message as _;
use prost_types::Timestamp;
use serde_json::{Value, json};

use crate::support::http::Server;

/// `google.api.servicemanagement.v1.OperationMetadata` (P-096).
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.seeds.v1", name = "OperationMetadata")]
struct OperationMetadata {
    #[payload(tag = 1)]
    resource_names: Vec<String>,
    #[payload(tag = 2)]
    steps: Vec<Step>,
    #[payload(tag = 3)]
    progress_percentage: i32,
    #[payload(tag = 4)]
    start_time: Option<SystemTime>,
}

/// Its numbers have gaps (P-097).
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.seeds.v1", name = "OperationMetadata.Step")]
struct Step {
    #[payload(tag = 2)]
    description: String,
    #[payload(tag = 4)]
    status: StepStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.seeds.v1", name = "OperationMetadata.Status")]
enum StepStatus {
    #[payload(tag = 0)]
    StatusUnspecified,
    #[payload(tag = 1)]
    Done,
    #[payload(tag = 2)]
    NotStarted,
    #[payload(tag = 3)]
    InProgress,
    #[payload(tag = 4)]
    Failed,
    #[payload(tag = 5)]
    Cancelled,
}

/// The same message by prost, with Google's numbers.
#[derive(Clone, PartialEq, prost::Message)]
struct Reference {
    #[prost(string, repeated, tag = "1")]
    resource_names: Vec<String>,
    #[prost(message, repeated, tag = "2")]
    steps: Vec<ReferenceStep>,
    #[prost(int32, tag = "3")]
    progress_percentage: i32,
    #[prost(message, optional, tag = "4")]
    start_time: Option<Timestamp>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ReferenceStep {
    #[prost(string, tag = "2")]
    description: String,
    #[prost(int32, tag = "4")]
    status: i32,
}

fn step(description: &str, status: StepStatus) -> Step {
    Step { description: description.to_owned(), status }
}

#[tokio::test]
async fn the_metadata_of_service_management_looks_as_in_the_seed() {
    let metadata = OperationMetadata {
        resource_names: vec!["services/a.example.com/rollouts/2016-07-16r2".to_owned()],
        steps: vec![
            step("Validate the configuration", StepStatus::Done),
            step("Push it", StepStatus::InProgress),
            step("Clean up", StepStatus::NotStarted),
        ],
        progress_percentage: 67,
        start_time: Some(UNIX_EPOCH + Duration::from_millis(1_468_687_330_250)),
    };
    let bytes = metadata.to_wire().unwrap();
    let reference = Reference::decode(bytes.clone()).unwrap();
    assert_eq!(reference.steps.iter().map(|step| step.status).collect::<Vec<_>>(), [1, 3, 2]);
    assert_eq!((reference.progress_percentage, reference.start_time.unwrap().nanos), (67, 250_000_000));
    assert_eq!(OperationMetadata::from_wire(&bytes).unwrap(), metadata);

    let echo = |ProtoJson(metadata): ProtoJson<OperationMetadata>| async { ProtoJson(metadata) };
    let server = Server::start(Router::new().route("/echo", post(echo))).await;
    let seed = json!({
        "resourceNames": ["services/a.example.com/rollouts/2016-07-16r2"],
        "steps": [
            { "description": "Validate the configuration", "status": "DONE" },
            { "description": "Push it", "status": "IN_PROGRESS" },
            { "description": "Clean up", "status": "NOT_STARTED" },
        ],
        "progressPercentage": 67,
        "startTime": "2016-07-16T16:42:10.250Z",
    });
    let echoed = server.send_json("POST", "/echo", &seed.to_string()).await;
    let echoed: Value = serde_json::from_str(&echoed.text).unwrap();
    assert_eq!(echoed, seed);
    let statuses = ["DONE", "NOT_STARTED", "IN_PROGRESS", "FAILED", "CANCELLED"];
    for (number, status) in (1..).zip(statuses) {
        let body = json!({ "steps": [{ "status": number }] }).to_string();
        let echoed = server.send_json("POST", "/echo", &body).await;
        assert_eq!(echoed.ok()["steps"][0]["status"], *status);
    }
    // P-102: the spellings of the seed are errors of its documentation.
    for wrong in ["In_PROGRESS", "Done"] {
        let body = json!({ "steps": [{ "status": wrong }] }).to_string();
        assert_eq!(server.send_json("POST", "/echo", &body).await.status, 400, "{wrong}");
    }
}
