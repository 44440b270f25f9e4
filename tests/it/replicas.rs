//! Two servers on one database: whichever is asked, they answer as one.

use std::path::Path;

use reqwest::Method;
use rustix::process::Signal;
use serde_json::json;
use tempfile::tempdir;

use crate::support::postgres::{blocking, fresh_schema};
use crate::support::programs::{ApiKeys, signal};

const KEYS: &str = "/v2/projects/1/locations/global/keys";

/// Starts two servers at the same time, on an empty database.
async fn two_servers(folder: &Path, work: &'static str) -> (ApiKeys, ApiKeys) {
    let store = fresh_schema().await;
    let start = || {
        let (folder, store) = (folder.to_owned(), store.clone());
        blocking(move || ApiKeys::start_with(&folder, &["--work", work, "--store", &store]))
    };
    tokio::join!(start(), start())
}

#[tokio::test]
async fn two_servers_on_one_database_act_as_one() {
    let folder = tempdir().unwrap();
    let (one, two) = two_servers(folder.path(), "0s").await;

    let body = json!({ "displayName": "first" });
    let name = one.start_operation(Method::POST, &format!("{KEYS}?keyId=k1"), Some(body)).await;
    let created = two.end(&name).await;
    assert_eq!(created["response"]["displayName"], "first", "{created}");
    assert_eq!(one.get(&format!("/v2/{name}")).await, (200, created));

    let (status, refused) = two.send(Method::POST, &format!("{KEYS}?keyId=k1"), Some(json!({}))).await;
    assert_eq!((status, &refused["error"]["status"]), (409, &json!("ALREADY_EXISTS")), "{refused}");

    let path = format!("{KEYS}/k1");
    let change = json!({ "displayName": "second" });
    let update = two.start_operation(Method::PATCH, &path, Some(change)).await;
    one.end(&update).await;
    assert_eq!(one.get(&path).await.1["displayName"], "second");
    let delete = one.start_operation(Method::DELETE, &path, None).await;
    two.end(&delete).await;
    let undelete = two.start_operation(Method::POST, &format!("{path}:undelete"), None).await;
    one.end(&undelete).await;
    let (_, string) = two.get(&format!("{path}/keyString")).await;
    let key_string = string["keyString"].as_str().expect("a key string");
    let (_, found) = one.get(&format!("/v2/keys:lookupKey?keyString={key_string}")).await;
    assert_eq!(found["name"], "projects/1/locations/global/keys/k1");

    for number in 2..6 {
        let path = format!("{KEYS}?keyId=k{number}");
        let server = if number % 2 == 0 { &one } else { &two };
        let name = server.start_operation(Method::POST, &path, Some(json!({}))).await;
        server.end(&name).await;
    }
    // A page from the one, and the next from the other: of keys, and of operations.
    for (path, field, all) in [(KEYS, "keys", 5), ("/v2/operations", "operations", 8)] {
        let mut names = Vec::new();
        let mut token = String::new();
        for server in [&one, &two].into_iter().cycle() {
            let (status, page) = server.get(&format!("{path}?pageSize=3&pageToken={token}")).await;
            assert_eq!(status, 200, "{page}");
            names.extend(page[field].as_array().expect("a page").iter().map(|item| item["name"].to_string()));
            match page["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() => token = next.to_owned(),
                _ => break,
            }
        }
        assert_eq!(names.len(), all, "{names:?}");
    }
}

/// What runs on the one can be cancelled by the other, and when the one is asked to stop, the other tells how it ended.
#[tokio::test]
async fn the_one_server_speaks_for_the_other() {
    let folder = tempdir().unwrap();
    let (mut one, two) = two_servers(folder.path(), "600s").await;
    let mut names = Vec::new();
    for number in 0..2 {
        let path = format!("{KEYS}?keyId=k{number}");
        names.push(one.start_operation(Method::POST, &path, Some(json!({}))).await);
    }
    let (status, _) = two.send(Method::POST, &format!("/v2/{}:cancel", names[0]), None).await;
    assert_eq!(status, 200);
    let cancelled = two.end(&names[0]).await;
    assert_eq!(cancelled["error"]["code"], 1, "{cancelled}");

    let stop = async { signal(&one.child, Signal::TERM) };
    let (interrupted, ()) = tokio::join!(two.end(&names[1]), stop);
    assert_eq!(interrupted["error"]["details"][0]["reason"], "OPERATION_INTERRUPTED", "{interrupted}");
    assert_eq!(blocking(move || one.child.wait().unwrap().code()).await, Some(0));
}
