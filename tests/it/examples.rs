//! Every example as its reader runs it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use prost_reflect::DescriptorPool;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::tempdir;

use crate::support::programs::{ApiKeys, program, written};

const KEYS: &str = "/v2/projects/1/locations/global/keys";

#[test]
fn quickstart_shows_an_operation_as_it_runs() {
    let folder = tempdir().unwrap();
    let output = program("quickstart", folder.path()).output().unwrap();
    let (code, text, errors) = written(&output);
    assert_eq!((code, &*errors), (Some(0), ""));
    let (operations, greeting) = text.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(greeting, "Hello, world!");
    let operations: Vec<Value> = operations
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{text}")))
        .collect();
    let percents = operations.iter().map(|operation| operation["metadata"]["progressPercent"].as_u64());
    let percents: Vec<_> = percents.map(Option::unwrap_or_default).collect();
    assert!(percents.is_sorted(), "{percents:?}");
    assert!(
        percents.len() > 2 && percents.first() == Some(&0) && percents.last() == Some(&100),
        "{percents:?}"
    );
    let (last, before) = operations.split_last().unwrap();
    assert_eq!((&last["done"], &last["response"]["greeting"]), (&json!(true), &json!("Hello, world!")));
    assert!(before.iter().all(|operation| operation.get("done").is_none()), "{text}");
    let source = include_str!("../../examples/src/bin/quickstart.rs");
    assert!(source.lines().count() < 60, "it is quick to read");
}

/// An operation on a store of one's own: started, polled, ended, and found again, also by the next run.
#[test]
fn custom_store_finds_its_operations_again() {
    let folder = tempdir().unwrap();
    for _ in 0..2 {
        let output = program("custom-store", folder.path()).output().unwrap();
        let (code, text, errors) = written(&output);
        assert_eq!((code, &*errors), (Some(0), ""), "{text}");
        let lines: Vec<_> = text.lines().map(|line| line.split_once(": ").unwrap()).collect();
        let read = |(_, json): &(&str, &str)| serde_json::from_str::<Value>(json).unwrap();
        let (heads, operations): (Vec<_>, Vec<_>) = lines.iter().map(|line| (line.0, read(line))).unzip();
        let [started, polled @ .., ended, found] = &*operations else { panic!("{text}") };
        assert!(!polled.is_empty(), "{text}");
        assert_eq!((heads[0], &heads[heads.len() - 2..]), ("started", &["ended", "found again"][..]));
        assert!(heads[1..heads.len() - 2].iter().all(|head| *head == "polled"), "{text}");
        assert!(
            [started].into_iter().chain(polled).all(|operation| operation.get("done").is_none()),
            "{text}"
        );
        assert_eq!((&ended["done"], &ended["response"]["total"]), (&json!(true), &json!(3)));
        assert_eq!(found, ended);
    }
    let log = std::fs::read_to_string(folder.path().join("operations/log")).unwrap();
    assert!(log.lines().filter(|line| line.starts_with("record ")).count() >= 2, "{log}");
}

/// The README's first command, twice on one file.
#[test]
fn api_keys_tries_itself_out() {
    let folder = tempdir().unwrap();
    let mut keys = Vec::new();
    for _ in 0..2 {
        let output = program("api-keys", folder.path()).args(["--try", "--work", "0.1s"]).output().unwrap();
        let (code, text, errors) = written(&output);
        assert_eq!((code, &*errors), (Some(0), ""), "{text}");
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("listening on http://127.0.0.1:"), "{text}");
        let polls: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, before) = polls.split_last().unwrap();
        assert!(!before.is_empty() && before.iter().all(|poll| poll.get("done").is_none()), "{text}");
        assert_eq!(last["done"], true, "{text}");
        keys.push(last["response"]["name"].clone());
    }
    assert_ne!(keys[0], keys[1]);
    assert!(folder.path().join("api-keys.db").is_file());
    let output =
        program("api-keys", folder.path()).args(["--try", "--store", "memory:", "--work", "0s"]).output();
    assert_eq!(written(&output.unwrap()).0, Some(0));
}

