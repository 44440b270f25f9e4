//! The annotated methods, as their HTTP rules say; the application routes them.

use prost_reflect::{Kind, MessageDescriptor};
use serde_json::{Value, json};

use super::document::{Described, Document};
use super::path::Template;
use crate::catalog::{Catalog, HttpRule, MethodEntry};
use crate::data::payload::json_schema::{Schemas, is_text};
use crate::data::status::Code;

/// What the library may answer to a start. All else is the application's own.
const ERRORS: [(Code, &str); 6] = [
    (Code::InvalidArgument, "the request is malformed, or its id was used with another one."),
    (Code::Aborted, "another operation is in progress, and only one may be."),
    (Code::AlreadyExists, "the request's id started an operation that is gone."),
    (Code::ResourceExhausted, "too many operations wait for their turn."),
    (Code::Internal, "something cannot be encoded."),
    (Code::Unavailable, "the server cannot answer now; retry."),
];

pub(super) fn add(document: &mut Document, catalog: &Catalog) {
    for method in catalog.methods() {
        if let Some(rule) = &method.http {
            add_method(document, catalog, method, rule);
        }
    }
}

fn add_method(document: &mut Document, catalog: &Catalog, method: &MethodEntry, rule: &HttpRule) {
    let template = Template::of_rule(rule.path);
    let request = method.request.as_deref().and_then(|full_name| catalog.message(full_name));
    let full_name = format!("{}.{}", method.service, method.name);
    let schemas = &mut document.schemas;
    // No message is called so: what is inside of a service's name cannot be one.
    let answer =
        schemas.define(format!("{full_name}.Operation"), |schemas| catalog.operation(schemas, Some(method)));
    let body = rule.body.map(|field| match &request {
        Some(request) => body(schemas, &full_name, request, field, &template),
        None => json!({ "type": "object" }),
    });
    let query = match (&request, rule.body) {
        (_, Some("*")) | (None, _) => Vec::new(),
        (Some(request), body) => query(schemas, request, body, &template),
    };
    let described = Described {
        service: method.service,
        name: method.name,
        http: rule.verb.as_str(),
        documentation: method.documentation,
        query,
        body,
        answer,
        errors: &ERRORS,
    };
    document.add(&template, described);
}

/// The schema of the body: of one field, or of all that are not in the path.
fn body(
    schemas: &mut Schemas,
    method: &str,
    request: &MessageDescriptor,
    field: &str,
    template: &Template,
) -> Value {
    if field != "*" {
        let field = request.get_field_by_name(field);
        return field.map_or_else(|| json!({}), |field| schemas.described_field(&field));
    }
    if template.fields.iter().all(|bound| request.get_field_by_name(bound).is_none()) {
        return schemas.message(request);
    }
    schemas.define(format!("{method}.Body"), |schemas| schemas.message_without(request, &template.fields))
}

/// What is neither in the path nor the body, and has a text: fields of messages in messages are left out.
fn query(
    schemas: &mut Schemas,
    request: &MessageDescriptor,
    body: Option<&str>,
    template: &Template,
) -> Vec<Value> {
    let is_elsewhere = |name: &str| body == Some(name) || template.fields.iter().any(|bound| bound == name);
    let fields = request.fields().filter(|field| !is_elsewhere(field.name()));
    let fields = fields.filter(|field| match field.kind() {
        Kind::Message(message) => is_text(message.full_name()),
        _ => true,
    });
    let describe = |field: prost_reflect::FieldDescriptor| {
        let schema = schemas.described_field(&field);
        json!({ "name": field.json_name(), "in": "query", "schema": schema })
    };
    fields.map(describe).collect()
}
