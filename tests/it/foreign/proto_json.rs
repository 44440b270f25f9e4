//! ProtoJSON against Python's `json_format`, both ways, over generated messages of every kind (P-012…P-015, P-156…P-165).

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Operations, Payload, PayloadError, Status, rest};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use prost::Message as _;
use prost_reflect::DescriptorPool;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use super::{kinds, python, run};
use crate::support::http::Server;

const KINDS: &str = "lro.tests.kinds.v1.Kinds";

/// The bytes of a message of the type that this test is about: whatever they are, ours to print and to parse.
#[derive(Debug)]
struct Raw(Bytes);

impl Payload for Raw {
    fn full_name() -> String {
        KINDS.to_owned()
    }

    fn to_wire(&self) -> Result<Bytes, PayloadError> {
        Ok(self.0.clone())
    }

    fn from_wire(bytes: &[u8]) -> Result<Self, PayloadError> {
        Ok(Self(Bytes::copy_from_slice(bytes)))
    }

    fn initial() -> Self {
        Self(Bytes::new())
    }
}

/// A server that prints and parses, and Python with the same types.
struct Bench {
    server: Server,
    client: Client,
    folder: TempDir,
    types: DescriptorPool,
}

impl Bench {
    async fn start() -> Self {
        let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("protos");
        let types = protox::compile(["kinds.proto"], [protos]).expect("it compiles").encode_to_vec();
        let operations = Operations::builder().descriptors(types.clone()).open("memory:").await.unwrap();
        let routes = Router::new()
            .route("/print", post(|bytes: Bytes| async { ProtoJson(Raw(bytes)) }))
            .route("/parse", post(|ProtoJson(Raw(bytes)): ProtoJson<Raw>| async { Ok::<_, Status>(bytes) }));
        let server = Server::start(rest::with_descriptors(&operations, routes)).await;
        let folder = tempdir().unwrap();
        std::fs::write(folder.path().join("types"), &types).unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let types = DescriptorPool::decode(types.as_slice()).unwrap();
        Self { server, client, folder, types }
    }

    /// As many messages as the budget says: `PROPTEST_CASES`, of the seed `PROPTEST_RNG_SEED` or of a fixed one.
    fn messages(&self) -> Vec<Vec<u8>> {
        let mut config = Config::default();
        if config.rng_seed == RngSeed::Random {
            config.rng_seed = RngSeed::Fixed(3);
        }
        let cases = config.cases;
        let mut runner = TestRunner::new(config);
        let messages = kinds::message(&self.types.get_message_by_name(KINDS).unwrap(), 3);
        (0..cases).map(|_| messages.new_tree(&mut runner).unwrap().current().encode_to_vec()).collect()
    }