/// What the seeds show: the members of a finished CreateKey, `@type` first, and a set but empty message kept (P-159).
#[tokio::test]
async fn api_keys_creates_a_key_as_the_seeds_show_it() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0.2s");
    let body = json!({ "displayName": "d", "restrictions": { "browserKeyRestrictions": {} } });
    let create = format!("{KEYS}?keyId=k1");
    let name = server.start_operation(Method::POST, &create, Some(body.clone())).await;
    let (status, while_it_runs) = server.send(Method::POST, &create, Some(body.clone())).await;
    assert_eq!((status, &while_it_runs["error"]["status"]), (409, &json!("ALREADY_EXISTS")));

    let operation = server.end(&name).await;
    let (_, read) = server.get(&format!("/v2/{name}")).await;
    assert_eq!(read, operation);
    assert_eq!(
        operation["metadata"],
        json!({ "@type": "type.googleapis.com/google.protobuf.Empty" }),
        "P-092"
    );
    let key = operation["response"].as_object().unwrap();
    let members: Vec<_> = key.keys().map(String::as_str).collect();
    let expected = [
        "@type",
        "createTime",
        "displayName",
        "etag",
        "keyString",
        "name",
        "restrictions",
        "uid",
        "updateTime",
    ];
    assert_eq!(members, expected);
    assert_eq!(key["@type"], "type.googleapis.com/google.api.apikeys.v2.Key");
    assert_eq!(key["name"], "projects/1/locations/global/keys/k1");
    assert_eq!(key["keyString"], "----REDACTED----");
    assert_eq!(key["restrictions"], json!({ "browserKeyRestrictions": {} }));

    let (status, taken) = server.send(Method::POST, &create, Some(body)).await;
    assert_eq!((status, &taken["error"]["status"]), (409, &json!("ALREADY_EXISTS")));
    let (status, unknown) = server.get("/v2/operations/akmf.unknown").await;
    assert_eq!((status, &unknown["error"]["status"]), (404, &json!("NOT_FOUND")));
    let unknown_field = Some(json!({ "displayNam": "d" }));
    let (status, invalid) = server.send(Method::POST, &format!("{KEYS}?keyId=k2"), unknown_field).await;
    assert_eq!((status, &invalid["error"]["status"]), (400, &json!("INVALID_ARGUMENT")));
    let (_, listed) = server.get("/v2/operations").await;
    assert_eq!(listed["operations"].as_array().unwrap().len(), 1, "refused calls leave no operation (P-027)");
}

/// Update, delete, undelete, and the four methods that are not long-running.
#[tokio::test]
async fn api_keys_keeps_its_keys() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "0s");
    let created = server.start_operation(Method::POST, &format!("{KEYS}?keyId=k1"), None).await;
    server.end(&created).await;
    let key = format!("{KEYS}/k1");
    let (_, first) = server.get(&key).await;

    let body = json!({ "displayName": "new", "annotations": { "a": "1" }, "etag": first["etag"] });
    let update = format!("{key}?updateMask=displayName");
    let updated = server.start_operation(Method::PATCH, &update, Some(body.clone())).await;
    let updated = server.end(&updated).await["response"].clone();
    assert_eq!(
        (&updated["displayName"], updated.get("annotations")),
        (&json!("new"), None),
        "the mask is honoured"
    );
    assert_ne!(updated["etag"], first["etag"]);
    let (status, stale) = server.send(Method::PATCH, &update, Some(body)).await;
    assert_eq!((status, &stale["error"]["status"]), (409, &json!("ABORTED")));
    for (path, body, status) in [
        (format!("{key}?updateMask=uid"), json!({}), 400),
        (format!("{key}?updateMask=displayName&force=true"), json!({}), 400),
        (format!("{KEYS}/unknown?updateMask=displayName"), json!({}), 404),
    ] {
        assert_eq!(server.send(Method::PATCH, &path, Some(body)).await.0, status, "{path}");
    }

    let started = server.patch_by_post(&update, &json!({ "displayName": "newer" })).await;
    let updated = server.end(started["name"].as_str().unwrap()).await;
    assert_eq!(updated["response"]["displayName"], "newer");

    let (_, secret) = server.get(&format!("{key}/keyString")).await;
    let secret = secret["keyString"].as_str().unwrap().to_owned();
    assert!(secret.starts_with("AIzaSy") && secret.len() == 39, "{secret}");
    let (_, found) = server.get(&format!("/v2/keys:lookupKey?keyString={secret}")).await;
    assert_eq!(
        found,
        json!({ "parent": "projects/1/locations/global", "name": "projects/1/locations/global/keys/k1" })
    );

    assert_eq!(server.send(Method::DELETE, &format!("{key}?etag=other"), None).await.0, 409);
    let deleted = server.start_operation(Method::DELETE, &key, None).await;
    assert!(server.end(&deleted).await["response"]["deleteTime"].is_string());
    // As gcloud writes it.
    assert_eq!(server.get(&format!("{KEYS}?showDeleted=False")).await, (200, json!({})));
    let (_, all) = server.get(&format!("{KEYS}?showDeleted=true")).await;
    assert_eq!(all["keys"].as_array().unwrap().len(), 1);
    assert_eq!(server.get(&format!("{key}/keyString")).await.0, 400);
    assert_eq!(server.send(Method::DELETE, &key, None).await.0, 400);
    let undeleted = server.start_operation(Method::POST, &format!("{key}:undelete"), None).await;
    assert!(server.end(&undeleted).await["response"].get("deleteTime").is_none());
    assert_eq!(server.send(Method::POST, &format!("{key}:undelete"), None).await.0, 400);

    for _ in 0..2 {
        let created = server.start_operation(Method::POST, KEYS, None).await;
        server.end(&created).await;
    }
    let (_, page) = server.get(&format!("{KEYS}?pageSize=2")).await;
    let token = page["nextPageToken"].as_str().unwrap();
    let (_, rest) = server.get(&format!("{KEYS}?pageSize=2&pageToken={token}")).await;
    assert_eq!((page["keys"].as_array().unwrap().len(), rest["keys"].as_array().unwrap().len()), (2, 1));
    assert!(rest.get("nextPageToken").is_none(), "P-116");

    for (method, path, status) in [
        (Method::GET, format!("{KEYS}/unknown"), 404),
        (Method::GET, format!("{KEYS}?pageSize=-1"), 400),
        (Method::GET, format!("{KEYS}?pageToken=unknown"), 400),
        (Method::POST, "/v2/projects/1/locations/mars/keys".to_owned(), 404),
        (Method::POST, format!("{KEYS}?keyId=K1"), 400),
        (Method::POST, format!("{KEYS}?keyId=a-"), 400),
        (Method::POST, format!("{key}:redo"), 501),
        (Method::PUT, KEYS.to_owned(), 501),
        (Method::GET, "/v2/nothing".to_owned(), 404),
        (Method::GET, "/nothing".to_owned(), 404),
    ] {
        let (answered, body) = server.send(method, &path, None).await;
        assert_eq!((answered, &body["error"]["code"]), (status, &json!(status)), "{path}");
    }
}

