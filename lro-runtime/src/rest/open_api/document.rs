//! The parts of a document as they come together.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::path::Template;
use super::responses::responses;
use crate::data::payload::json_schema::Schemas;
use crate::data::status::Code;

/// Paths and schemas.
pub(super) struct Document {
    paths: Map<String, Value>,
    /// Each is the name of one operation of the document.
    ids: BTreeSet<String>,
    pub(super) schemas: Schemas,
}

/// A method under one path.
pub(super) struct Described<'a> {
    pub(super) service: &'a str,
    pub(super) name: &'a str,
    /// The method of HTTP, in lower case.
    pub(super) http: &'a str,
    /// Its first paragraph is a summary.
    pub(super) documentation: &'a str,
    /// Parameters of the query.
    pub(super) query: Vec<Value>,
    /// The schema of the body, which may be absent all the same.
    pub(super) body: Option<Value>,
    /// The schema of the answer.
    pub(super) answer: Value,
    pub(super) errors: &'a [(Code, &'a str)],
}

impl Document {
    pub(super) fn new() -> Self {
        Self { paths: Map::new(), ids: BTreeSet::new(), schemas: Schemas::at("#/components/schemas/") }
    }

    pub(super) fn add(&mut self, template: &Template, method: Described<'_>) {
        let Described { service, name, http, documentation, query, body, answer, errors } = method;
        let (summary, description) = documentation.split_once("\n\n").unwrap_or((documentation, ""));
        let mut described = json!({
            "operationId": self.id(service, name),
            "tags": [service],
            "parameters": template.describe().chain(query).collect::<Vec<_>>(),
            "responses": responses(&mut self.schemas, &answer, errors),
        });
        for (place, text) in [("summary", summary), ("description", description)] {
            if !text.trim().is_empty() {
                described[place] = text.trim().replace('\n', " ").into();
            }
        }
        if let Some(schema) = body {
            described["requestBody"] = json!({ "content": json_content(&schema) });
        }
        let item = self.paths.entry(template.path.clone()).or_insert_with(|| json!({}));
        item[http] = described;
    }

    /// `Operations_GetOperation`, as other generators have it, with a number if that is there already.
    fn id(&mut self, service: &str, name: &str) -> String {
        let id = format!("{}_{name}", service.rsplit('.').next().unwrap_or_default());
        let numbered = (2..).map(|number| format!("{id}{number}"));
        let mut ids = [id.clone()].into_iter().chain(numbered);
        // Invariant: the candidates have no end, what is there has.
        ids.find(|id| self.ids.insert(id.clone())).unwrap_or_default()
    }

    pub(super) fn finish(self, version: &str) -> Value {
        json!({
            "openapi": "3.1.0",
            "info": { "title": "google.longrunning.Operations", "version": version },
            "paths": self.paths,
            "components": { "schemas": self.schemas.into_definitions() },
        })
    }
}

pub(super) fn json_content(schema: &Value) -> Value {
    json!({ "application/json": { "schema": schema } })
}
