//! The five methods over a real HTTP/1.1 connection, byte for byte where clients differ (P-142).

use std::sync::Arc;
use std::time::Duration;

use lro_runtime::store::{Guard, MemoryStore, NewRecord, Patch, Store as _, WorkerId};
use lro_runtime::{Any, OperationName, Operations, Outcome, Status, rest};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::http::{Answer, Server, failed};
use crate::support::works::{done, start, start_endless, start_waiting};
use crate::support::{Call, FaultyStore, end, open};

/// An engine on a store in memory, and its server.
async fn served() -> (Operations, FaultyStore, Server) {
    let store = FaultyStore::new(MemoryStore::new());
    let operations = open(&store, |builder| builder.cancel_grace(Duration::ZERO)).await;
    let server = Server::start(rest::router(&operations)).await;
    (operations, store, server)
}

/// Writes an operation that is done into the store, as another program might have.
async fn put(store: &FaultyStore, name: &str, metadata: Any, outcome: Outcome) {
    let name = OperationName::parse(name).unwrap();
    let record = NewRecord {
        name: name.clone(),
        method: Arc::from("acme.v1.Disks/CopyDisk"),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata,
        worker: WorkerId(Uuid::now_v7()),
        attempt: 1,
    };
    store.create(record, None).await.unwrap();
    let patch = Patch { outcome: Some(outcome), ..Patch::default() };
    store.update(&name, Guard::Attempt(1), patch).await.unwrap();
}

fn empty() -> Any {
    Any::new("google.protobuf.Empty", "")
}