/// All five methods under `/v2`; and a cancelled CreateKey frees its id.
#[tokio::test]
async fn api_keys_serves_the_five_methods() {
    let folder = tempdir().unwrap();
    let server = ApiKeys::start(folder.path(), "600s");
    let create = format!("{KEYS}?keyId=k1");
    let name = server.start_operation(Method::POST, &create, None).await;
    let (_, waited) = server.send(Method::POST, &format!("/v2/{name}:wait?timeout=0.01s"), None).await;
    assert_eq!(waited["name"], *name);
    assert!(waited.get("done").is_none(), "P-068");
    let cancelled = server.send(Method::POST, &format!("/v2/{name}:cancel"), None).await;
    assert_eq!(cancelled, (200, json!({})));
    assert_eq!(server.end(&name).await["error"]["code"], 1, "P-054");
    let second = server.start_operation(Method::POST, &create, None).await;
    let (_, listed) = server.get("/v2/operations?pageSize=1").await;
    assert_eq!(listed["operations"][0]["name"], *second, "the newest first");
    assert!(listed["nextPageToken"].is_string());
    assert_eq!(server.send(Method::DELETE, &format!("/v2/{name}"), None).await, (200, json!({})));
    assert_eq!(server.get(&format!("/v2/{name}")).await.0, 404, "P-062");
}

/// One clear sentence, and exit code 1.
#[tokio::test]
async fn api_keys_says_why_it_does_not_start() {
    let folder = tempdir().unwrap();
    let refused = |arguments: &[&str]| start_refused(folder.path(), arguments);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(refused(&["--listen", &address]).contains(&address));
    std::fs::write(folder.path().join("corrupt.db"), [7; 4096]).unwrap();
    assert!(
        refused(&["--listen", "127.0.0.1:0", "--store", "sqlite:corrupt.db"])
            .contains("not a SQLite database")
    );
    assert!(refused(&["--try", "--store", "mysql://x"]).contains("names no store"));
    let _first = ApiKeys::start(folder.path(), "0s");
    assert!(refused(&["--listen", "127.0.0.1:0"]).contains("in use by another process"));
}

fn start_refused(folder: &Path, arguments: &[&str]) -> String {
    let output = program("api-keys", folder).args(arguments).output().unwrap();
    let (code, text, errors) = written(&output);
    assert_eq!((code, &*text), (Some(1), ""), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    errors
}

/// One command writes what generators of clients need: the contract's descriptors, whole, and the routes of its operations.
#[test]
fn api_keys_writes_its_schema() {
    let folder = tempdir().unwrap();
    let output = program("api-keys", folder.path()).args(["--schema", "out"]).output().unwrap();
    let (code, text, errors) = written(&output);
    assert_eq!((code, &*errors), (Some(0), ""));
    let schema = |name| format!("out/json_schema/google.{name}.json");
    let requests = ["CreateKey", "DeleteKey", "UndeleteKey", "UpdateKey"];
    let operations = requests.map(|name| schema(format!("api.apikeys.v2.ApiKeys.{name}.Operation")));
    let mut expected = operations.to_vec();
    expected.extend(requests.map(|name| schema(format!("api.apikeys.v2.{name}Request"))));
    expected.extend(["api.apikeys.v2.Key", "protobuf.Empty"].map(|name| schema(name.to_owned())));
    expected.extend(["descriptors.bin", "openapi.json", "service.yaml"].map(|name| format!("out/{name}")));
    expected.sort();
    let mut files: Vec<_> = text.lines().collect();
    files.sort();
    assert_eq!(files, expected);
    let descriptors = fs::read(folder.path().join("out/descriptors.bin")).unwrap();
    let pool = DescriptorPool::decode(&*descriptors).unwrap();
    assert!(pool.get_service_by_name("google.api.apikeys.v2.ApiKeys").is_some());
    assert!(pool.get_message_by_name("google.longrunning.Operation").is_some());
    let config = fs::read_to_string(folder.path().join("out/service.yaml")).unwrap();
    assert!(config.contains("get: '/v2/{name=operations/**}'"), "{config}");
}
