//! The five methods, at the root and below each parent (P-132…P-134, P-136).

use serde_json::{Map, Value, json};

use super::path::Template;
use super::responses::{json_content, responses};
use crate::data::payload::json_schema::Schemas;
use crate::data::payload::registry::Registry;
use crate::data::status::Code;
use crate::engine::Verb;
use crate::rest::routes::COLLECTION;

const SERVICE: &str = "google.longrunning.Operations";

/// What every method may answer.
const ERRORS: [(Code, &str); 6] = [
    (Code::InvalidArgument, "a name, a parameter or the body is malformed."),
    (Code::Unauthenticated, "the application does not know the caller."),
    (Code::PermissionDenied, "the caller may not do this, or there is no such operation."),
    (Code::NotFound, "there is no such operation, or not any more."),
    (Code::Internal, "what is stored cannot be read."),
    (Code::Unavailable, "the server cannot answer now; retry."),
];

/// A method as the document describes it.
struct Method {
    verb: Verb,
    name: &'static str,
    http: &'static str,
    custom: &'static str,
    summary: &'static str,
    description: &'static str,
}

const METHODS: [Method; 5] = [
    Method {
        verb: Verb::List,
        name: "ListOperations",
        http: "get",
        custom: "",
        summary: "Lists operations, the newest first.",
        description: "",
    },
    Method {
        verb: Verb::Get,
        name: "GetOperation",
        http: "get",
        custom: "",
        summary: "The latest state of an operation.",
        description: "An operation that failed is answered with 200, too; its `error` says why.",
    },
    Method {
        verb: Verb::Delete,
        name: "DeleteOperation",
        http: "delete",
        custom: "",
        summary: "Forgets an operation.",
        description: "The work goes on, if it is not done.",
    },
    Method {
        verb: Verb::Cancel,
        name: "CancelOperation",
        http: "post",
        custom: ":cancel",
        summary: "Asks an operation to stop.",
        description: "It may finish all the same; one that is done stays as it is.",
    },
    Method {
        verb: Verb::Wait,
        name: "WaitOperation",
        http: "post",
        custom: ":wait",
        summary: "The state of an operation as soon as it is done, and at the latest after a timeout.",
        description: "Reaching the timeout, or the server's own limit, is no error: the operation is answered as it is then.",
    },
];

pub(super) fn add(
    paths: &mut Map<String, Value>,
    schemas: &mut Schemas,
    registry: &Registry,
    prefix: &str,
    parents: &[&str],
) {
    let operation = schemas.define(format!("{SERVICE}.Operation"), |schemas| registry.any_operation(schemas));
    for (place, parent) in parents.iter().copied().chain([""]).enumerate() {
        for method in &METHODS {
            let below =
                if method.verb == Verb::List { COLLECTION.to_owned() } else { format!("{COLLECTION}/*") };
            let pattern = format!("{parent}/{below}");
            let template = Template::new(prefix, &pattern, method.custom);
            let item = paths.entry(template.path.clone()).or_insert_with(|| json!({}));
            item[method.http] = describe(method, place, &template, schemas, &operation);
        }
    }
}

fn describe(
    method: &Method,
    place: usize,
    template: &Template,
    schemas: &mut Schemas,
    operation: &Value,
) -> Value {
    // Unique in a document; the first binding has the plain name.
    let suffix = if place == 0 { String::new() } else { (place + 1).to_string() };
    let mut errors = ERRORS.to_vec();
    if method.verb == Verb::List {
        errors.push((Code::Unimplemented, "`returnPartialSuccess` is not supported."));
    }
    let answer = match method.verb {
        Verb::List => schemas.define(format!("{SERVICE}.ListOperationsResponse"), |_| page(operation)),
        Verb::Get | Verb::Wait => operation.clone(),
        Verb::Delete | Verb::Cancel => schemas.define(
            "google.protobuf.Empty".to_owned(),
            |_| json!({ "type": "object", "additionalProperties": false }),
        ),
    };
    let mut described = json!({
        "operationId": format!("{}{suffix}", method.name),
        "tags": [SERVICE],
        "summary": method.summary,
        "parameters": template.describe().chain(query(method.verb)).collect::<Vec<_>>(),
        "responses": responses(schemas, &answer, &errors),
    });
    if !method.description.is_empty() {
        described["description"] = method.description.into();
    }
    if let Some(schema) = body(method.verb) {
        described["requestBody"] = json!({ "content": json_content(&schema) });
    }
    described
}

/// The parameters of a query (P-144…P-147). Those that every Google API ignores are ignored here, too.
fn query(verb: Verb) -> Vec<Value> {
    let parameter = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let numbers = || {
        parameter(
            "$alt",
            "`json;enum-encoding=int` prints enums as numbers.",
            json!({ "enum": ["json", "json;enum-encoding=int"] }),
        )
    };
    match verb {
        Verb::List => vec![
            parameter(
                "filter",
                "An expression of AIP-160, such as `done = false`.",
                json!({ "type": "string" }),
            ),
            parameter(
                "pageSize",
                "How many at most; the server has a limit of its own. 0 leaves it to the server.",
                json!({ "type": "integer", "format": "int32", "minimum": 0, "maximum": i32::MAX }),
            ),
            parameter("pageToken", "The `nextPageToken` of the page before.", json!({ "type": "string" })),
            parameter("returnPartialSuccess", "Not supported.", json!({ "type": "boolean" })),
            numbers(),
        ],
        Verb::Get | Verb::Wait => vec![numbers()],
        Verb::Delete | Verb::Cancel => Vec::new(),
    }
}

/// The body of a custom method (P-151). It may be absent.
fn body(verb: Verb) -> Option<Value> {
    let properties = match verb {
        Verb::Cancel => json!({}),
        Verb::Wait => json!({
            "timeout": {
                "type": "string",
                "format": "google-duration",
                "pattern": "^[0-9]{1,12}([.][0-9]{1,9})?s$",
                "description": "How long to wait at most, such as `3.5s`.",
            },
        }),
        Verb::Get | Verb::List | Verb::Delete => return None,
    };
    Some(json!({ "type": "object", "properties": properties, "additionalProperties": false }))
}

fn page(operation: &Value) -> Value {
    json!({
        "type": "object",
        "properties": {
            "operations": { "type": "array", "items": operation },
            "nextPageToken": { "type": "string", "description": "Absent on the last page." },
        },
        "additionalProperties": false,
    })
}
