//! The request among a handler's parameters, however it is written: what calls with one request id are compared by.

use std::pin::Pin;

use async_trait::async_trait;
use axum::extract::State;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Code, Context, Json, Operation, Operations, Payload, Status, long_running};

use crate::support::engine;
use crate::support::keyed::CopyRequest;
use crate::support::works::{WorkMetadata, WorkResponse, done};

type Started = Result<Operation<WorkResponse, WorkMetadata>, Status>;

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
}

/// As axum handlers are written.
#[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", operations = service.operations, request_id = request.request_id)]
async fn proto_json(
    State(service): State<Service>,
    _ctx: Context<WorkMetadata>,
    ProtoJson(request): ProtoJson<CopyRequest>,
) -> Result<WorkResponse, Status> {
    drop(service);
    done(&request.disk)
}

#[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", operations = service.operations, request_id = request.request_id)]
async fn axum_json(
    ctx: Context<WorkMetadata>,
    axum::Json(mut request): axum::Json<CopyRequest>,
    State(service): State<Service>,
) -> Result<WorkResponse, Status> {
    drop((service, ctx));
    request.disk.push_str("");
    done(&request.disk)
}

/// Its parts are bound, with a hook among them.
#[long_running(
        response = WorkResponse,
    service = "lro.tests.v1.Requests",
    operations = operations,
    request_id = id,
    validate = check(&disk).await,
)]
async fn taken_apart(
    State(operations): State<Operations>,
    _ctx: Context<WorkMetadata>,
    CopyRequest { disk, request_id: id, .. }: CopyRequest,
) -> Result<WorkResponse, Status> {
    drop((operations, id));
    done(&disk)
}

async fn check(disk: &str) -> Result<(), Status> {
    if disk.is_empty() { Err(Status::invalid_argument("no disk")) } else { Ok(()) }
}

/// A request of any type.
#[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", operations = operations, request_id = id_of(&request))]
async fn generic<R: Payload + Into<CopyRequest> + Clone>(
    State(operations): State<Operations>,
    _ctx: Context<WorkMetadata>,
    request: R,
) -> Result<WorkResponse, Status> {
    drop(operations);
    done(&request.into().disk)
}

fn id_of<R: Into<CopyRequest> + Clone>(request: &R) -> Option<String> {
    Some(request.clone().into().request_id)
}

impl Service {
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", request_id = request.request_id.as_str())]
    async fn inherent(
        &self,
        _ctx: Context<WorkMetadata>,
        mut request: CopyRequest,
    ) -> Result<WorkResponse, Status> {
        request.disk.push_str("");
        done(&request.disk)
    }

    /// A request that nothing is done with.
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", request_id = _request.get_ref().request_id)]
    async fn kept(
        &self,
        _ctx: Context<WorkMetadata>,
        _request: tonic::Request<CopyRequest>,
    ) -> Result<WorkResponse, Status> {
        done("")
    }

    /// A serde type, without a schema.
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", request_id = request.get("id").cloned())]
    async fn schemaless(
        &self,
        _ctx: Context<WorkMetadata>,
        Json(request): Json<std::collections::HashMap<String, String>>,
    ) -> Result<WorkResponse, Status> {
        done(&request["disk"])
    }
}

#[async_trait]
trait Dynamic: Send + Sync {
    async fn plain(&self, request: CopyRequest) -> Started;

    async fn wrapped(&self, request: tonic::Request<CopyRequest>) -> Started;
}

