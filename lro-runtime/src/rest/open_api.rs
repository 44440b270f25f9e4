//! The routes as an OpenAPI document, with the schemas of all that goes over them. Pure.

mod document;
mod methods;
mod operations;
mod path;
mod responses;

use serde_json::Value;

use self::document::Document;
use crate::catalog::Catalog;

/// An [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.0) document of the routes of [`router_at`](super::router_at) under the same prefix
/// (P-132…P-134, P-136), with every status and the error envelope (P-171…P-173).
///
/// `parents` are patterns of what your methods give as `parent`, with `*` for one segment, such as `projects/*/locations/*`: each
/// becomes paths of its own, with parameters that are named after their collections, `projectsId`. Operations at the root are always
/// served. There, OpenAPI cannot say that an id may contain slashes; no minted one does.
///
/// Beside them stands each method of the catalogue that has an HTTP rule, with the types of its request and of its operations; whether
/// your application routes it so, nobody checks. What it may be answered beside the library's errors is your `default`, too.
///
/// The schemas of bodies are JSON Schema (draft 2020-12) of the one form that this library writes; requests are read in every form that
/// ProtoJSON allows. A status that the document does not name can only come from your own `authorize`: `default` stands for it.
///
/// What is yours to say, you say in the answer: a title, a version, servers, security schemes, paths of your own.
///
/// ```
/// use lro_runtime::{Operations, rest};
///
/// # fn example(operations: &Operations) {
/// let mut document = rest::open_api("/v1", &["projects/*"], &operations.catalog());
/// document["info"]["title"] = "Disks".into();
/// document["servers"] = serde_json::json!([{ "url": "https://disks.example.com" }]);
/// assert!(document["paths"]["/v1/projects/{projectsId}/operations/{operationsId}"]["get"].is_object());
/// # }
/// ```
pub fn open_api(prefix: &str, parents: &[&str], catalog: &Catalog) -> Value {
    let prefix = prefix.trim_end_matches('/');
    let mut document = Document::new();
    methods::add(&mut document, catalog);
    operations::add(&mut document, catalog, prefix, parents);
    document.finish(prefix.rsplit('/').next().filter(|version| !version.is_empty()).unwrap_or("v1"))
}
