//! `google.longrunning.Operations` over HTTP and JSON, and what routes of one's own need to look the same.
//!
//! Nothing is decided here: the five methods are the service's. Paths are read in `routes`, queries in `query`, bodies and
//! answers in `handlers`, errors are written in `error`, messages of other routes in `proto_json`.

mod error;
mod handlers;
mod proto_json;
mod query;
mod routes;
mod types;

use axum::Router;
use axum::routing::any;

use crate::engine::Operations;

pub use self::proto_json::ProtoJson;
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
/// Merge it with routes of your own, also under the same prefix: it has no fallback, and of the routes that match a path axum
/// takes the most literal one. Parents have any depth, so all other paths under the prefix end here too, and are answered with
/// NOT_FOUND; a second wildcard such as `/v1/{*path}` cannot stand beside it. A route whose parameters match the
/// names of operations, such as `/v1/{a}/{b}/{c}/{d}`, takes them away: write its collections out.
///
/// ```
/// # use lro_runtime::{Operations, rest, store::MemoryStore};
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
/// As [`Router::nest`]: when the prefix does not begin with `/`, is `/` alone, or contains a wildcard.
pub fn router_at(prefix: &str, operations: &Operations) -> Router {
    // axum cannot say `{parent}/operations/{id}:cancel`, so it only finds the handler, and `routes` reads the path. The
    // literal routes win over a route of the user such as `/v1/{collection}/{id}`.
    let routes = Router::new()
        .route("/operations", any(handlers::serve))
        .route("/operations/{*id}", any(handlers::serve))
        .route("/{*path}", any(handlers::serve))
        .with_state(operations.clone());
    Router::new().nest(prefix, routes)
}
