//! Where the five methods stand, and what they share an axum router with. How paths are read is a table beside the code.

use axum::Router;
use axum::routing::{any, get, post};
use lro_runtime::{Operations, rest};

use crate::support::http::{Server, failed};
use crate::support::works::start_endless;
use crate::support::{engine, works};

/// The text that a route of the user's answers with.
fn own(text: &'static str) -> axum::routing::MethodRouter {
    get(move || async move { text })
}

async fn started(operations: &Operations, parent: &str) -> String {
    let body = |_| std::future::pending();
    works::work(operations.clone(), parent.to_owned(), body).await.expect("it starts").name().to_string()
}

/// P-132, P-133, P-134, P-136: both families, under any prefix, and under several.
#[tokio::test]
async fn both_families_are_served_under_each_prefix() {
    let (operations, _) = engine().await;
    let app = rest::router(&operations)
        .merge(rest::router_at("/v2", &operations))
        .merge(rest::router_at("/api/v3", &operations));
    let server = Server::start(app).await;
    for prefix in ["/v1", "/v2", "/api/v3"] {
        for parent in ["", "projects/p", "projects/p/locations/l"] {
            let name = started(&operations, parent).await;
            let path = format!("{prefix}/{name}");
            assert_eq!(server.send("GET", &path).await.ok()["name"], *name);
            assert_eq!(server.send("POST", &format!("{path}:wait?timeout=0s")).await.ok()["name"], *name);
            assert_eq!(server.send("POST", &format!("{path}:cancel")).await.text, "{}");
            let collection = path.rsplit_once('/').unwrap().0;
            for collection in [collection.to_owned(), format!("{collection}/")] {
                let listed = server.send("GET", &collection).await.ok();
                assert_eq!(listed["operations"][0]["name"], *name, "{collection} (P-140)");
            }
            assert_eq!(server.send("DELETE", &path).await.text, "{}");
            let gone = server.send("GET", &path).await.error();
            assert_eq!(gone, failed(404, "NOT_FOUND", "OPERATION_NOT_FOUND"));
        }
    }
    let elsewhere = server.send("GET", "/v4/operations").await;
    assert_eq!((elsewhere.status, &*elsewhere.text), (404, ""), "axum's own answer");
}

/// The router has no fallback and takes only what no other route does, so it merges with routes of the user's.
#[tokio::test]
async fn it_merges_with_routes_of_the_same_prefix_and_with_a_fallback() {
    let (operations, _) = engine().await;
    let mine = Router::new()
        .route("/v1/projects/{project}/keys", own("keys"))
        .route("/v1/projects/{project}/keys/{key}", own("key"))
        .route("/v1/keys:lookup", own("lookup"))
        .route("/v1/disks/{*disk}", own("disk"))
        .fallback(|| async { "fallback" });
    let nested = Router::new().nest("/other", Router::new().route("/{*rest}", own("nested")));
    let server = Server::start(mine.merge(rest::router(&operations)).merge(nested)).await;
    for (path, text) in [
        ("/v1/projects/p/keys", "keys"),
        ("/v1/projects/p/keys/k", "key"),
        ("/v1/keys:lookup", "lookup"),
        ("/v1/disks/d", "disk"),
        ("/other/v1/operations", "nested"),
        ("/elsewhere", "fallback"),
    ] {
        let answer = server.send("GET", path).await;
        assert_eq!((answer.status, &*answer.text), (200, text), "{path}");
    }
    finds_operations(&operations, &server).await;
}

/// axum cannot merge a wildcard with a parameter in its place.
#[tokio::test]
async fn it_is_the_fallback_of_routes_that_begin_with_a_parameter() {
    let (operations, _) = engine().await;
    let mine = Router::new().route("/v1/{tenant}/disks/{disk}", own("disk"));
    let server = Server::start(mine.fallback_service(rest::router(&operations))).await;
    assert_eq!(server.send("GET", "/v1/t/disks/d").await.text, "disk");
    assert_eq!(server.send("GET", "/v1/t/files").await.error(), failed(404, "NOT_FOUND", "PATH_NOT_FOUND"));
    finds_operations(&operations, &server).await;
}

