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
#[long_running(service = "lro.tests.openapi.v1.Mixers", operations = operations, parent = format!("projects/{project}"))]
async fn mix(
    ctx: Context<MixMetadata>,
    State(operations): State<Operations>,
    Path(project): Path<String>,
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

/// P-132…P-134, P-136, P-144…P-158, P-171…P-173: whatever is asked for by the document, or against it, is answered as it says.
#[tokio::test]
async fn schemathesis_finds_nothing() {
    let operations = Operations::builder().wait_cap(Duration::from_millis(5)).open("memory:").await.unwrap();
    let app =
        Router::new().route("/v1/projects/{project}/mixtures", post(mix)).with_state(operations.clone());
    let server = Server::start(app.merge(rest::router(&operations))).await;
    let mut ids = Vec::new();
    for mode in ["finish", "fail", "endless"] {
        let body = json!({ "mode": mode, "amount": "7" }).to_string();
        let started = server.send_json("POST", "/v1/projects/p/mixtures", &body).await.ok();
        ids.push(started["name"].as_str().unwrap().rsplit_once('/').unwrap().1.to_owned());
    }
    let folder = tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    fs::write(&file, strict(rest::open_api("/v1", &["projects/*"], &operations)).to_string()).unwrap();
    let url = format!("http://{}", server.address);
    drive(python("open_api.py"), &[&url, file.to_str().unwrap(), &ids.join(",")]).await;
}
