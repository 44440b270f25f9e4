//! A server that is killed, and one that is asked to stop: no operation stays pending, and none has two results.

use std::time::Duration;

use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::tempdir;
use tokio::time::{Instant, timeout_at};

use crate::support::programs::{ApiKeys, signal};

const KEYS: &str = "/v2/projects/1/locations/global/keys";

/// Starts the creation of so many keys.
async fn create_keys(server: &ApiKeys, prefix: &str, count: usize) -> Vec<String> {
    let mut names = Vec::new();
    for number in 0..count {
        let path = format!("{KEYS}?keyId={prefix}{number}");
        names.push(server.start_operation(Method::POST, &path, Some(json!({ "displayName": "d" }))).await);
    }
    names
}

fn assert_interrupted(operation: &Value) {
    assert_eq!((&operation["done"], &operation["error"]["code"]), (&json!(true), &json!(10)), "{operation}");
    assert_eq!(operation["error"]["details"][0]["reason"], "OPERATION_INTERRUPTED", "{operation}");
    assert!(operation.get("response").is_none(), "{operation}");
}

#[tokio::test]
async fn after_a_kill_and_a_restart_all_that_ran_is_done_within_two_seconds() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0s");
    let mut finished = Vec::new();
    for name in create_keys(&server, "finished", 3).await {
        finished.push(server.end(&name).await);
    }
    drop(server);

    let mut server = ApiKeys::start(folder.path(), "600s");
    let names = create_keys(&server, "killed", 40).await;
    server.child.kill().unwrap();
    server.child.wait().unwrap();

    let server = ApiKeys::start(folder.path(), "0s");
    let limit = Instant::now() + Duration::from_secs(2);
    let mut results = Vec::new();
    for name in &names {
        let ended = timeout_at(limit, server.end(name)).await;
        let ended = ended.unwrap_or_else(|_| panic!("{} of 40 were done in time", results.len()));
        assert_interrupted(&ended);
        results.push(ended);
    }
    for (name, result) in names.iter().zip(&results) {
        assert_eq!(&server.get(&format!("/v2/{name}")).await.1, result, "P-022");
    }
    for operation in &finished {
        let (_, now) = server.get(&format!("/v2/{}", operation["name"].as_str().unwrap())).await;
        assert_eq!(&now, operation, "what was done stays as it was");
    }
    let (_, listed) = server.get("/v2/operations?pageSize=100").await;
    assert_eq!(listed["operations"].as_array().unwrap().len(), 43);
    // What was reserved died with the server.
    for name in create_keys(&server, "killed", 2).await {
        assert!(server.end(&name).await["response"]["name"].is_string());
    }
}

/// P-199: waiters are answered, what still runs after the grace ends as interrupted, and the exit is clean.
#[cfg(unix)]
#[tokio::test]
async fn a_server_that_is_asked_to_stop_ends_what_it_runs() {
    let folder = tempdir().unwrap();
    let mut server = ApiKeys::start(folder.path(), "600s");
    let names = create_keys(&server, "stopped", 3).await;
    let wait = format!("/v2/{}:wait", names[0]);
    let waiting = server.send(Method::POST, &wait, None);
    let stop = async { signal(&server.child, Signal::TERM) };
    let (waited, ()) = tokio::join!(waiting, stop);
    assert_eq!(waited.0, 200, "{}", waited.1);
    let code = server.child.wait().unwrap().code();
    assert_eq!(code, Some(0));

    let server = ApiKeys::start(folder.path(), "0s");
    for name in names {
        let (_, operation) = server.get(&format!("/v2/{name}")).await;
        assert_interrupted(&operation);
    }
}