async fn finds_operations(operations: &Operations, server: &Server) {
    for parent in ["", "projects/p"] {
        let name = started(operations, parent).await;
        assert_eq!(server.send("GET", &format!("/v1/{name}")).await.ok()["name"], *name);
        let collection = name.rsplit_once('/').unwrap().0;
        let listed = server.send("GET", &format!("/v1/{collection}")).await.ok();
        assert_eq!(listed["operations"][0]["name"], *name);
    }
}

/// A router of the user's that still waits for its state, and layers around everything.
#[tokio::test]
async fn it_merges_before_the_state_is_given() {
    let (operations, _) = engine().await;
    let mine = Router::<Operations>::new().route("/v1/start", post(|| async { "started" }));
    let app = mine.with_state(operations.clone()).merge(rest::router(&operations));
    let app = Router::new().nest("/inner", app).route("/v1/{*path}", any(|| async { "outer" }));
    let server = Server::start(app).await;
    assert_eq!(server.send("POST", "/inner/v1/start").await.text, "started");
    assert_eq!(server.send("GET", "/inner/v1/operations").await.ok(), serde_json::json!({}));
    assert_eq!(server.send("GET", "/v1/operations").await.text, "outer");
}

/// P-137, P-141, P-042: errors in the envelope, and the collection is never acted on.
#[tokio::test]
async fn what_is_not_a_method_is_an_error_in_the_envelope() {
    let (operations, _) = engine().await;
    let name = start_endless(&operations).await.name().to_string();
    let server = Server::start(rest::router(&operations)).await;
    let invalid = failed(400, "INVALID_ARGUMENT", "INVALID_OPERATION_NAME");
    for (method, path) in [
        ("DELETE", "/v1/operations".to_owned()),
        ("DELETE", "/v1/operations/".to_owned()),
        ("POST", "/v1/operations:cancel".to_owned()),
        ("POST", "/v1/operations:wait".to_owned()),
        ("DELETE", "/v1/projects/p/operations".to_owned()),
        // P-140: empty inner segments and dot segments, encoded ones too.
        ("GET", format!("/v1//{name}")),
        ("GET", name.replace("operations/", "/v1/operations//")),
        ("GET", name.replace("operations/", "/v1/projects/../operations/")),
        ("DELETE", name.replace("operations/", "/v1/%2E%2E/operations/")),
        ("GET", "/v1/operations/.".to_owned()),
        ("GET", "/v1/operations/%00".to_owned()),
        ("GET", "/v1/operations/%ff".to_owned()),
        ("GET", format!("/v1/operations/{}", "x".repeat(1_100))),
    ] {
        assert_eq!(server.send(method, &path).await.error(), invalid, "{method} {path}");
    }
    let parent = failed(400, "INVALID_ARGUMENT", "INVALID_PARENT");
    assert_eq!(server.send("GET", "/v1/projects//operations").await.error(), parent);
    let unknown = failed(404, "NOT_FOUND", "PATH_NOT_FOUND");
    for path in ["/v1/projects/p", "/v1/operationsx/a", "/v1/a:cancel", "/v1/projects/p:wait"] {
        assert_eq!(server.send("POST", path).await.error(), unknown, "{path}");
    }
    let unsupported = failed(501, "UNIMPLEMENTED", "METHOD_NOT_SUPPORTED");
    for (method, path) in [
        ("PUT", format!("/v1/{name}")),
        ("PATCH", format!("/v1/{name}")),
        ("POST", format!("/v1/{name}")),
        ("POST", format!("/v1/{name}:unknown")),
        ("POST", format!("/v1/{name}%3Acancel")),
        ("POST", "/v1/operations".to_owned()),
    ] {
        assert_eq!(server.send(method, &path).await.error(), unsupported, "{method} {path}");
    }
    // P-138: a verb of POST alone; elsewhere it belongs to the id, and no id ends so (P-081).
    let missing = failed(404, "NOT_FOUND", "OPERATION_NOT_FOUND");
    for method in ["GET", "DELETE"] {
        assert_eq!(server.send(method, &format!("/v1/{name}:cancel")).await.error(), missing);
    }
    assert!(
        server.send("GET", &format!("/v1/{name}")).await.ok().get("done").is_none(),
        "nothing happened to it"
    );
}
