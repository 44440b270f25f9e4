//! Google's clients for Python on real ports; what they check is in `tests/python`.

use std::fs;

use lro_runtime::rest;
use tempfile::tempdir;

use super::{drive, python, works};
use crate::support::programs::ApiKeys;

/// P-134, P-151, P-154, P-157…P-161, P-167, P-170…P-172, P-201, P-202: the generic client of `google.api_core`, and futures on it.
#[tokio::test]
async fn the_operations_client_works_over_rest() {
    let server = works::serve().await;
    drive(python("operations_rest.py"), &[&server.address.to_string()]).await;
}

/// P-092, P-132, P-133, P-146, P-159: `google-cloud-api-keys` on the example.
#[tokio::test]
async fn the_api_keys_client_works_over_rest() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0.1s");
    drive(python("api_keys_rest.py"), &[server.url.trim_start_matches("http://")]).await;
}

/// P-007, P-046, P-068…P-070, P-141, P-177, P-178, P-201, P-202: the clients of `google.api_core` on gRPC, sync and asyncio.
#[tokio::test]
async fn the_operations_client_works_over_grpc() {
    let server = works::serve().await;
    drive(python("operations_grpc.py"), &[&server.address.to_string()]).await;
}

/// P-041, P-092, P-159: the same client of the API Keys API, over gRPC.
#[tokio::test]
async fn the_api_keys_client_works_over_grpc() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0.1s");
    drive(python("api_keys_grpc.py"), &[server.url.trim_start_matches("http://")]).await;
}

/// P-132…P-136, P-154, P-209: every rule of the config is routed to its method, and the generic client of `google.api_core` reaches all
/// operations by these rules, also those at the root.
#[tokio::test]
async fn the_operations_client_works_by_the_rules_of_the_service_config() {
    let server = works::serve().await;
    let folder = tempdir().unwrap();
    let file = folder.path().join("service.yaml");
    fs::write(&file, rest::service_config("/v1", &["projects/*"])).unwrap();
    drive(python("service_config.py"), &[&server.address.to_string(), file.to_str().unwrap()]).await;
}
