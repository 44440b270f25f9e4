//! Google's clients for Node on real ports; what they check is in `tests/node`.

use std::fs;

use lro_runtime::rest;
use tempfile::tempdir;

use super::{drive, node, works};
use crate::support::programs::ApiKeys;

/// Lets `google-gax` loose on a server of works. Over REST it gets the rules that a generator would have written into its client.
async fn drive_operations(wire: &str) {
    let server = works::serve().await;
    let folder = tempdir().unwrap();
    let config = folder.path().join("service.yaml");
    fs::write(&config, rest::service_config("/v1", &["projects/*"])).unwrap();
    drive(node("operations.js"), &[wire, &server.address.to_string(), config.to_str().unwrap()]).await;
}

async fn drive_api_keys(wire: &str) {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0.1s");
    drive(node("api_keys.js"), &[wire, server.url.trim_start_matches("http://")]).await;
}

/// P-016, P-024, P-170, P-177, P-201…P-203: the operations client and the futures of `google-gax`.
#[tokio::test]
async fn the_operations_client_works_over_grpc() {
    drive_operations("grpc").await;
}

/// P-016, P-024, P-134, P-135, P-144, P-151, P-154, P-160, P-161, P-170…P-172, P-201…P-203, P-209: the same, with JSON.
#[tokio::test]
async fn the_operations_client_works_over_rest() {
    drive_operations("rest").await;
}

/// P-031, P-041, P-159, P-178: `@google-cloud/apikeys` on the example.
#[tokio::test]
async fn the_api_keys_client_works_over_grpc() {
    drive_api_keys("grpc").await;
}

/// P-031, P-132, P-133, P-146, P-147, P-159: the same, with JSON.
#[tokio::test]
async fn the_api_keys_client_works_over_rest() {
    drive_api_keys("rest").await;
}
