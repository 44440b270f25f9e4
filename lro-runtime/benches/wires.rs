//! Get over gRPC and over REST, beside a bare tonic and a bare axum handler that return the same bytes: each over 64 connections to a
//! real port, clients and servers on the same cores. Compare ratios inside one run.

#![expect(clippy::disallowed_methods, reason = "a benchmark's servers and callers are tasks of its own")]

#[path = "support/callers.rs"]
mod callers;
#[path = "support/ten.rs"]
mod ten;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use lro_runtime::grpc::operations_client::OperationsClient;
use lro_runtime::grpc::operations_server::{Operations as Service, OperationsServer};
use lro_runtime::grpc::{
    self, CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
    ListOperationsResponse, Operation, WaitOperationRequest,
};
use lro_runtime::rest;
use lro_runtime::store::{MemoryStore, SqliteStore};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status};

use self::callers::timed;
use self::ten::{done, open};

const CONNECTIONS: usize = 64;

/// A handler that has its answer.
struct Bare(Operation);

#[tonic::async_trait]
impl Service for Bare {
    async fn get_operation(&self, _: Request<GetOperationRequest>) -> Result<Response<Operation>, Status> {
        Ok(Response::new(self.0.clone()))
    }

    async fn list_operations(
        &self,
        _: Request<ListOperationsRequest>,
    ) -> Result<Response<ListOperationsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn delete_operation(&self, _: Request<DeleteOperationRequest>) -> Result<Response<()>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn cancel_operation(&self, _: Request<CancelOperationRequest>) -> Result<Response<()>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn wait_operation(&self, _: Request<WaitOperationRequest>) -> Result<Response<Operation>, Status> {
        Err(Status::unimplemented(""))
    }
}

/// A server of one wire, with the operation that it is asked for.
struct Case {
    name: &'static str,
    app: Router,
    operation: String,
}

fn cases(runtime: &Runtime, folder: &std::path::Path) -> (Vec<Case>, Vec<Case>) {
    runtime.block_on(async {
        let memory = open(MemoryStore::new()).await;
        let sqlite = open(SqliteStore::open(folder.join("bench.db")).await.expect("the store opens")).await;
        let (in_memory, in_sqlite) = (done(&memory).await, done(&sqlite).await);
        let snapshot = memory.get(&in_memory).await.expect("it is there");
        let json = Bytes::from(memory.to_json(&snapshot).expect("it has JSON"));
        let bare = Bare(Operation::from(&snapshot));
        let bare = tonic::service::Routes::new(OperationsServer::new(bare)).into_axum_router();
        let answer = move || async move { ([(CONTENT_TYPE, "application/json; charset=UTF-8")], json) };
        let bare_rest = Router::new().route("/v1/operations/{id}", get(answer));
        let case = |name, app, operation: &String| Case { name, app, operation: operation.clone() };
        let grpc = vec![
            case("bare tonic", bare, &in_memory),
            case("memory", grpc::routes(&memory), &in_memory),
            case("SQLite", grpc::routes(&sqlite), &in_sqlite),
        ];
        let rest = vec![
            case("bare axum", bare_rest, &in_memory),
            case("memory", rest::router(&memory), &in_memory),
            case("SQLite", rest::router(&sqlite), &in_sqlite),
        ];
        (grpc, rest)
    })
}

async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(axum::serve(listener, app).into_future());
    address
}

async fn channel(address: SocketAddr) -> OperationsClient<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
    OperationsClient::new(endpoint.connect().await.expect("a connection"))
}

async fn connection(address: SocketAddr) -> SendRequest<Empty<Bytes>> {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
    tokio::spawn(connection);
    sender
}

fn over_grpc(c: &mut Criterion, runtime: &Runtime, cases: Vec<Case>) {
    let mut group = c.benchmark_group("get over gRPC");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    for Case { name, app, operation } in cases {
        let clients = runtime.block_on(async {
            let address = serve(app).await;
            let mut clients = Vec::new();
            for _ in 0..CONNECTIONS {
                clients.push(channel(address).await);
            }
            clients
        });
        group.bench_function(name, |b| {
            b.to_async(runtime).iter_custom(|calls| {
                let callers = clients.iter().cloned().map(|client| {
                    let operation = operation.clone();
                    move || {
                        let (mut client, name) = (client.clone(), operation.clone());
                        async move {
                            let answer = client.get_operation(GetOperationRequest { name }).await;
                            assert!(answer.expect("an operation").into_inner().done);
                        }
                    }
                });
                timed(callers.collect::<Vec<_>>(), calls)
            });
        });
    }
    group.finish();
}

fn over_rest(c: &mut Criterion, runtime: &Runtime, cases: Vec<Case>) {
    let mut group = c.benchmark_group("get over REST");
    group.throughput(Throughput::Elements(1)).sampling_mode(SamplingMode::Flat);
    group.sample_size(20).measurement_time(Duration::from_secs(5));
    for Case { name, app, operation } in cases {
        let address = runtime.block_on(serve(app));
        let uri = format!("/v1/{operation}");
        group.bench_function(name, |b| {
            b.to_async(runtime).iter_custom(|calls| {
                let uri = uri.clone();
                async move {
                    let mut callers = Vec::new();
                    for _ in 0..CONNECTIONS {
                        let connection =
                            std::sync::Arc::new(tokio::sync::Mutex::new(connection(address).await));
                        let uri = uri.clone();
                        callers.push(move || {
                            let (connection, uri) = (connection.clone(), uri.clone());
                            async move {
                                let request = hyper::Request::get(uri).header("host", "localhost");
                                let request = request.body(Empty::new()).expect("a request");
                                let answer = connection.lock().await.send_request(request).await;
                                let answer = answer.expect("an answer");
                                assert_eq!(answer.status(), 200);
                                assert!(
                                    !answer
                                        .into_body()
                                        .collect()
                                        .await
                                        .expect("a body")
                                        .to_bytes()
                                        .is_empty()
                                );
                            }
                        });
                    }
                    timed(callers, calls).await
                }
            });
        });
    }
    group.finish();
}

fn wires(c: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let (grpc, rest) = cases(&runtime, folder.path());
    over_grpc(c, &runtime, grpc);
    over_rest(c, &runtime, rest);
}

criterion_group!(benches, wires);
criterion_main!(benches);