    async fn send(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Result<Bytes, String> {
        let request = self.client.post(format!("http://{}{path}", self.server.address));
        let answer = request.header("content-type", content_type).body(body).send().await.unwrap();
        let is_success = answer.status().is_success();
        let body = answer.bytes().await.unwrap();
        if is_success { Ok(body) } else { Err(String::from_utf8_lossy(&body).into_owned()) }
    }

    async fn print(&self, bytes: &[u8]) -> Result<String, String> {
        let text = self.send("/print", "application/octet-stream", bytes.to_vec()).await?;
        Ok(String::from_utf8(text.to_vec()).unwrap())
    }

    async fn parse(&self, text: &str) -> Result<Bytes, String> {
        self.send("/parse", "application/json", text.to_owned()).await
    }

    /// Python's answers to these requests, by one process.
    fn judge(&self, requests: &[Value]) -> Vec<Value> {
        let file = self.folder.path().join("requests");
        let mut writer = BufWriter::new(File::create(&file).unwrap());
        requests.iter().for_each(|request| writeln!(writer, "{request}").unwrap());
        writer.into_inner().unwrap();
        let mut judge = python("proto_json.py");
        judge.arg(self.folder.path().join("types")).arg(KINDS).stdin(File::open(&file).unwrap());
        let answers: Vec<_> = run(judge).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(answers.len(), requests.len());
        answers
    }
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}

/// What we print, Python reads as the same message, and it prints the same; and what Python prints, whichever way, we read as
/// the same message.
#[tokio::test]
async fn python_agrees_on_every_message() {
    let bench = Bench::start().await;
    let messages = bench.messages();
    let mut printed = Vec::new();
    for message in &messages {
        printed.push(bench.print(message).await.unwrap());
    }
    let requests: Vec<_> = messages
        .iter()
        .zip(&printed)
        .map(|(message, text)| json!({ "bytes": base64(message), "json": text }))
        .collect();
    let mut back = Vec::new();
    let mut texts = Vec::new();
    for ((answer, text), message) in bench.judge(&requests).iter().zip(&printed).zip(&messages) {
        let Some(theirs) = answer["texts"].as_array() else { panic!("{text}\n{answer}") };
        for theirs in theirs {
            let theirs = theirs.as_str().unwrap();
            let read = bench.parse(theirs).await.unwrap_or_else(|error| panic!("{theirs}\n{error}"));
            back.push(json!({ "bytes": base64(message), "other": base64(&read) }));
            texts.push(theirs.to_owned());
        }
    }
    for (answer, text) in bench.judge(&back).iter().zip(&texts) {
        assert_eq!(*answer, json!({}), "{text}");
    }
    let length: usize = messages.iter().map(Vec::len).sum();
    assert!(length > 100 * messages.len(), "the messages are not empty: {length} bytes");
}

/// Texts that are not what a printer makes: Python takes what we take, as the same message, and refuses what we refuse.
#[tokio::test]
async fn python_agrees_on_what_is_accepted() {
    let texts = [
        // Names and `null` (P-156).
        r#"{"snake_case_name":1}"#,
        r#"{"names":{"snake_case_name":1,"fieldname":2,"_leading":3,"renamed":4}}"#,
        r#"{"names":{"snakecasename":1}}"#,
        r#"{"names":{"fieldname":1,"fieldname":1}}"#,
        r#"{"names":null,"itself":null,"children":null,"any":null,"text":null}"#,
        r#"{"maps":{"int32s":null},"lists":{"int32s":null,"colors":null}}"#,
        r#"{"scalars":{"int32Value":null,"stringValue":null,"color":null,"bytesValue":null}}"#,
        r#"{"special":{"int64Value":null,"timestamp":null,"value":null,"struct":null,"null":null}}"#,
        r#"{"lists":{"int32s":[null]}}"#,
        r#"{"lists":{"scalars":[null]}}"#,
        r#"{"lists":{"values":[null],"lists":[[null]]}}"#,
        r#"{"lists":{"wrappers":[null]}}"#,
        r#"{"maps":{"strings":{"a":null}}}"#,
        r#"{"maps":{"fixed64s":{"1":null}}}"#,
        r#"{"children":{}}"#,
        r#"{"itself":"x"}"#,
        "null",
        r#"{"text":"a","number":1}"#,
        r#"{"text":"a","number":null}"#,
        r#"{"value":null}"#,
        r#"{"nothing":null}"#,
        r#"{"nothing":"NULL_VALUE"}"#,
        // Numbers (P-163).
        r#"{"scalars":{"int32Value":1e3,"int64Value":1.0,"uint64Value":"18446744073709551615"}}"#,
        r#"{"scalars":{"int64Value":-9223372036854775808,"sint64Value":"-9223372036854775808"}}"#,
        r#"{"scalars":{"int64Value":9223372036854775808}}"#,
        r#"{"scalars":{"int64Value":-9223372036854775809}}"#,
        r#"{"scalars":{"uint64Value":18446744073709551616}}"#,
        r#"{"scalars":{"uint64Value":1e19}}"#,
        r#"{"scalars":{"uint32Value":-1}}"#,
        r#"{"scalars":{"int32Value":2147483648}}"#,
        r#"{"scalars":{"int32Value":"1e5"}}"#,
        r#"{"scalars":{"int32Value":0.5}}"#,
        r#"{"scalars":{"int32Value":true}}"#,
        r#"{"scalars":{"int32Value":""}}"#,
        r#"{"scalars":{"int32Value":" 1"}}"#,
        r#"{"scalars":{"int32Value":"1 "}}"#,
        r#"{"scalars":{"int32Value":01}}"#,
        r#"{"scalars":{"int32Value":"0x1"}}"#,
        r#"{"scalars":{"doubleValue":"NaN","floatValue":"-Infinity"}}"#,
        r#"{"scalars":{"doubleValue":"nan"}}"#,
        r#"{"scalars":{"doubleValue":"1.5","floatValue":"1e3"}}"#,
        r#"{"optionals":{"doubleValue":-0.0,"floatValue":-0.0}}"#,
        r#"{"scalars":{"floatValue":3.5e38}}"#,
        r#"{"scalars":{"doubleValue":""}}"#,
        r#"{"scalars":{"boolValue":"true"}}"#,
        r#"{"scalars":{"boolValue":1}}"#,
        r#"{"scalars":{"stringValue":1}}"#,
        r#"{"scalars":{"stringValue":"\ud83d\udca8"}}"#,
        r#"{"scalars":{"stringValue":"\ud83d"}}"#,
        r#"{"scalars":{"color":"RED"}}"#,
        r#"{"scalars":{"color":"red"}}"#,
        r#"{"scalars":{"color":-1}}"#,
        r#"{"scalars":{"color":4711}}"#,
        r#"{"scalars":{"bytesValue":"-_8"}}"#,
        r#"{"scalars":{"bytesValue":"AQI"}}"#,
        r#"{"scalars":{"bytesValue":"AQI="}}"#,
        r#"{"maps":{"int32s":{"1":1,"-2":"NaN"},"bools":{"true":1,"false":"2"}}}"#,
        r#"{"maps":{"bools":{"1":1}}}"#,
        r#"{"maps":{"bools":{"True":1}}}"#,
        r#"{"maps":{"uint32s":{"-1":"a"}}}"#,
        r#"{"maps":{"uint32s":{"a":"a"}}}"#,
        r#"{"maps":{"uint32s":{"1":"a","1":"b"}}}"#,
        // Times and masks (P-164, P-165).
        r#"{"special":{"timestamp":"2019-02-05T00:56:28.531+01:00"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28.5Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28.0000000001Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04t23:56:28Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28"}}"#,
        r#"{"special":{"timestamp":"2019-02-29T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:59:60Z"}}"#,
        r#"{"special":{"timestamp":"0000-01-01T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":"10000-01-01T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":1}}"#,
        r#"{"special":{"duration":"1.5s"}}"#,
        r#"{"special":{"duration":"-0.000000001s"}}"#,
        r#"{"special":{"duration":"1"}}"#,
        r#"{"special":{"duration":"1e3s"}}"#,
        r#"{"special":{"duration":"315576000001s"}}"#,
        r#"{"special":{"mask":"aB,cD.eF"}}"#,
        r#"{"special":{"mask":""}}"#,
        r#"{"special":{"mask":"a_b"}}"#,
        // Any and the other special types (P-160, P-161).
        r#"{"any":{}}"#,
        r#"{"any":{"value":1}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/acme.Unknown"}}"#,
        r#"{"any":{"@type":"example.com/x/google.protobuf.Empty"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration"}}"#,
        r#"{"any":{"fieldname":1,"@type":"type.googleapis.com/lro.tests.kinds.v1.Names"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/lro.tests.kinds.v1.Names","value":{"fieldname":1}}}"#,
        r#"{"special":{"empty":{}}}"#,
        r#"{"special":{"empty":{"a":1}}}"#,
        r#"{"special":{"struct":{"a":{"b":[1,"x",null,true]}},"list":[],"value":"NaN"}}"#,
        r#"{"special":{"struct":[]}}"#,
        r#"{"special":{"list":{}}}"#,
        r#"{"special":{"int64Value":"7","boolValue":false,"bytesValue":""}}"#,
        r#"{"special":{"int64Value":{"value":"7"}}}"#,
    ];
    let bench = Bench::start().await;
    let requests: Vec<_> = texts.iter().map(|text| json!({ "parse": text })).collect();
    let mut accepted = 0;
    let mut pairs = Vec::new();
    for (answer, text) in bench.judge(&requests).iter().zip(texts) {
        let ours = bench.parse(text).await;
        assert_eq!(ours.is_ok(), answer["bytes"].is_string(), "{text}: {ours:?}, Python: {answer}");
        if let Ok(ours) = ours {
            accepted += 1;
            pairs.push((text, json!({ "bytes": answer["bytes"], "other": base64(&ours) })));
        }
    }
    let requests: Vec<_> = pairs.iter().map(|(_, request)| request.clone()).collect();
    for (answer, (text, _)) in bench.judge(&requests).iter().zip(&pairs) {
        assert_eq!(*answer, json!({}), "{text}");
    }
    assert!(accepted > 30 && texts.len() - accepted > 30, "both verdicts occur: {accepted}");
}

/// Where Python is laxer, or stricter, than the specification, we keep to that.
#[tokio::test]
async fn python_is_not_followed_where_the_specification_says_otherwise() {
    let bench = Bench::start().await;
    for (ours, text) in [
        // P-161: Go's form.
        (true, r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}}"#),
        (false, r#"{"any":{"@type":"google.protobuf.Empty"}}"#),
        (false, "[]"),
        (false, r#"{"itself":[]}"#),
        (false, r#"{"text":"","value":null}"#),
        (false, r#"{"scalars":{"int32Value":"1_0"}}"#),
        (false, r#"{"scalars":{"doubleValue":"inf"}}"#),
        (false, r#"{"scalars":{"color":"1"}}"#),
        (false, r#"{"scalars":{"color":1.5}}"#),
        (false, r#"{"special":{"timestamp":"2019-02-04T23:56:28+1:0"}}"#),
        (false, r#"{"names":{"snakeCaseName":1,"snake_case_name":1}}"#),
        (false, r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s","x":1}}"#),
    ] {
        let [answer] = &bench.judge(&[json!({ "parse": text })])[..] else { panic!("one answer") };
        assert_eq!(answer["bytes"].is_string(), !ours, "{text}: Python has changed its mind");
        assert_eq!(bench.parse(text).await.is_ok(), ours, "{text}");
    }
}
