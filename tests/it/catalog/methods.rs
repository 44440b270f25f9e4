//! The entries of the catalogue: one for each linked method, with what is known of it.

#![allow(dead_code, reason = "a method is linked whether it is called or not")]

use std::time::Duration;

use axum::extract::{Path, State};
use lro_runtime::catalog::{Catalog, HttpRule, HttpVerb, MethodEntry};
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Json, Operations, Payload, Status, long_running};
use tonic::{Request, Response};

use crate::support::restarts;

const SERVICE: &str = "lro.tests.entries.v1.Disks";

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.entries.v1")]
struct CopyDiskRequest {
    #[payload(tag = 1)]
    disk: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.entries.v1")]
struct CopyDiskMetadata {
    #[payload(tag = 1)]
    percent: u32,
}

/// Not a payload.
struct Plan(Vec<Duration>);

#[derive(Clone)]
struct Disks {
    operations: Operations,
    patience: Duration,
}

#[long_running(service = "lro.tests.entries.v1.Disks")]
impl Disks {
    /// Copies a disk.
    ///
    /// All of it.
    #[long_running(timeout = "1h 30m", http(post = "/v1/{disk=projects/*/disks/*}:copy"))]
    async fn plain(&self, ctx: Context<CopyDiskMetadata>, request: CopyDiskRequest) -> Result<(), Status> {
        drop((ctx, request));
        Ok(())
    }

    #[long_running(name = "Compared", request_id = request.disk, http(body = "disk", patch = "/v1/disks"))]
    async fn compares(&self, request: CopyDiskRequest) -> Result<Json<Vec<u8>>, Status> {
        drop(request);
        Ok(Json::default())
    }

    #[long_running(response = CopyDiskRequest, http(delete = "/v1/{disk}"), timeout = self.patience)]
    async fn tonic(
        &self,
        request: Request<CopyDiskRequest>,
    ) -> Result<Response<CopyDiskRequest>, tonic::Status> {
        Ok(Response::new(request.into_inner()))
    }

    #[long_running]
    async fn unwrapped(&self, request: Plan) -> Result<(), Status> {
        drop(request);
        Ok(())
    }

    #[long_running]
    async fn several(&self, request: CopyDiskRequest, plan: Plan) -> Result<(), Status> {
        drop((request, plan));
        Ok(())
    }

    #[long_running]
    async fn nothing(&self) -> Result<(), Status> {
        Ok(())
    }
}

/// What an extractor takes from elsewhere is no part of the message.
#[long_running(service = "lro.tests.entries.v1.Disks", operations = disks.operations)]
async fn proto_json(
    State(disks): State<Disks>,
    Path(zone): Path<String>,
    ProtoJson(request): ProtoJson<CopyDiskRequest>,
) -> Result<(), Status> {
    drop((disks, zone, request));
    Ok(())
}

#[long_running(service = "lro.tests.entries.v1.Disks", operations = engine)]
async fn axum_json(
    engine: Operations,
    axum::Json(request): axum::Json<CopyDiskRequest>,
) -> Result<(), Status> {
    drop((engine, request));
    Ok(())
}

#[long_running(service = "lro.tests.entries.v1.Disks", operations = engine)]
async fn beside_the_engine(engine: Operations, request: Json<Vec<u8>>) -> Result<(), Status> {
    drop((engine, request));
    Ok(())
}

fn entries() -> Vec<MethodEntry> {
    let catalog = Catalog::linked([]);
    catalog.unwrap().methods().iter().filter(|method| method.service == SERVICE).cloned().collect()
}

fn entry(name: &str) -> MethodEntry {
    entries().into_iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn a_method_has_an_entry_with_all_that_is_said_of_it() {
    let plain = entry("Plain");
    assert_eq!(plain.full_name(), "lro.tests.entries.v1.Disks/Plain");
    assert_eq!(plain.request.as_deref(), Some("lro.tests.entries.v1.CopyDiskRequest"));
    assert_eq!(plain.response, "google.protobuf.Empty");
    assert_eq!(plain.metadata, "lro.tests.entries.v1.CopyDiskMetadata");
    assert_eq!(plain.documentation, "Copies a disk.\n\nAll of it.");
    assert!(plain.cancellable);
    assert_eq!(plain.timeout, Some(Duration::from_secs(5_400)));
    let compared = entry("Compared");
    assert_eq!(compared.response, "google.protobuf.Struct");
    assert_eq!((compared.max_attempts, compared.timeout), (None, None));
}

#[test]
fn a_restartable_method_says_how_many_runs_it_has() {
    let catalog = Catalog::linked([]).unwrap();
    let copy = catalog.methods().iter().find(|entry| entry.full_name() == restarts::COPY).unwrap();
    assert_eq!(copy.max_attempts, Some(3));
    assert_eq!(copy.request.as_deref(), Some("lro.tests.restart.v1.CopyRequest"));
}

/// P-209.
#[test]
fn a_method_says_how_http_asks_for_it() {
    let rule = |verb, path, body| Some(HttpRule { verb, path, body });
    assert_eq!(entry("Plain").http, rule(HttpVerb::Post, "/v1/{disk=projects/*/disks/*}:copy", Some("*")));
    assert_eq!(entry("Compared").http, rule(HttpVerb::Patch, "/v1/disks", Some("disk")));
    assert_eq!(entry("Tonic").http, rule(HttpVerb::Delete, "/v1/{disk}", None));
    assert_eq!(entry("Several").http, None);
}

#[test]
fn entries_are_in_the_order_of_their_names() {
    let names: Vec<_> = entries().iter().map(|entry| entry.name).collect();
    let expected = [
        "AxumJson",
        "BesideTheEngine",
        "Compared",
        "Nothing",
        "Plain",
        "ProtoJson",
        "Several",
        "Tonic",
        "Unwrapped",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_request_is_told_where_there_is_one_message() {
    for name in ["Plain", "Compared", "Tonic", "ProtoJson", "AxumJson"] {
        assert_eq!(entry(name).request.as_deref(), Some("lro.tests.entries.v1.CopyDiskRequest"), "{name}");
    }
    assert_eq!(entry("BesideTheEngine").request.as_deref(), Some("google.protobuf.Struct"));
    for name in ["Unwrapped", "Several", "Nothing"] {
        assert_eq!(entry(name).request, None, "{name}");
    }
}

/// A time that each call has for itself is not the method's.
#[test]
fn a_timeout_that_is_an_expression_is_not_told() {
    assert_eq!(entry("Tonic").timeout, None);
}

#[tokio::test]
async fn an_engine_has_the_catalogue_of_its_program() {
    let operations = Operations::open("memory:").await.unwrap();
    let linked = Catalog::linked([]).unwrap();
    assert_eq!(operations.catalog().methods(), linked.methods());
    let disks = Disks { operations, patience: Duration::from_secs(1) };
    disks
        .several(CopyDiskRequest { disk: "d".to_owned() }, Plan(vec![disks.patience]))
        .await
        .unwrap()
        .await
        .unwrap();
}
