//! `buf curl`, which learns the API from reflection, against the running example.

use serde_json::{Value, json};
use tempfile::tempdir;

use super::{installed, local, run};
use crate::support::programs::ApiKeys;

const KEYS: &str = "google.api.apikeys.v2.ApiKeys";
const OPERATIONS: &str = "google.longrunning.Operations";

/// Calls a method, and reads the answer.
fn call(server: &ApiKeys, protocol: &str, method: &str, request: &Value) -> Value {
    let mut command = local(installed("node/node_modules/.bin/buf"));
    command.args(["curl", "--http2-prior-knowledge", "--protocol", protocol, "--data", &request.to_string()]);
    command.arg(format!("{}/{method}", server.url));
    serde_json::from_str(&run(command)).expect("it writes JSON")
}

/// Reflection v1, gRPC and gRPC-Web: a key is created, and its operation is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn buf_curl_drives_the_example_by_reflection() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0.1s");
    for protocol in ["grpc", "grpcweb"] {
        let request = json!({ "parent": "projects/1/locations/global", "keyId": protocol });
        let started = call(&server, protocol, &format!("{KEYS}/CreateKey"), &request);
        let name = started["name"].as_str().expect("an operation has a name");
        assert!(name.starts_with("operations/akmf."), "{started}");
        let request = json!({ "name": name, "timeout": "10s" });
        let ended = call(&server, protocol, &format!("{OPERATIONS}/WaitOperation"), &request);
        let key = format!("projects/1/locations/global/keys/{protocol}");
        assert_eq!((&ended["done"], &ended["response"]["name"]), (&json!(true), &json!(key)), "{ended}");
        let listed = call(&server, protocol, &format!("{OPERATIONS}/ListOperations"), &json!({}));
        assert_eq!(listed["operations"][0], ended);
    }
    let health = call(&server, "grpc", "grpc.health.v1.Health/Check", &json!({ "service": KEYS }));
    assert_eq!(health, json!({ "status": "SERVING" }));
}
