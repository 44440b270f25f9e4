//! Which types the JSON of an application's own routes is made of.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;

use crate::data::payload::registry::Registry;
use crate::engine::Operations;

tokio::task_local! {
    /// The engine whose types the routes of [`with_descriptors`] use.
    static ENGINE: Operations;
}

/// Lets [`ProtoJson`](super::ProtoJson) and the details of a [`Status`](crate::Status) have every type that the engine knows
/// in these routes: those of its [`descriptors`](crate::Builder::descriptors), too. Without it they have the types that derive
/// `Payload`, and Google's.
///
/// ```
/// # use axum::Router;
/// # use lro_runtime::{Operations, rest};
/// fn app(operations: &Operations, my_routes: Router) -> Router {
///     rest::router(operations).merge(rest::with_descriptors(operations, my_routes))
/// }
/// ```
pub fn with_descriptors<S>(operations: &Operations, routes: Router<S>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    // An `IntoResponse` sees neither state nor request, so the engine goes with the task.
    routes.layer(from_fn_with_state(operations.clone(), scope))
}

async fn scope(State(operations): State<Operations>, request: Request, next: Next) -> Response {
    ENGINE.scope(operations, next.run(request)).await
}

/// Calls with the registry of this route.
pub(super) fn with<T>(call: impl FnOnce(&Registry) -> T) -> T {
    match ENGINE.try_with(Clone::clone) {
        Ok(operations) => call(&operations.engine().registry),
        Err(_) => call(&LINKED),
    }
}

/// The types that are linked into this program. When some of them need a descriptor set, which only an engine has, it is
/// Google's types alone: errors can still be shown.
static LINKED: LazyLock<Registry> = LazyLock::new(|| {
    Registry::build(&[]).unwrap_or_else(|error| {
        tracing::error!(%error, "derived types are not available outside of `rest::with_descriptors`");
        // Invariant: Google's own types fit together; a test of the registry builds them.
        Registry::of(Vec::new(), &[]).expect("Google's types make a registry")
    })
});
