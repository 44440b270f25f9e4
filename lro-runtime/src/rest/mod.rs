//! `google.longrunning.Operations` over HTTP and JSON, and what routes of one's own need to look the same.
//!
//! Nothing is decided here: the five methods are the service's. Paths are read in `routes`, queries in `query`, bodies and
//! answers in `handlers`, errors are written in `error`, messages of other routes in `proto_json`, and
//! `service_config` and `open_api` say it all to client generators.

mod error;
mod handlers;
mod method_override;
mod open_api;
mod proto_json;
mod query;
mod restart;
mod routes;
mod service_config;
mod types;

use std::sync::Arc;

use axum::Router;
use axum::routing::any;

use crate::engine::Operations;

pub use self::method_override::method_override;
pub use self::open_api::open_api;
pub use self::proto_json::ProtoJson;
pub use self::service_config::service_config;
pub use self::types::with_descriptors;

/// The five methods under `/v1`: [`router_at`] with that prefix.
pub fn router(operations: &Operations) -> Router {
    router_at("/v1", operations)
}

/// The five methods under a version prefix (P-132…P-134, P-136):
///
/// | method | `operations/**` | `{parent}/operations/*` |
/// |---|---|---|
/// | Get | `GET /v1/operations/{id}` | `GET /v1/{parent}/operations/{id}` |
/// | List | `GET /v1/operations` | `GET /v1/{parent}/operations` |
/// | Delete | `DELETE /v1/operations/{id}` | `DELETE /v1/{parent}/operations/{id}` |
/// | Cancel | `POST /v1/operations/{id}:cancel` | `POST /v1/{parent}/operations/{id}:cancel` |
/// | Wait | `POST /v1/operations/{id}:wait` | `POST /v1/{parent}/operations/{id}:wait` |
///
/// [`service_config`] has them as rules for client generators, [`open_api`] as an OpenAPI document.
///
/// Merge it with routes of your own, also under the same prefix. Parents have any depth, so it is one wildcard, to which axum
/// comes last: what no other route takes ends here, and is answered with NOT_FOUND if it names no operations. It has no fallback.
///
/// A route whose parameters match names of operations, such as `/v1/projects/{project}/{collection}/{id}`, takes them away: write
/// its collections out. Where a route of your own has a parameter or a wildcard directly after the prefix, such as
/// `/v1/{tenant}/disks`, axum cannot merge the two; then this router is the fallback:
/// `my_routes.fallback_service(rest::router(&operations))`.
///
/// ```
/// # use lro_runtime::{Operations, rest};
/// # async fn example(operations: Operations) {
/// use axum::{Router, routing::get};
///
/// let app = Router::new()
///     .route("/v2/projects/{project}/keys/{key}", get(|| async { "a key" }))
///     .merge(rest::router_at("/v2", &operations));
/// # let _: Router = app;
/// # }
/// ```
///
/// # Panics
/// As [`Router::route`]: when the prefix does not begin with `/`.
pub fn router_at(prefix: &str, operations: &Operations) -> Router {
    // axum cannot say `{parent}/operations/{id}:cancel`, so it only finds the handler, and `routes` reads the path. Not nested,
    // since `Router::nest` swallows a slash of `/v1//operations` (P-140).
    let prefix = prefix.trim_end_matches('/');
    let served = Served { prefix: prefix.into(), operations: operations.clone() };
    Router::new().route(&format!("{prefix}/{{*path}}"), any(handlers::serve)).with_state(served)
}

/// What the handler knows.
#[derive(Clone)]
struct Served {
    prefix: Arc<str>,
    operations: Operations,
}
