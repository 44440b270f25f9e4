//! What a client should not send, and what it has to send otherwise: bodies without end or bottom, HTTP/2, and PATCH as POST.

use axum::Router;
use axum::routing::{patch, post};
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Json, Operations, rest};
use reqwest::{Client, Version};
use serde_json::{Map, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::engine;
use crate::support::http::{Server, failed};
use crate::support::works::start_endless;

/// The five methods, and a route that takes and gives any object.
async fn served() -> (Operations, Server) {
    let (operations, _) = engine().await;
    let echo = |ProtoJson(object): ProtoJson<Json<Map<String, Value>>>| async { ProtoJson(object) };
    let app = Router::new().route("/v1/echo", post(echo)).merge(rest::router(&operations));
    (operations, Server::start(app).await)
}

/// Sends a body of 100 MiB for as long as the server takes it; answers with what it said, and how much was sent by then.
async fn send_100_mib(server: &Server, head: &str) -> (String, usize) {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    writer.write_all(head.as_bytes()).await.unwrap();
    let mut sent = 0;
    let sending = async {
        let chunk = vec![b' '; 1 << 16];
        while sent < 100 << 20 && writer.write_all(&chunk).await.is_ok() {
            sent += chunk.len();
        }
        std::future::pending::<()>().await
    };
    let mut answer = vec![0; 4096];
    let length = tokio::select! {
        length = reader.read(&mut answer) => length.unwrap(),
        () = sending => 0,
    };
    (String::from_utf8_lossy(&answer[..length]).into_owned(), sent)
}

#[tokio::test]
async fn a_body_of_100_mib_is_refused_before_it_is_there() {
    let (operations, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    for path in ["/v1/echo", &format!("/v1/{name}:cancel"), &format!("/v1/{name}:wait")] {
        let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n");
        let (answer, sent) = send_100_mib(&server, &format!("{head}content-length: 104857600\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("INVALID_REQUEST_BODY"), "{answer}");
        assert!(sent < 20 << 20, "{path}: {sent}");
    }
    // P-152: what is ignored is not waited for, either.
    let head = format!("GET /v1/{name} HTTP/1.1\r\nhost: test\r\ncontent-length: 104857600\r\n\r\n");
    let (answer, sent) = send_100_mib(&server, &head).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(sent < 20 << 20, "{sent}");
    assert!(
        server.send("GET", &format!("/v1/{name}")).await.ok().get("done").is_none(),
        "nothing was cancelled"
    );
}

/// P-150, P-152: whatever it is, it is INVALID_ARGUMENT.
#[tokio::test]
async fn bodies_without_bottom_or_sense_are_refused() {
    let (operations, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    let bomb = |open: &str, close: &str| open.repeat(100_000) + &close.repeat(100_000);
    let bodies: [Vec<u8>; 14] = [
        bomb("[", "]").into(),
        bomb(r#"{"a":"#, "}").into(),
        "[".repeat(1 << 20).into(),
        format!(r#"{{"timeout":{}}}"#, "9".repeat(1 << 20)).into(),
        br#"{"timeout":1e999999999}"#.into(),
        b"{\"name\":\"\xff\xfe\"}".into(),
        b"{\"\xc0\x80\":1}".into(),
        b"\xef\xbb\xbf{}".into(),
        b"{\0}".into(),
        // Neither an object without names, nor no body.
        b"[null, null]".into(),
        b"[\"\", \"1s\"]".into(),
        b"[]".into(),
        b"null".into(),
        b" ".into(),
    ];
    let client = Client::builder().no_proxy().build().unwrap();
    for path in [format!("/v1/{name}:cancel"), format!("/v1/{name}:wait"), "/v1/echo".to_owned()] {
        for body in &bodies {
            let request = client.post(format!("http://{}{path}", server.address));
            let answer =
                request.header("content-type", "application/json").body(body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 400, "{path}");
            let answer: Value = answer.json().await.unwrap();
            assert_eq!(answer["error"]["status"], "INVALID_ARGUMENT", "{path} {answer}");
            assert!(answer.to_string().len() < 2_000, "what was sent is not sent back: {answer}");
        }
    }
    let long = server.send("GET", &format!("/v1/operations?filter={}", "(".repeat(1 << 20))).await;
    assert_eq!(long.status, 431, "a head has its limit");
    assert!(
        server.send("GET", &format!("/v1/{name}")).await.ok().get("done").is_none(),
        "nothing was cancelled"
    );
}

/// P-142: REST over both versions of HTTP, from one port.
#[tokio::test]
async fn http_1_and_http_2_are_answered_alike() {
    let (operations, server) = served().await;
    let name = start_endless(&operations).await.name().to_string();
    let one = Client::builder().no_proxy().http1_only().build().unwrap();
    let two = Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    for path in
        [format!("/v1/{name}"), "/v1/operations?pageSize=1".to_owned(), "/v1/operations/unknown".to_owned()]
    {
        let mut answers = Vec::new();
        for (client, version) in [(&one, Version::HTTP_11), (&two, Version::HTTP_2)] {
            let answer = client.get(format!("http://{}{path}", server.address)).send().await.unwrap();
            assert_eq!(answer.version(), version);
            assert_eq!(answer.headers()["content-type"], "application/json; charset=UTF-8", "P-155");
            answers.push((answer.status(), answer.text().await.unwrap()));
        }
        // Page tokens are sealed anew each time.
        let text = |index: usize| answers[index].1.split("nextPageToken").next().map(str::to_owned);
        assert_eq!((answers[0].0, text(0)), (answers[1].0, text(1)), "{path}");
    }
    let cancel = two.post(format!("http://{}/v1/{name}:cancel", server.address)).send().await.unwrap();
    assert_eq!(
        (cancel.status().as_u16(), cancel.text().await.unwrap().as_str()),
        (200, "{}"),
        "P-151, P-154"
    );
}

/// P-143: Java says PATCH in a header.
#[tokio::test]
async fn a_post_can_stand_for_a_patch() {
    let (operations, _) = engine().await;
    let methods = patch(|| async { "patched" }).post(|| async { "posted" }).get(|| async { "got" });
    let routes = Router::new().route("/v1/disks/{disk}", methods).merge(rest::router(&operations));
    let server = Server::start(rest::method_override(routes)).await;
    let path = "/v1/disks/d";
    for (method, headers, expected) in [
        ("POST", "X-HTTP-Method-Override: PATCH\r\n", "patched"),
        ("POST", "x-http-method-override: patch\r\n", "patched"),
        ("POST", "X-HTTP-Method-Override: DELETE\r\n", "posted"),
        ("POST", "", "posted"),
        ("PATCH", "", "patched"),
        ("GET", "X-HTTP-Method-Override: PATCH\r\n", "got"),
    ] {
        let answer = server.send_body(method, path, headers, "").await;
        assert_eq!(answer.text, expected, "{method} {headers}");
    }
    let missing = server.send("GET", "/v1/operations/a").await.error();
    assert_eq!(missing, failed(404, "NOT_FOUND", "OPERATION_NOT_FOUND"), "the rest is as it was");
}
