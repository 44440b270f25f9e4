//! Request targets, and whatever else stands at the beginning of a request.

use axum::body::Body;
use http::{Method, Request};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Fuzz, text_of};
use crate::support::http::Server;
use crate::support::works::start_endless;

const PIECES: &[&str] = &[
    "operations",
    "operations/",
    "/operations",
    "/operations/",
    "a",
    "projects/p",
    "/",
    "//",
    "/.",
    "/..",
    "%2e%2E",
    "%2F",
    "%2f",
    "%",
    "%2",
    "%25",
    "%00",
    "%ff",
    "%C3%BC",
    "%C3",
    "%3A",
    ":",
    ":cancel",
    ":wait",
    ":cancel:wait",
    "%3Acancel",
    ":unknown",
    ";",
    "=",
    "+",
    "~",
    "?",
    "??",
    "&",
    "?pageSize=1",
    "&pageSize=-1",
    "?filter=",
    "?pageToken=AA",
    "?$alt=json;enum-encoding=int",
    "?%24alt",
    "&name=",
    "?timeout=1s",
    "&timeout=-1s",
    "?returnPartialSuccess=true",
    "?a=%ff",
    "?page_size=99999999999",
    "[",
    "|",
    "\"",
    "*",
    "@",
    "!",
];

const METHODS: [&str; 10] =
    ["GET", "GET", "GET", "POST", "POST", "DELETE", "HEAD", "PATCH", "OPTIONS", "PURGE"];

/// Below the prefix: everything else is the application's. Mostly a target that is one to hyper.
fn target() -> BoxedStrategy<String> {
    const ILLEGAL: &AsciiSet =
        &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'#');
    let prefix = prop_oneof![2 => Just("/v1/operations"), 2 => Just("/v1/operations/"), 1 => Just("/v1/x")];
    let text = (text_of(PIECES, 300), prop::bool::weighted(0.8)).prop_map(|(text, is_legal)| {
        if is_legal { utf8_percent_encode(&text, ILLEGAL).to_string() } else { text }
    });
    let text = prop_oneof![5 => text, 1 => Just(String::new())];
    (prefix, text).prop_map(|(prefix, text)| format!("{prefix}{text}")).boxed()
}

/// P-137…P-141: every path below the prefix has an answer, and its envelope is right.
#[test]
fn every_target_has_an_answer() {
    let fuzz = Fuzz::new();
    let name = fuzz.runtime.block_on(start_endless(&fuzz.operations)).name().to_string();
    fuzz.run((prop::sample::select(&METHODS[..]), target()), async |(method, target)| {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        // What is no target to hyper does not come as far as this.
        let Ok(request) = Request::builder().method(method).uri(&target).body(Body::empty()) else {
            return Ok(());
        };
        fuzz.send_anything(request).await?;
        Ok(())
    });
    fuzz.assert_answered(&[200, 400, 404, 501]);
    let read = fuzz.runtime.block_on(fuzz.operations.get(&name)).unwrap();
    assert!(!read.is_done(), "nothing happened to it");
}

/// Bytes on a connection: the server answers or hangs up, and goes on serving others.
#[test]
fn bytes_on_a_connection_harm_nobody() {
    let fuzz = Fuzz::new();
    let server = fuzz.runtime.block_on(Server::start(fuzz.routes.clone()));
    let line = (prop::sample::select(&METHODS[..]), target()).prop_map(|(method, target)| {
        format!("{method} {target} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").into_bytes()
    });
    let damaged = (line.clone(), vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)).prop_map(
        |(mut line, changes)| {
            for (at, byte) in changes {
                let at = at.index(line.len());
                line[at] = byte;
            }
            line
        },
    );
    let bytes = prop_oneof![2 => line, 3 => damaged, 1 => vec(any::<u8>(), 0..200)];
    fuzz.run(bytes, async |bytes| {
        let mut stream = TcpStream::connect(server.address).await.expect("the server listens");
        // The server may have hung up already.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let status = answer.get(9..12).map(String::from_utf8_lossy).unwrap_or_default().into_owned();
        prop_assert!(answer.is_empty() || !status.starts_with("50") || status == "501", "{}", status);
        Ok(())
    });
    let listed = fuzz.runtime.block_on(server.send("GET", "/v1/operations"));
    assert_eq!(listed.status, 200, "it goes on serving");
}
