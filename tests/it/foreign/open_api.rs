//! The OpenAPI document in the hands of others: a validator reads it, and schemathesis asks a server for all that it promises.

use std::fs;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::post;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operations, Payload, Status, long_running, rest};
use serde_json::{Value, json};
use tempfile::tempdir;

use super::proto_json::schemas::judge;
use super::{drive, python};
use crate::support::http::Server;

/// What to do.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.openapi.v1")]
struct MixRequest {
    /// `finish`, `fail`, or anything else for a work that never ends.
    #[payload(tag = 1)]
    mode: String,
    /// How much of it.
    #[payload(tag = 2)]
    amount: i64,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.openapi.v1")]
struct MixResponse {
    #[payload(tag = 1)]
    amount: i64,
    #[payload(tag = 2)]
    parts: Vec<MixResponse>,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.openapi.v1")]
struct MixMetadata {
    #[payload(tag = 1)]
    fraction: f64,
}

/// Mixes.
#[long_running(service = "lro.tests.openapi.v1.Mixers", operations = operations, parent = parent)]
async fn mix(
    ctx: Context<MixMetadata>,
    State(operations): State<Operations>,
    Path(parent): Path<String>,
    ProtoJson(request): ProtoJson<MixRequest>,
) -> Result<MixResponse, Status> {
    ctx.update(|metadata| metadata.fraction = 0.5).await?;
    match &*request.mode {
        "finish" => Ok(MixResponse {
            amount: request.amount,
            parts: vec![MixResponse { amount: 1, parts: Vec::new() }],
        }),
        "fail" => Err(Status::failed_precondition("it is empty").with_reason(
            "EMPTY",
            "lro.tests.openapi.v1.Mixers",
            [("mode", "fail")],
        )),
        _ => std::future::pending().await,
    }
}

/// The document without what stands for anything, so that each status has to be named.
fn strict(mut document: Value) -> Value {
    for item in document["paths"].as_object_mut().unwrap().values_mut() {
        for operation in item.as_object_mut().unwrap().values_mut() {
            operation["responses"].as_object_mut().unwrap().remove("default").expect("there is a default");
        }
    }
    document
}

/// P-157, P-158, P-160, P-168: operations of a method are valid as such, in each state; what no operation looks like is not.
#[tokio::test]
async fn operations_fit_the_schema_of_their_method() {
    let operations = Operations::open("memory:").await.unwrap();
    let mut valid = Vec::new();
    for mode in ["finish", "fail", "endless"] {
        let request = MixRequest { mode: mode.to_owned(), amount: 7 };
        let started =
            mix(State(operations.clone()), Path("projects/p".to_owned()), ProtoJson(request)).await.unwrap();
        valid.push(serde_json::from_str::<Value>(&operations.to_json(started.snapshot()).unwrap()).unwrap());
        if mode != "endless" {
            let ended = operations.wait(started.name().as_str(), None).await.unwrap();
            valid.push(serde_json::from_str(&operations.to_json(&ended).unwrap()).unwrap());
        }
    }
    let catalog = operations.catalog();
    let method = catalog
        .methods()
        .iter()
        .find(|method| method.full_name() == "lro.tests.openapi.v1.Mixers/Mix")
        .unwrap();
    let schema = catalog.operation_json_schema(method);
    for (verdict, operation) in judge(&schema, &valid).iter().zip(&valid) {
        assert_eq!(*verdict, Ok(()), "{operation}");
    }
    let (finished, failed, running) = (&valid[1], &valid[3], &valid[4]);
    let with = |operation: &Value, place: &str, value: Value| {
        let mut operation = operation.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match operation.pointer_mut(parent).unwrap() {
            Value::Object(members) => drop(members.insert(name.to_owned(), value)),
            other => other[name.parse::<usize>().unwrap()] = value,
        }
        operation
    };
    let without = |operation: &Value, place: &str| {
        let mut operation = operation.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        operation.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name).expect("it was there");
        operation
    };
    let broken = [
        without(running, "/name"),
        with(running, "/done", false.into()),
        with(running, "/done", true.into()),
        with(running, "/response", finished["response"].clone()),
        with(running, "/error", failed["error"].clone()),
        with(running, "/metadata/fraction", "half".into()),
        with(running, "/metadata/unknown", 1.into()),
        with(running, "/metadata/@type", finished["response"]["@type"].clone()),
        with(running, "/unknown", 1.into()),
        without(running, "/metadata/@type"),
        without(finished, "/done"),
        without(finished, "/response"),
        with(finished, "/error", failed["error"].clone()),
        with(finished, "/response", json!({})),
        with(finished, "/response/amount", 7.into()),
        with(finished, "/response/parts/0/amount", "x".into()),
        with(finished, "/response/parts/0/@type", finished["response"]["@type"].clone()),
        without(failed, "/error"),
        with(failed, "/error/code", "9".into()),
        with(failed, "/error/details/0", json!({ "reason": "EMPTY" })),
    ];
    for (verdict, operation) in judge(&schema, &broken).iter().zip(&broken) {
        assert!(verdict.is_err(), "{operation}");
    }
}

/// P-132…P-134, P-136, P-144…P-158, P-171…P-173: whatever is asked for by the document, or against it, is answered as it says.
#[tokio::test]
async fn schemathesis_finds_nothing() {
    let operations = Operations::builder().wait_cap(Duration::from_millis(5)).open("memory:").await.unwrap();
    let app =
        Router::new().route("/v1/projects/{project}/mixtures", post(mix)).with_state(operations.clone());
    let server = Server::start(app.merge(rest::router(&operations))).await;
    let mut ids = Vec::new();
    for mode in ["finish", "fail", "endless"] {
        for parent in ["", "projects/p"] {
            let request = MixRequest { mode: mode.to_owned(), amount: 7 };
            let started =
                mix(State(operations.clone()), Path(parent.to_owned()), ProtoJson(request)).await.unwrap();
            ids.push(started.name().as_str().to_owned());
        }
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    fs::write(&file, strict(rest::open_api("/v1", &["projects/*"], &operations.catalog())).to_string())
        .unwrap();
    let url = format!("http://{}", server.address);
    drive(python("open_api.py"), &[&url, file.to_str().unwrap(), &ids.join(",")]).await;
}
