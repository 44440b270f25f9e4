//! Routes of one's own: `ProtoJson`, started operations and statuses as axum takes them.

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use lro_runtime::rest::ProtoJson;
use lro_runtime::store::MemoryStore;
use lro_runtime::{Context, Json, Operation, Operations, Payload, Status, long_running, rest};
use prost::Message as _;
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet};
use serde_json::json;

use crate::support::http::{Server, failed};

/// A disk.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.disks.v1")]
struct Disk {
    #[payload(tag = 1)]
    display_name: String,
    #[payload(tag = 2)]
    size_bytes: i64,
    #[payload(tag = 3)]
    labels: BTreeMap<String, String>,
    #[payload(tag = 4)]
    state: State2,
}

/// Its state.
#[derive(Clone, Copy, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.disks.v1", name = "State")]
enum State2 {
    #[payload(tag = 0)]
    StateUnspecified,
    #[payload(tag = 1)]
    Ready,
}

#[tokio::test]
async fn a_message_goes_in_and_out_as_proto_json() {
    let app =
        Router::new().route("/disks", post(|ProtoJson(disk): ProtoJson<Disk>| async { ProtoJson(disk) }));
    let server = Server::start(app).await;
    let full = r#"{"displayName":"d","sizeBytes":"9007199254740993","labels":{"a":"1"},"state":"READY"}"#;
    let snake = r#"{"display_name":"d","size_bytes":9007199254740993,"labels":{"a":"1"},"state":1}"#;
    for body in [full, snake] {
        assert_eq!(server.send_json("POST", "/disks", body).await.text, full, "P-156, P-163");
    }
    for (headers, body) in [
        ("", ""),
        ("", "{}"),
        ("content-type: application/json\r\n", ""),
        ("content-type: Application/JSON; charset=utf-8\r\n", "{}"),
        ("content-type: application/merge-patch+json\r\n", "{}"),
        ("content-type: text/plain\r\n", ""),
    ] {
        let answer = server.send_body("POST", "/disks", headers, body).await;
        assert_eq!(answer.ok(), json!({}), "{headers} {body}");
    }
    let invalid = failed(400, "INVALID_ARGUMENT", "INVALID_REQUEST_BODY");
    let large = format!(r#"{{"displayName":"{}"}}"#, "x".repeat(3 << 20));
    for body in [
        r#"{"displayNam":"d"}"#,
        r#"{"displayName":7}"#,
        r#"{"sizeBytes":"9223372036854775808"}"#,
        r#"{"state":"GONE"}"#,
        "{",
        "[]",
        "null",
        "{}{}",
        "\u{feff}{}",
        &large,
    ] {
        let answer = server.send_json("POST", "/disks", body).await;
        assert_eq!(answer.error(), invalid, "{}", &body[..body.len().min(40)]);
        assert!(answer.text.contains(r#""domain":"lro.tests.disks.v1""#), "{}", answer.text);
    }
    for headers in ["content-type: text/plain\r\n", "content-type: application/x-www-form-urlencoded\r\n"] {
        assert_eq!(server.send_body("POST", "/disks", headers, "{}").await.error(), invalid, "{headers}");
    }
}

/// Any object of a serde type, too.
#[tokio::test]
async fn json_without_a_schema_goes_in_and_out() {
    type Object = Json<BTreeMap<String, f64>>;
    let app =
        Router::new().route("/", post(|ProtoJson(object): ProtoJson<Object>| async { ProtoJson(object) }));
    let server = Server::start(app).await;
    assert_eq!(server.send_json("POST", "/", r#"{"a":1.5,"b":2}"#).await.text, r#"{"a":1.5,"b":2}"#);
    let wrong = server.send_json("POST", "/", r#"{"a":"text"}"#).await;
    assert_eq!(wrong.error(), failed(400, "INVALID_ARGUMENT", "INVALID_REQUEST_BODY"));
}

/// Copies a disk.
#[long_running(response = Disk, service = "lro.tests.disks.v1.Disks", operations = operations, parent = parent)]
async fn copy_disk(
    ctx: Context<Disk>,
    State(operations): State<Operations>,
    Path(parent): Path<String>,
    ProtoJson(disk): ProtoJson<Disk>,
) -> Result<Disk, Status> {
    ctx.update(|metadata| metadata.size_bytes = disk.size_bytes).await?;
    Ok(disk)
}

/// A free function with extractors is an axum handler, and what it answers is 200 with the operation (P-026, P-153).
#[tokio::test]
async fn an_annotated_function_is_a_handler() {
    let operations = Operations::open("memory:").await.unwrap();
    let app = Router::new().route("/v1/disks/{parent}", post(copy_disk)).with_state(operations.clone());
    let server = Server::start(app.merge(rest::router(&operations))).await;
    let started = server.send_json("POST", "/v1/disks/p", r#"{"sizeBytes":"7"}"#).await;
    let name = started.ok()["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("p/operations/"), "{name}");
    assert!(!started.text.contains("done"), "P-158");
    let ended = server.send("POST", &format!("/v1/{name}:wait")).await.ok();
    assert_eq!(
        (&ended["response"]["sizeBytes"], &ended["metadata"]["sizeBytes"]),
        (&json!("7"), &json!("7"))
    );
    let refused = server.send_json("POST", "/v1/disks/operations", "{}").await;
    assert_eq!(refused.error(), failed(400, "INVALID_ARGUMENT", "INVALID_PARENT"), "P-027");
    assert_eq!(server.send("GET", "/v1/operations").await.ok(), json!({}));
}

/// P-146, P-147: enums as numbers, for who asks, in every spelling.
#[tokio::test]
async fn enums_are_names_or_numbers() {
    let operations = Operations::open("memory:").await.unwrap();
    let app = Router::new().route("/v1/disks/{parent}", post(copy_disk)).with_state(operations.clone());
    let server = Server::start(app.merge(rest::router(&operations))).await;
    let started = server.send_json("POST", "/v1/disks/p", r#"{"state":"READY"}"#).await.ok();
    let path = format!("/v1/{}", started["name"].as_str().unwrap());
    assert_eq!(server.send("POST", &format!("{path}:wait")).await.ok()["response"]["state"], "READY");
    for query in [
        "$alt=json;enum-encoding=int",
        "%24alt=json%3Benum-encoding%3Dint",
        "%24alt=json%3benum-encoding=int",
        "alt=json;enum-encoding=int",
        "$prettyPrint=0&$alt=json;enum-encoding=int",
    ] {
        let numbers = server.send("GET", &format!("{path}?{query}")).await;
        assert_eq!(numbers.ok()["response"]["state"], 1, "{query}");
        let numbers = server.send("POST", &format!("{path}:wait?{query}")).await;
        assert_eq!(numbers.ok()["response"]["state"], 1, "{query}");
        let numbers = server.send("GET", &format!("/v1/p/operations?{query}")).await;
        assert_eq!(numbers.ok()["operations"][0]["response"]["state"], 1, "{query}");
    }
    let names = server.send("GET", &format!("{path}?$alt=json")).await;
    assert_eq!(names.ok()["response"]["state"], "READY");
}

/// P-171…P-173, P-176: a handler's own errors look as the library's do, 499 included.
#[tokio::test]
async fn statuses_are_answered_in_the_envelope() {
    let cancelled = || async { Status::cancelled("gone \u{1f4a8}\n\"quoted\"") };
    let failed_with_details = || async {
        Status::not_found("no disk")
            .with_reason("NO_DISK", "acme", [("disk", "d")])
            .with_detail(
                "google.rpc.RetryInfo",
                &Wrapped { inner: Some(prost_types::Duration { seconds: 3, nanos: 0 }) },
            )
            .with_detail("acme.unknown.v1.Detail", &())
    };
    let fine = || async { Status::ok("not an error") };
    let app = Router::new()
        .route("/cancelled", get(cancelled))
        .route("/details", get(failed_with_details))
        .route("/ok", get(fine));
    let server = Server::start(app).await;
    let cancelled = server.send("GET", "/cancelled").await;
    assert_eq!(cancelled.error(), failed(499, "CANCELLED", "CANCELLED"));
    assert!(cancelled.text.contains(r#""domain":"google.rpc.Code""#), "P-180: {}", cancelled.text);
    assert!(cancelled.text.contains(r#""message":"gone 💨\n\"quoted\"""#), "{}", cancelled.text);
    let details = server.send("GET", "/details").await;
    assert_eq!(details.error(), failed(404, "NOT_FOUND", "NO_DISK"));
    assert!(details.text.contains(r#""retryDelay":"3s""#), "{}", details.text);
    assert!(
        !details.text.contains("acme.unknown"),
        "a detail of an unknown type is left out: {}",
        details.text
    );
    assert_eq!(server.send("GET", "/ok").await.error(), failed(500, "UNKNOWN", "UNKNOWN"), "P-038");
}

#[derive(Clone, PartialEq, prost::Message)]
struct Wrapped {
    #[prost(message, optional, tag = "1")]
    inner: Option<prost_types::Duration>,
}

/// A message as prost-build generates it: it brings no descriptor along.
#[derive(Clone, PartialEq, prost::Message)]
struct Generated {
    #[prost(string, tag = "1")]
    display_name: String,
}

impl prost::Name for Generated {
    const NAME: &'static str = "Generated";
    const PACKAGE: &'static str = "lro.tests.generated.v1";
}

fn generated_descriptors() -> Vec<u8> {
    let field = FieldDescriptorProto {
        name: Some("display_name".to_owned()),
        json_name: Some("displayName".to_owned()),
        number: Some(1),
        label: Some(Label::Optional.into()),
        r#type: Some(Type::String.into()),
        ..FieldDescriptorProto::default()
    };
    let message = DescriptorProto {
        name: Some("Generated".to_owned()),
        field: vec![field],
        ..DescriptorProto::default()
    };
    let file = FileDescriptorProto {
        name: Some("lro/tests/generated.proto".to_owned()),
        package: Some("lro.tests.generated.v1".to_owned()),
        message_type: vec![message],
        syntax: Some("proto3".to_owned()),
        ..FileDescriptorProto::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec()
}

/// Generates.
#[long_running(service = "lro.tests.generated.v1.Generator", operations = operations, catalog = false)]
async fn generate(
    State(operations): State<Operations>,
    ProtoJson(message): ProtoJson<Generated>,
) -> Result<Generated, Status> {
    Ok(message)
}

/// prost's messages are read and written with the engine's descriptors, where the routes are told of them.
#[tokio::test]
async fn generated_messages_need_the_engines_descriptors() {
    let builder = Operations::builder().descriptors(generated_descriptors());
    let operations = builder.open_store(MemoryStore::new()).await.unwrap();
    let echo = |ProtoJson(message): ProtoJson<Generated>| async { ProtoJson(message) };
    let detail = || async {
        let detail = Generated { display_name: "why".to_owned() };
        Status::aborted("no").with_detail("lro.tests.generated.v1.Generated", &detail)
    };
    let routes = Router::new()
        .route("/echo", post(echo))
        .route("/error", get(detail))
        .route("/v1/generate", post(generate))
        .with_state(operations.clone());
    let app = Router::new()
        .nest("/bare", routes.clone())
        .merge(rest::with_descriptors(&operations, routes))
        .merge(rest::router(&operations));
    let server = Server::start(app).await;

    assert_eq!(
        server.send_json("POST", "/echo", r#"{"displayName":"a"}"#).await.text,
        r#"{"displayName":"a"}"#
    );
    let error = server.send("GET", "/error").await;
    assert_eq!(error.error(), failed(409, "ABORTED", "ABORTED"));
    assert!(error.text.contains(r#""displayName":"why""#), "{}", error.text);
    let started = server.send_json("POST", "/v1/generate", r#"{"display_name":"b"}"#).await.ok();
    let path = format!("/v1/{}:wait", started["name"].as_str().unwrap());
    assert_eq!(server.send("POST", &path).await.ok()["response"]["displayName"], "b");

    let bare = server.send_json("POST", "/bare/echo", r#"{"displayName":"a"}"#).await;
    assert_eq!(bare.error(), failed(500, "INTERNAL", "NO_DESCRIPTOR"));
    let bare = server.send("GET", "/bare/error").await;
    assert!(!bare.text.contains("displayName"), "{}", bare.text);
}

/// The answer of a handler that holds an operation of another engine is rendered by that engine.
#[tokio::test]
async fn an_operation_is_rendered_by_its_own_engine() {
    let builder = Operations::builder().descriptors(generated_descriptors());
    let operations = builder.open_store(MemoryStore::new()).await.unwrap();
    let start = move || {
        let message = Generated { display_name: "c".to_owned() };
        generate(State(operations.clone()), ProtoJson(message))
    };
    let app: Router = Router::new().route("/start", post(start));
    let server = Server::start(app).await;
    let name = server.send("POST", "/start").await.ok()["name"].clone();
    assert!(name.as_str().unwrap().starts_with("operations/"), "{name}");
}

/// Handlers may answer with the handle itself.
#[allow(dead_code, reason = "it only has to compile")]
async fn handles_are_answers(operations: Operations) -> Result<Operation<Disk, Disk>, Status> {
    copy_disk(State(operations), Path(String::new()), ProtoJson(Disk::default())).await
}
