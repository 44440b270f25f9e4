//! The OpenAPI document in the hands of others: a validator reads it, and schemathesis asks a server for all that it promises.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::routing::post;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running, rest};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::proto_json::schemas::judge;
use super::{drive, python};
use crate::support::http::Server;
use crate::support::programs::{ApiKeys, program};

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
    /// Where to.
    #[payload(tag = 3)]
    parent: String,
    #[payload(tag = 4)]
    seals: BTreeMap<u32, Bytes>,
    #[payload(tag = 5)]
    start_time: Option<prost_types::Timestamp>,
    #[payload(tag = 6)]
    weights: Vec<f32>,
    #[payload(tag = 7)]
    heat: Heat,
}

/// How hot.
#[derive(Clone, Copy, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.openapi.v1")]
enum Heat {
    #[payload(tag = 0)]
    HeatUnspecified,
    /// As hot as can be.
    #[payload(tag = 1)]
    Boiling,
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

/// Mixes what there is.
///
/// For as long as the mode says.
#[long_running(
    service = "lro.tests.openapi.v1.Mixers",
    operations = operations,
    parent = parent,
    http(post = "/v1/{parent=projects/*}/mixtures"),
)]
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

async fn mix_in_project(
    state: State<Operations>,
    Path(project): Path<String>,
    request: ProtoJson<MixRequest>,
) -> Result<Operation<MixResponse, MixMetadata>, Status> {
    mix(state, Path(format!("projects/{project}")), request).await
}

fn asked(mode: &str) -> MixRequest {
    MixRequest { mode: mode.to_owned(), amount: 7, ..MixRequest::initial() }
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
        let request = asked(mode);
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

/// Lets schemathesis loose on a server that has these names in its paths.
async fn drive_schemathesis(url: &str, document: &Value, checks: &str, known: &Value) {
    let folder = tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    fs::write(&file, document.to_string()).unwrap();
    drive(python("open_api.py"), &[url, file.to_str().unwrap(), checks, &known.to_string()]).await;
}

/// P-132…P-134, P-136, P-144…P-158, P-171…P-173: whatever is asked for by the document, or against it, is answered as it says.
#[tokio::test]
async fn schemathesis_finds_nothing() {
    let operations = Operations::builder().wait_cap(Duration::from_millis(5)).open("memory:").await.unwrap();
    let app = Router::new()
        .route("/v1/projects/{project}/mixtures", post(mix_in_project))
        .with_state(operations.clone());
    let server = Server::start(app.merge(rest::router(&operations))).await;
    let mut known = Vec::new();
    for mode in ["finish", "fail", "endless"] {
        for parent in ["", "projects/p"] {
            let started = mix(State(operations.clone()), Path(parent.to_owned()), ProtoJson(asked(mode)))
                .await
                .unwrap();
            known.push(match parent {
                "" => json!({ "operationsId": started.name().id() }),
                _ => json!({ "projectsId": "p", "operationsId": started.name().id() }),
            });
        }
    }
    let catalog = operations.catalog().package("lro.tests.openapi.v1");
    let document = strict(rest::open_api("/v1", &["projects/*"], &catalog));
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,\
                  positive_data_acceptance,negative_data_rejection";
    drive_schemathesis(&format!("http://{}", server.address), &document, checks, &known.into()).await;
}

/// A service with errors and rules of its own: fields in the path, in the query and in the body.
#[tokio::test]
async fn schemathesis_finds_nothing_in_api_keys() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start_with(folder.path(), &["--store", "memory:", "--work", "0.01s"]);
    let written = program("api-keys", folder.path()).args(["--schema", "schema"]).status().unwrap();
    assert!(written.success());
    let document = fs::read(folder.path().join("schema/openapi.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    for (path, http, name) in [
        ("/v2/projects/{projectsId}/locations/{locationsId}/keys", "post", "ApiKeys_CreateKey"),
        ("/v2/projects/{projectsId}/locations/{locationsId}/keys/{keysId}", "patch", "ApiKeys_UpdateKey"),
        (
            "/v2/projects/{projectsId}/locations/{locationsId}/keys/{keysId}:undelete",
            "post",
            "ApiKeys_UndeleteKey",
        ),
        ("/v2/operations/{operationsId}", "get", "Operations_GetOperation"),
    ] {
        assert_eq!(document["paths"][path][http]["operationId"], name);
    }
    let keys = "/v2/projects/1/locations/global/keys";
    let name = server.start_operation(Method::POST, &format!("{keys}?keyId=k1"), Some(json!({}))).await;
    server.end(&name).await;
    let known = json!([
        { "operationsId": name.trim_start_matches("operations/") },
        { "projectsId": "1", "locationsId": "global" },
        { "projectsId": "1", "locationsId": "global", "keysId": "k1" },
    ]);
    let checks = "not_a_server_error,content_type_conformance,response_schema_conformance";
    drive_schemathesis(&server.url, &document, checks, &known).await;
}
