//! gRPC and gRPC-Web on the port of an axum router.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, StatusCode, header};
use tonic::service::Routes;
use tonic_web::GrpcWebLayer;

use crate::engine::Operations;

/// `google.longrunning.Operations` as routes of an axum router: [`router_of`] the one [`service`](super::service).
///
/// Serve it without Nagle's algorithm, which axum leaves on: the trailers after an answer would wait for the client's
/// acknowledgement of it, often for 40 ms.
///
/// ```
/// # use lro_runtime::{Operations, grpc, rest};
/// use axum::serve::ListenerExt as _;
/// # async fn example(operations: Operations) -> std::io::Result<()> {
/// let app = rest::router(&operations).merge(grpc::routes(&operations));
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?.tap_io(|stream| drop(stream.set_nodelay(true)));
/// axum::serve(listener, grpc::unknown_services(app)).await
/// # }
/// ```
pub fn routes(operations: &Operations) -> Router {
    router_of(Routes::new(super::service(operations)))
}

/// Any tonic services as routes of an axum router, to be merged with routes of REST: gRPC over HTTP/2, and gRPC-Web over
/// HTTP/1.1 and HTTP/2. What is neither is answered with 415 Unsupported Media Type. It has no fallback; see [`unknown_services`].
///
/// axum must serve HTTP/2 without TLS: its feature `http2`.
///
/// ```
/// # use lro_runtime::{Operations, grpc};
/// # fn example(operations: Operations) -> axum::Router {
/// let services = tonic::service::Routes::new(grpc::service(&operations)); // .add_service(DisksServer::new(disks))
/// grpc::router_of(services)
/// # }
/// ```
pub fn router_of(services: Routes) -> Router {
    // tonic's fallback would take every path that no other router has, and axum merges no two routers with one.
    let services = services.prepare().into_axum_router().reset_fallback();
    services.layer(GrpcWebLayer::new()).layer(from_fn(only_grpc))
}

async fn only_grpc(request: Request, next: Next) -> Response {
    if is_grpc(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()
    }
}

/// Answers gRPC calls of services that are not there with UNIMPLEMENTED (P-141). A client that gets the 404 of a router instead
/// can only guess what it means. Around the whole application; other requests are left alone.
pub fn unknown_services(app: Router) -> Router {
    app.layer(from_fn(answered_as_grpc))
}

async fn answered_as_grpc(request: Request, next: Next) -> Response {
    let is_call = is_grpc(request.headers());
    let response = next.run(request).await;
    // A service's own answer says `grpc-status`, here or after its messages, in which case its type is gRPC's.
    let is_answered = is_grpc(response.headers())
        || response.headers().contains_key(HeaderName::from_static("grpc-status"));
    if !is_call || is_answered || response.status() != StatusCode::NOT_FOUND {
        return response;
    }
    tonic::Status::unimplemented("there is no such service").into_http::<axum::body::Body>()
}

fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}
