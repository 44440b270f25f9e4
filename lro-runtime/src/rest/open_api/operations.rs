//! The five methods, at the root and below each parent (P-132…P-134, P-136).

use serde_json::{Value, json};

use super::document::{Described, Document};
use super::path::Template;
use crate::catalog::Catalog;
use crate::data::payload::json_schema::timeout;
use crate::data::status::Code;
use crate::engine::Verb;
use crate::rest::routes::{COLLECTION, METHODS};

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

/// What a method does: a summary, and what else is to be said.
fn documentation(verb: Verb) -> &'static str {
    match verb {
        Verb::List => "Lists operations, the newest first.",
        Verb::Get => {
            "The latest state of an operation.\n\n\
             An operation that failed is answered with 200, too; its `error` says why."
        }
        Verb::Delete => "Forgets an operation.\n\nThe work goes on, if it is not done.",
        Verb::Cancel => {
            "Asks an operation to stop.\n\nIt may finish all the same; one that is done stays as it is."
        }
        Verb::Wait => {
            "The state of an operation as soon as it is done, and at the latest after a timeout.\n\n\
             Reaching the timeout, or the server's own limit, is no error: the operation is answered as it is then."
        }
    }
}

pub(super) fn add(document: &mut Document, catalog: &Catalog, prefix: &str, parents: &[&str]) {
    let name = |message: &str| format!("google.longrunning.{message}");
    let schemas = &mut document.schemas;
    let operation = schemas.define(name("Operation"), |schemas| catalog.operation(schemas, None));
    let page = schemas.define(name("ListOperationsResponse"), |_| page(&operation));
    let empty = schemas.define(
        "google.protobuf.Empty".to_owned(),
        |_| json!({ "type": "object", "additionalProperties": false }),
    );
    for parent in parents.iter().copied().chain([""]) {
        for (verb, name, http, custom) in METHODS {
            let (below, answer) = match verb {
                Verb::List => ("", &page),
                Verb::Get | Verb::Wait => ("/*", &operation),
                Verb::Delete | Verb::Cancel => ("/*", &empty),
            };
            let pattern = format!("{parent}/{COLLECTION}{below}");
            let template = Template::of_pattern(prefix, &pattern, custom);
            let described = Described {
                service: SERVICE,
                name,
                http,
                documentation: documentation(verb),
                query: query(verb),
                body: body(verb),
                answer: answer.clone(),
                errors: &ERRORS,
            };
            document.add(&template, described);
        }
    }
}

/// The parameters of a query (P-144…P-147). Those that every Google API ignores are ignored here, too.
fn query(verb: Verb) -> Vec<Value> {
    let parameter = |name: &str, description: &str, schema: Value| json!({ "name": name, "in": "query", "description": description, "schema": schema });
    let numbers = || {
        parameter(
            "$alt",
            "`json;enum-encoding=int` prints enums as numbers.",
            json!({ "type": "string", "examples": ["json;enum-encoding=int"] }),
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
            "timeout": timeout(),
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
