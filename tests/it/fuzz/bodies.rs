//! Bodies of requests: JSON of any shape, what is none, and what has no bottom.

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use http::Request;
use lro_runtime::rest::{self, ProtoJson};
use lro_runtime::{Json, Payload};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value};

use super::Fuzz;
use crate::support::works::start_endless;

/// A message with something of every kind, and itself inside.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.fuzz.v1")]
struct Anything {
    #[payload(tag = 1)]
    name: String,
    #[payload(tag = 2)]
    timeout: Option<prost_types::Duration>,
    #[payload(tag = 3)]
    number: i64,
    #[payload(tag = 4)]
    ratio: f64,
    #[payload(tag = 5)]
    bytes: Vec<u8>,
    #[payload(tag = 6)]
    labels: std::collections::BTreeMap<String, u32>,
    #[payload(tag = 7)]
    inner: Option<Box<Anything>>,
    #[payload(tag = 8)]
    list: Vec<Anything>,
    #[payload(tag = 9)]
    any: Option<prost_types::Any>,
    #[payload(tag = 10)]
    value: Option<prost_types::Value>,
    #[payload(tag = 11)]
    at: Option<prost_types::Timestamp>,
    #[payload(tag = 12)]
    mask: Option<prost_types::FieldMask>,
}

const MEMBERS: &[&str] = &[
    "name", "timeout", "number", "ratio", "bytes", "labels", "inner", "list", "any", "value", "at", "mask",
    "@type", "x", "", "\0",
];

const TEXTS: &[&str] = &[
    "",
    "1s",
    "-1s",
    "0.0000000001s",
    "99999999999999s",
    "operations/a",
    "type.googleapis.com/google.protobuf.Empty",
    "type.googleapis.com/google.protobuf.Any",
    "type.googleapis.com/lro.tests.fuzz.v1.Anything",
    "acme.Unknown",
    "NaN",
    "-Infinity",
    "2017-02-01T00:00:00Z",
    "9999-12-31T23:59:60Z",
    "-1-01-01T00:00:00Z",
    "AA==",
    "_-8",
    "a_b,c.dE",
    "1",
    "-0",
    "1e5",
    "9223372036854775808",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "1.0",
    "1.5",
    "1e2",
    "1e999999999",
    "-1e999",
    "1E-999999",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "00",
    "1.",
    ".5",
    "+1",
    "0x1",
    "NaN",
    "Infinity",
];

/// JSON texts that are mostly well-formed.
fn json() -> BoxedStrategy<String> {
    let quoted = |text: String| Value::from(text).to_string();
    let text = prop_oneof![3 => prop::sample::select(TEXTS).prop_map(str::to_owned), 1 => any::<String>()]
        .prop_map(quoted);
    let number = prop_oneof![
        prop::sample::select(NUMBERS).prop_map(str::to_owned),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| n.to_string()),
    ];
    let word =
        prop::sample::select(&["true", "false", "null", "True", "undefined"][..]).prop_map(str::to_owned);
    prop_oneof![4 => text, 3 => number, 2 => word]
        .prop_recursive(6, 40, 6, |inner| {
            let member = (prop::sample::select(MEMBERS), inner.clone());
            let member = member.prop_map(|(name, value)| format!("{}:{value}", Value::from(name)));
            let object = vec(member, 0..6).prop_map(|members| format!("{{{}}}", members.join(",")));
            prop_oneof![3 => object, 1 => vec(inner, 0..6).prop_map(|items| format!("[{}]", items.join(",")))]
        })
        .boxed()
}

/// A beginning and an end, many times around each other: what has no bottom.
fn bomb() -> impl Strategy<Value = String> {
    let layers: &[(&str, &str)] = &[
        ("[", "]"),
        (r#"{"inner":"#, "}"),
        (r#"{"list":["#, "]}"),
        (r#"{"value":"#, "}"),
        (r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Any","value":"#, "}}"),
        ("1", "0"),
        ("\"", "\""),
        (r#"{"name":"","#, "}"),
    ];
    (prop::sample::select(layers), 0_usize..20_000, any::<bool>(), json()).prop_map(
        |((open, close), times, closed, inside)| {
            open.repeat(times) + &inside + &if closed { close.repeat(times) } else { String::new() }
        },
    )
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let damaged = (json(), vec((any::<Index>(), any::<u8>()), 0..4), any::<Index>()).prop_map(
        |(text, changes, end)| {
            let mut bytes = text.into_bytes();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(end.index(bytes.len() + 1));
            bytes
        },
    );
    prop_oneof![
        8 => json().prop_map(String::into_bytes),
        4 => damaged,
        1 => bomb().prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..100),
    ]
}

fn request(path: &str, body: Vec<u8>) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(Body::from(body)).expect("it is a request")
}

/// P-150, P-152: whatever it is, it is taken or INVALID_ARGUMENT; and what is taken is answered with what is read as itself.
#[test]
fn a_body_is_taken_or_refused() {
    let mut fuzz = Fuzz::new();
    let name = fuzz.runtime.block_on(start_endless(&fuzz.operations)).name().to_string();
    let routes: Router = Router::new()
        .route("/v1/anything", post(|message: ProtoJson<Anything>| async { message }))
        .route("/v1/object", post(|object: ProtoJson<Json<Map<String, Value>>>| async { object }));
    fuzz.routes = routes.merge(rest::router(&fuzz.operations));
    let paths = ["/v1/anything", "/v1/object", &format!("/v1/{name}:wait"), "/v1/operations/none:cancel"];
    fuzz.run(body(), async |body| {
        for path in paths {
            let answer = fuzz.send_anything(request(path, body.clone())).await?;
            let is_body = answer.status == 400;
            prop_assert!(
                !is_body || ["INVALID_REQUEST_BODY", "INVALID_TIMEOUT"].contains(&&*answer.reason),
                "{}",
                answer.body
            );
            prop_assert!(answer.status != 404 || path.ends_with(":cancel"), "{}", answer.body);
            if answer.status == 200 && !path.ends_with(":wait") {
                let printed = answer.body.to_string().into_bytes();
                let again = fuzz.send_anything(request(path, printed)).await?;
                prop_assert_eq!(again.status, 200, "{}", answer.body);
                prop_assert_eq!(again.body, answer.body);
            }
        }
        Ok(())
    });
    fuzz.assert_answered(&[200, 400, 404]);
}
