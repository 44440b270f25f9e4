//! The server that Google's clients are let loose on: works whose types every client knows already.

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Json, Operations, Status, grpc, long_running, rest};
use prost::Message;
use serde::{Deserialize, Serialize};

use crate::support::http::Server;

/// What is to become of a work.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Request {
    mode: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Progress {
    percent: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Done {
    copied: u32,
}

/// `google.rpc.PreconditionFailure`, as far as it is needed.
#[derive(Clone, PartialEq, Message)]
struct PreconditionFailure {
    #[prost(message, repeated, tag = "1")]
    violations: Vec<Violation>,
}

#[derive(Clone, PartialEq, Message)]
struct Violation {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "2")]
    subject: String,
}

/// Finishes, fails, or never ends.
#[long_running(service = "lro.tests.foreign.v1.Works", operations = operations, parent = parent)]
async fn work(
    ctx: Context<Json<Progress>>,
    operations: Operations,
    parent: String,
    mode: String,
) -> Result<Json<Done>, Status> {
    ctx.update(|metadata| metadata.0.percent = 50).await?;
    match &*mode {
        "finish" => ctx.update(|metadata| metadata.0.percent = 100).await?,
        "fail" => {
            let violation = Violation { kind: "DISK".to_owned(), subject: "disk d".to_owned() };
            return Err(Status::failed_precondition("there is no disk")
                .with_reason("NO_DISK", "lro.tests.foreign.v1.Works", [("disk", "d")])
                .with_detail(
                    "google.rpc.PreconditionFailure",
                    &PreconditionFailure { violations: vec![violation] },
                ));
        }
        _ => std::future::pending().await,
    }
    Ok(Json(Done { copied: 7 }))
}

/// Does nothing, and says no more than that.
#[long_running(service = "lro.tests.foreign.v1.Works", operations = operations, parent = parent)]
async fn nothing(
    _ctx: Context<Json<Progress>>,
    operations: Operations,
    parent: String,
) -> Result<(), Status> {
    Ok(())
}

async fn start_in_project(
    State(operations): State<Operations>,
    Path(project): Path<String>,
    request: ProtoJson<Json<Request>>,
) -> Result<Response, Status> {
    start(operations, format!("projects/{project}"), request).await
}

async fn start_at_the_root(
    State(operations): State<Operations>,
    request: ProtoJson<Json<Request>>,
) -> Result<Response, Status> {
    start(operations, String::new(), request).await
}

async fn start(
    operations: Operations,
    parent: String,
    ProtoJson(Json(Request { mode })): ProtoJson<Json<Request>>,
) -> Result<Response, Status> {
    match &*mode {
        "nothing" => Ok(nothing(operations, parent).await?.into_response()),
        _ => Ok(work(operations, parent, mode).await?.into_response()),
    }
}

/// An engine in memory, with the five methods and the works.
pub(super) async fn serve() -> Server {
    let operations = Operations::builder().cancel_grace(Duration::ZERO).open("memory:").await.unwrap();
    let routes = Router::new()
        .route("/v1/projects/{project}/works", post(start_in_project))
        .route("/v1/works", post(start_at_the_root))
        .with_state(operations.clone());
    let app = routes.merge(rest::router(&operations)).merge(grpc::routes(&operations));
    Server::start(grpc::unknown_services(app)).await
}