#[async_trait]
impl Dynamic for Service {
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", request_id = request_id, validate = check(&disk).await)]
    async fn plain(
        &self,
        _ctx: Context<WorkMetadata>,
        CopyRequest { disk, request_id, .. }: CopyRequest,
    ) -> Result<WorkResponse, Status> {
        drop(request_id);
        done(&disk)
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Requests", request_id = request.get_ref().request_id)]
    async fn wrapped(
        &self,
        request: tonic::Request<CopyRequest>,
        _ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        done(&request.into_inner().disk)
    }
}

fn schemaless(request: CopyRequest) -> Json<std::collections::HashMap<String, String>> {
    let mut fields = request.labels;
    fields.extend([("disk".to_owned(), request.disk), ("id".to_owned(), request.request_id)]);
    Json(fields)
}

/// Every way, by one signature.
type Call = fn(Service, CopyRequest) -> Pin<Box<dyn Future<Output = Started> + Send>>;

const WAYS: [(&str, Call); 9] = [
    ("ProtoJson", |service, request| Box::pin(proto_json(State(service), ProtoJson(request)))),
    ("axum::Json", |service, request| Box::pin(axum_json(axum::Json(request), State(service)))),
    ("taken apart", |service, request| Box::pin(taken_apart(State(service.operations), request))),
    ("generic", |service, request| Box::pin(generic(State(service.operations), request))),
    ("inherent", |service, request| Box::pin(async move { service.inherent(request).await })),
    ("kept", |service, request| Box::pin(async move { service.kept(tonic::Request::new(request)).await })),
    ("schemaless", |service, request| Box::pin(async move { service.schemaless(schemaless(request)).await })),
    ("async-trait, taken apart", |service, request| Box::pin(async move { service.plain(request).await })),
    ("async-trait, tonic's", |service, request| {
        Box::pin(async move { service.wrapped(tonic::Request::new(request)).await })
    }),
];

/// The whole request is compared, also what its pattern does not bind, and its wrapper's metadata is not.
#[tokio::test(start_paused = true)]
async fn calls_are_compared_by_the_whole_request_however_it_is_written_p035_p036() {
    for (way, call) in WAYS {
        let (operations, _store) = engine().await;
        let service = Service { operations };
        let start = |request: CopyRequest| call(service.clone(), request);
        let first = start(CopyRequest::new("d", "id")).await.expect(way);
        for _ in 0..5 {
            assert_eq!(start(CopyRequest::new("d", "id")).await.expect(way).name(), first.name(), "{way}");
        }
        let mut relabelled = CopyRequest::new("d", "id");
        relabelled.labels.insert("0".into(), "another".into());
        for another in [relabelled, CopyRequest::new("e", "id")] {
            let refused = start(another).await.expect_err(way);
            assert_eq!(refused.reason().as_deref(), Some("REQUEST_ID_REUSED"), "{way}");
        }
        assert_ne!(start(CopyRequest::new("d", "another")).await.expect(way).name(), first.name(), "{way}");
        let expected = if way == "kept" { "" } else { "d" };
        assert_eq!(first.await, done(expected), "{way}");
    }
}

/// A request past the payload limit is refused at the call (D17).
#[tokio::test(start_paused = true)]
async fn a_request_past_the_limit_is_refused_at_the_call_p027() {
    let store = crate::support::store();
    let operations = crate::support::open(&store, |builder| builder.payload_limit(400)).await;
    let service = Service { operations: operations.clone() };
    service.inherent(CopyRequest::new("d", "id")).await.unwrap();
    let refused = service.inherent(CopyRequest::new(&"d".repeat(400), "id")).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.reason().as_deref(), Some("PAYLOAD_TOO_LARGE"));
    assert_eq!(operations.list(&Default::default()).await.unwrap().operations.len(), 1);
}

/// A type of prost's, whose descriptors nobody has given.
#[derive(Clone, PartialEq, prost::Message)]
struct Undescribed {
    #[prost(string, tag = "1")]
    request_id: String,
}

impl prost::Name for Undescribed {
    const PACKAGE: &'static str = "lro.tests.nowhere.v1";
    const NAME: &'static str = "Undescribed";
}

/// Its request is its own.
#[derive(Clone)]
struct Generic<R> {
    operations: Operations,
    of: fn(&R) -> String,
}

impl<R: Payload + Clone> Generic<R> {
    #[long_running(request_id = (self.of)(&request), catalog = false)]
    async fn generic(&self, request: R) -> Result<(), Status> {
        drop(request);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_can_be_generic_in_its_request_p035() {
    let (operations, _store) = engine().await;
    let service = Generic { operations, of: |request: &CopyRequest| request.request_id.clone() };
    let first = service.generic(CopyRequest::new("d", "id")).await.unwrap();
    assert_eq!(service.generic(CopyRequest::new("d", "id")).await.unwrap().name(), first.name());
}

impl Service {
    #[long_running(request_id = request.request_id, catalog = false)]
    async fn undescribed(&self, request: Undescribed) -> Result<(), Status> {
        drop(request);
        Ok(())
    }
}

/// A method that is not in the catalogue is not checked when the engine opens. Its requests cannot be compared, and that is said.
#[tokio::test(start_paused = true)]
async fn a_request_without_a_descriptor_is_refused_with_an_id_and_taken_without() {
    let (operations, _store) = engine().await;
    let service = Service { operations };
    let refused = service.undescribed(Undescribed { request_id: "id".into() }).await.unwrap_err();
    assert_eq!((refused.code(), refused.reason().as_deref()), (Code::Internal, Some("NO_DESCRIPTOR")));
    assert!(refused.message().contains("lro.tests.nowhere.v1.Undescribed"), "{}", refused.message());
    service.undescribed(Undescribed::default()).await.unwrap().await.unwrap();
}

/// The public function is still what axum takes.
#[test]
fn a_function_with_a_request_is_an_axum_handler() {
    let _: axum::Router<Service> = axum::Router::new().route("/", axum::routing::post(proto_json));
}