/// P-153…P-158, P-168: a pending operation, a finished one, and their members in order.
#[tokio::test]
async fn an_operation_is_read_from_its_start_to_its_end() {
    let (operations, _, server) = served().await;
    let (operation, finish) = start_waiting(&operations).await;
    let name = operation.name().to_string();
    let path = format!("/v1/{name}");
    let metadata = r#""metadata":{"@type":"type.googleapis.com/lro.tests.v1.WorkMetadata"}"#;
    let pending = server.send("GET", &path).await;
    assert_eq!(pending.text, format!(r#"{{"name":"{name}",{metadata}}}"#));
    assert_eq!(pending.ok()["name"], *name);
    finish.send(done("fine")).unwrap();
    end(&operations, &name).await.unwrap();
    let response = r#"{"@type":"type.googleapis.com/lro.tests.v1.WorkResponse","text":"fine"}"#;
    let expected = format!(r#"{{"name":"{name}",{metadata},"done":true,"response":{response}}}"#);
    assert_eq!(server.send("GET", &path).await.text, expected);
    let head = server.send("HEAD", &path).await;
    assert_eq!((head.status, &*head.text), (200, ""));
    let listed = server.send("GET", "/v1/operations").await;
    assert_eq!(listed.text, format!(r#"{{"operations":[{expected}]}}"#), "P-113");
    let body = server.send_json("GET", &path, "not JSON").await;
    assert_eq!(body.text, expected, "a body is ignored (P-152)");
}

/// P-049, P-170: the failure of the work is data; the numbers are gRPC's, and there is no `status`.
#[tokio::test]
async fn a_failed_operation_is_a_success_of_get() {
    let (operations, _, server) = served().await;
    let failure = Status::failed_precondition("no disk").with_reason("NO_DISK", "acme", [("disk", "d")]);
    let operation = start(&operations, |_| async { Err(failure) }).await.unwrap();
    let answer = server.send("POST", &format!("/v1/{}:wait", operation.name())).await.ok();
    let info = json!({
        "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "NO_DISK", "domain": "acme",
        "metadata": { "disk": "d" },
    });
    assert_eq!(answer["error"], json!({ "code": 9, "message": "no disk", "details": [info] }));
    assert_eq!(answer["done"], true);
    assert!(answer.get("response").is_none(), "P-157");
}

/// P-080, P-139: what stands raw in a path and what is encoded name the same operation, but for the slash.
#[tokio::test]
async fn names_are_read_as_clients_write_them() {
    let (_, store, server) = served().await;
    let rollout = "operations/rollouts.endpointsapis.appspot.com:2016-07-16r2";
    put(&store, rollout, empty(), Outcome::Response(empty())).await;
    put(&store, "operations/a/b", empty(), Outcome::Response(empty())).await;
    let node = rollout.replace(':', "%3A");
    for path in [rollout, &node, &rollout.replace(':', "%3a"), &rollout.replace('.', "%2E")] {
        assert_eq!(server.send("GET", &format!("/v1/{path}")).await.ok()["name"], *rollout, "{path}");
    }
    for path in [format!("/v1/{rollout}:cancel"), format!("/v1/{node}:cancel")] {
        assert_eq!(server.send("POST", &path).await.text, "{}", "{path}");
    }
    assert_eq!(server.send("GET", "/v1/operations/a/b").await.ok()["name"], "operations/a/b", "P-078");
    for encoded in ["/v1/operations/a%2Fb", "/v1/operations/a%2fb"] {
        let missing = failed(404, "NOT_FOUND", "OPERATION_NOT_FOUND");
        assert_eq!(server.send("GET", encoded).await.error(), missing);
    }
}

/// P-151: the ways in which clients send a Cancel.
#[tokio::test]
async fn every_clients_cancel_is_taken() {
    let (operations, _, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    let line = format!("POST /v1/{name}:cancel HTTP/1.1\r\nhost: test\r\nconnection: close\r\n");
    let json = "content-type: application/json\r\n";
    for rest in [
        "\r\n".to_owned(),
        "content-length: 0\r\n\r\n".to_owned(),
        format!("{json}content-length: 0\r\n\r\n"),
        format!("{json}content-length: 2\r\n\r\n{{}}"),
        format!("{json}transfer-encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"),
        "content-type: application/x-www-form-urlencoded\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
    ] {
        let answer = server.send_raw(&format!("{line}{rest}")).await;
        assert_eq!((answer.status, &*answer.text), (200, "{}"), "{rest} (P-154)");
    }
    let path = format!("/v1/{name}:cancel");
    for body in [
        format!(r#"{{"name":"{name}"}}"#),
        r#"{"name":"operations/other"}"#.to_owned(),
        r#"{"name":null}"#.to_owned(),
    ] {
        assert_eq!(server.send_json("POST", &path, &body).await.text, "{}", "{body}");
    }
    let invalid = failed(400, "INVALID_ARGUMENT", "INVALID_REQUEST_BODY");
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(3 << 20));
    for body in [r#"{"force":true}"#, r#"{"name":7}"#, "{", "[]", "null", "{} {}", "\u{feff}{}", &large] {
        let answer = server.send_json("POST", &path, body).await.error();
        assert_eq!(answer, invalid, "{}", &body[..body.len().min(20)]);
    }
    let ended = server.send("POST", &format!("/v1/{name}:wait")).await;
    assert_eq!(ended.ok()["error"]["code"], 1, "P-054");
}

/// P-067…P-072, P-136: the timeout stands in the body or in the query.
#[tokio::test]
async fn wait_returns_at_the_end_or_at_its_limit() {
    let (operations, _, server) = served().await;
    let (operation, finish) = start_waiting(&operations).await;
    let path = format!("/v1/{}:wait", operation.name());
    for (query, body) in [
        ("?timeout=0s", ""),
        ("?timeout=0.01s", "{}"),
        ("", r#"{"timeout":"0s"}"#),
        ("", r#"{"timeout":"0.010s","name":"operations/other"}"#),
    ] {
        let answer = server.send_json("POST", &format!("{path}{query}"), body).await.ok();
        assert!(answer.get("done").is_none(), "{query} {body}");
    }
    let invalid = failed(400, "INVALID_ARGUMENT", "INVALID_TIMEOUT");
    for timeout in ["-1s", "-0.001s", "315576000001s", "5", "1m", "soon", ""] {
        assert_eq!(
            server.send("POST", &format!("{path}?timeout={timeout}")).await.error(),
            invalid,
            "{timeout}"
        );
        let body = json!({ "timeout": timeout }).to_string();
        assert_eq!(server.send_json("POST", &path, &body).await.error(), invalid, "{timeout}");
    }
    let twice = server.send_json("POST", &format!("{path}?timeout=1s"), r#"{"timeout":"1s"}"#).await;
    assert_eq!(twice.error(), failed(400, "INVALID_ARGUMENT", "INVALID_QUERY_PARAMETER"));
    let number = server.send_json("POST", &path, r#"{"timeout":5}"#).await;
    assert_eq!(number.error(), failed(400, "INVALID_ARGUMENT", "INVALID_REQUEST_BODY"));
    let waiting = server.send("POST", &path);
    let ending = async { finish.send(done("fine")).unwrap() };
    let (answer, ()) = tokio::join!(waiting, ending);
    assert_eq!(answer.ok()["done"], true);
}

/// P-074: a Delete wakes who waits.
#[tokio::test]
async fn an_operation_that_is_deleted_meanwhile_is_not_found() {
    let (operations, store, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    let reading = store.hold_next_reply(Call::Get);
    let path = format!("/v1/{name}:wait");
    let (answer, ()) = tokio::join!(server.send("POST", &path), async {
        reading.reached().await;
        operations.delete(&name).await.unwrap();
        reading.release();
    });
    assert_eq!(answer.error(), failed(404, "NOT_FOUND", "OPERATION_NOT_FOUND"));
}

/// P-144…P-150: the spellings, defaults and system parameters of real clients; everything else is refused.
#[tokio::test]
async fn queries_are_read_strictly() {
    let (operations, _, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    for query in [
        "filter=&pageSize=0&pageToken=&returnPartialSuccess=false",
        "name=&page_size=5&page_token=",
        // As gcloud and older clients in Python write it.
        "returnPartialSuccess=False",
        "$alt=json;enum-encoding=int",
        "%24alt=json%3benum-encoding%3dint",
        "%24alt=json%3Benum-encoding%3Dint&$prettyPrint=0&key=k&fields=name&quotaUser=q",
    ] {
        let listed = server.send("GET", &format!("/v1/operations?{query}")).await.ok();
        assert_eq!(listed["operations"][0]["name"], *name, "{query}");
    }
    let parameter = failed(400, "INVALID_ARGUMENT", "INVALID_QUERY_PARAMETER");
    for query in [
        "pageSize=abc",
        "pageSize=2147483648",
        "pageSize=",
        "returnPartialSuccess=yes",
        "pageSize=1&pageSize=1",
        "pageSize=1&page_size=1",
        "orderBy=name",
        "timeout=1s",
        "name=projects/p",
    ] {
        let answer = server.send("GET", &format!("/v1/operations?{query}")).await;
        assert_eq!(answer.error(), parameter, "{query}");
    }
    for (query, reason) in [
        ("pageSize=-1", "INVALID_PAGE_SIZE"),
        ("pageToken=AAAA", "INVALID_PAGE_TOKEN"),
        ("filter=nothing%3D1", "INVALID_FILTER"),
    ] {
        let answer = server.send("GET", &format!("/v1/operations?{query}")).await;
        assert_eq!(answer.error(), failed(400, "INVALID_ARGUMENT", reason), "{query}");
    }
    for yes in ["true", "True"] {
        let partial = server.send("GET", &format!("/v1/operations?returnPartialSuccess={yes}")).await;
        assert_eq!(partial.error(), failed(501, "UNIMPLEMENTED", "PARTIAL_SUCCESS_NOT_SUPPORTED"), "P-112");
    }
    for (method, path) in
        [("GET", format!("/v1/{name}?pageSize=1")), ("DELETE", format!("/v1/{name}?force=true"))]
    {
        assert_eq!(server.send(method, &path).await.error(), parameter, "{path}");
    }
    // P-149: a plus is a space.
    let plus = server.send("GET", "/v1/operations?order+by=a%2Bb").await;
    assert!(plus.text.contains("`order by`"), "{}", plus.text);
}

/// P-114, P-116, P-118: pages over REST.
#[tokio::test]
async fn pages_follow_each_other() {
    let (operations, _, server) = served().await;
    for _ in 0..3 {
        start_endless(&operations).await;
    }
    let mut names = Vec::new();
    let mut query = "pageSize=2".to_owned();
    let last = loop {
        let page = server.send("GET", &format!("/v1/operations?{query}")).await.ok();
        names.extend(page["operations"].as_array().unwrap().iter().map(|one| one["name"].to_string()));
        let Some(token) = page.get("nextPageToken") else { break page };
        let token = token.as_str().unwrap().to_owned();
        let other = server.send("GET", &format!("/v1/projects/p/operations?pageToken={token}")).await;
        assert_eq!(other.error(), failed(400, "INVALID_ARGUMENT", "INVALID_PAGE_TOKEN"));
        query = format!("pageSize=1&pageToken={token}");
    };
    assert_eq!(last["operations"].as_array().unwrap().len(), 1);
    names.dedup();
    assert_eq!(names.len(), 3);
    assert_eq!(server.send("GET", "/v1/projects/p/operations").await.text, "{}");
}

/// P-166: what cannot be rendered is a fault of the server, and does not take a page with it.
#[tokio::test]
async fn an_operation_of_an_unknown_type_is_internal_alone_and_an_error_in_a_page() {
    let (operations, store, server) = served().await;
    let good = start(&operations, |_| async { done("fine") }).await.unwrap().name().to_string();
    end(&operations, &good).await.unwrap();
    let unknown = || Any::new("acme.unknown.v1.Disk", "\x08\x01");
    put(&store, "operations/response", empty(), Outcome::Response(unknown())).await;
    put(&store, "operations/metadata", unknown(), Outcome::Response(empty())).await;
    let garbage = Any::new("lro.tests.v1.WorkResponse", "\u{7f}\u{7f}");
    put(&store, "operations/garbage", empty(), Outcome::Response(garbage)).await;
    let detail = Status::aborted("stop").with_detail("acme.unknown.v1.Detail", &());
    put(&store, "operations/detail", empty(), Outcome::Error(detail)).await;

    for name in ["response", "metadata", "garbage"] {
        let answer = server.send("GET", &format!("/v1/operations/{name}")).await;
        assert_eq!(answer.error(), failed(500, "INTERNAL", "OPERATION_UNREADABLE"), "{name}");
        assert!(!answer.text.contains("acme"), "the cause is in the log alone: {}", answer.text);
    }
    let detail = server.send("GET", "/v1/operations/detail").await.ok();
    assert_eq!(
        detail["error"],
        json!({ "code": 10, "message": "stop" }),
        "the error matters more than a detail"
    );

    let page = server.send("GET", "/v1/operations").await.ok();
    let item = |name: &str| -> Value {
        let items = page["operations"].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).unwrap_or_else(|| panic!("{name}: {page}")).clone()
    };
    assert_eq!(item(&good)["response"]["text"], "fine");
    for name in ["operations/response", "operations/garbage"] {
        let item = item(name);
        assert_eq!((&item["done"], &item["error"]["code"]), (&json!(true), &json!(13)), "P-020");
        assert!(item.get("response").is_none() && item.get("metadata").is_some(), "{item}");
    }
    let item = item("operations/metadata");
    assert!(item.get("metadata").is_none() && item["response"]["@type"].is_string(), "{item}");
}

/// P-048: pollers survive a store that does not answer.
#[tokio::test]
async fn an_outage_of_the_store_is_unavailable() {
    let (operations, store, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    store.outage(true);
    let unavailable = |answer: Answer| {
        assert_eq!(answer.error(), failed(503, "UNAVAILABLE", "STORE_UNAVAILABLE"), "{answer:?}");
    };
    unavailable(server.send("GET", &format!("/v1/{name}")).await);
    unavailable(server.send("GET", "/v1/operations").await);
    unavailable(server.send("POST", &format!("/v1/{name}:cancel")).await);
    unavailable(server.send("POST", &format!("/v1/{name}:wait")).await);
    unavailable(server.send("DELETE", &format!("/v1/{name}")).await);
    store.outage(false);
    assert_eq!(server.send("GET", &format!("/v1/{name}")).await.ok()["name"], *name);
}
