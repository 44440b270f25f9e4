//! PATCH for clients that cannot send it.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, Method};
use axum::middleware::map_request;

/// Takes a POST with the header `X-HTTP-Method-Override: PATCH` as the PATCH that it stands for, in all these routes: Java's HTTP
/// client cannot send another (P-143).
///
/// It goes around everything else, since the method has to be known before a route is chosen. Other values of the header, and
/// other methods, stay as they are.
///
/// ```
/// use axum::Router;
/// use axum::routing::patch;
/// use lro_runtime::rest;
///
/// let routes = Router::new().route("/v1/disks/{disk}", patch(|| async { "a started operation" }));
/// let app = rest::method_override(routes);
/// # let _: Router = app;
/// ```
pub fn method_override(routes: Router) -> Router {
    // A layer of a router sees what is routed already; one around a fallback does not.
    Router::new().fallback_service(routes).layer(map_request(patched))
}

async fn patched(mut request: Request) -> Request {
    const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
    let says_patch = |request: &Request| {
        request.headers().get(OVERRIDE).is_some_and(|method| method.as_bytes().eq_ignore_ascii_case(b"PATCH"))
    };
    if request.method() == Method::POST && says_patch(&request) {
        *request.method_mut() = Method::PATCH;
    }
    request
}
