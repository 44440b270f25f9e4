//! ProtoJSON against Python's `json_format`, both ways, over generated messages of every kind (P-012…P-015, P-156…P-165).

mod generated;
pub(super) mod schemas;
mod texts;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use lro_runtime::catalog::Catalog;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Operations, Payload, PayloadError, Status, rest};
use prost::Message as _;
use prost_reflect::DescriptorPool;
use prost_types::FileDescriptorSet;
use reqwest::Client;
use serde_json::Value;
use tempfile::{TempDir, tempdir};

use super::{python, run};
use crate::support::http::Server;
use crate::support::kinds::Kinds;

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
    catalog: Catalog,
}

impl Bench {
    /// With the types of the file, and bytes that need no Rust type.
    async fn start() -> Self {
        let types = types();
        let operations =
            Operations::builder().descriptors(types.encode_to_vec()).open("memory:").await.unwrap();
        let routes = Router::new()
            .route("/print", post(|bytes: Bytes| async { ProtoJson(Raw(bytes)) }))
            .route("/parse", post(|ProtoJson(Raw(bytes)): ProtoJson<Raw>| async { Ok::<_, Status>(bytes) }));
        Self::serve(rest::with_descriptors(&operations, routes), &types, operations.catalog()).await
    }

    /// With what the derive makes, and nothing else: types, bytes and descriptors.
    async fn derived() -> Self {
        let mut types = types();
        // A name in JSON that is not made from the field's is the one thing that the derive does not have.
        let fields =
            types.file.iter_mut().flat_map(|file| &mut file.message_type).flat_map(|kind| &mut kind.field);
        fields.filter(|field| field.name() == "renamed").for_each(|field| field.json_name = None);
        let routes = Router::new()
            .route("/print", post(|bytes: Bytes| async move { ProtoJson(Kinds::from_wire(&bytes).unwrap()) }))
            .route(
                "/parse",
                post(|ProtoJson(kinds): ProtoJson<Kinds>| async move { kinds.to_wire().unwrap() }),
            );
        Self::serve(routes, &types, Catalog::linked([]).unwrap()).await
    }

    async fn serve(routes: Router, types: &FileDescriptorSet, catalog: Catalog) -> Self {
        let server = Server::start(routes).await;
        let folder = tempdir().unwrap();
        let types = types.encode_to_vec();
        std::fs::write(folder.path().join("types"), &types).unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let types = DescriptorPool::decode(types.as_slice()).unwrap();
        Self { server, client, folder, types, catalog }
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

fn types() -> FileDescriptorSet {
    let protos = Path::new(env!("CARGO_MANIFEST_DIR")).join("protos");
    protox::compile(["kinds.proto"], [protos]).expect("it compiles")
}

fn base64(bytes: &[u8]) -> String {
    BASE64_STANDARD.encode(bytes)
}
