//! The five methods, at the root and below each parent (P-132…P-134, P-136).

use serde_json::{Value, json};

use super::document::{Described, Document};
use super::path::Template;
use crate::catalog::Catalog;
use crate::data::payload::json_schema::timeout;
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
    documentation: &'static str,
}

const METHODS: [Method; 5] = [
    Method {
        verb: Verb::List,
        name: "ListOperations",
        http: "get",
        custom: "",
        documentation: "Lists operations, the newest first.",
    },
    Method {
        verb: Verb::Get,
        name: "GetOperation",
        http: "get",
        custom: "",
        documentation: "The latest state of an operation.\n\nAn operation that failed is answered with 200, too; its `error` says why.",
    },
    Method {
        verb: Verb::Delete,
        name: "DeleteOperation",
        http: "delete",
        custom: "",
        documentation: "Forgets an operation.\n\nThe work goes on, if it is not done.",
    },
    Method {
        verb: Verb::Cancel,
        name: "CancelOperation",
        http: "post",
        custom: ":cancel",
        documentation: "Asks an operation to stop.\n\nIt may finish all the same; one that is done stays as it is.",
    },
    Method {
        verb: Verb::Wait,
        name: "WaitOperation",
        http: "post",
        custom: ":wait",
        documentation: "The state of an operation as soon as it is done, and at the latest after a timeout.\n\nReaching the timeout, or the server's own limit, is no error: the operation is answered as it is then.",
    },
];

pub(super) fn add(document: &mut Document, catalog: &Catalog, prefix: &str, parents: &[&str]) {
    let name = |message: &str| format!("{SERVICE}.{message}");
    let schemas = &mut document.schemas;
    let operation = schemas.define(name("Operation"), |schemas| catalog.operation(schemas, None));
    let page = schemas.define(name("ListOperationsResponse"), |_| page(&operation));
    let empty = || json!({ "type": "object", "additionalProperties": false });
    let empty = schemas.define("google.protobuf.Empty".to_owned(), |_| empty());
    for parent in parents.iter().copied().chain([""]) {
        for method in &METHODS {
            let (below, answer) = match method.verb {
                Verb::List => ("", &page),
                Verb::Get | Verb::Wait => ("/*", &operation),
                Verb::Delete | Verb::Cancel => ("/*", &empty),
            };
            let pattern = format!("{parent}/{COLLECTION}{below}");
            let template = Template::of_pattern(prefix, &pattern, method.custom);
            let described = Described {
                service: SERVICE,
                name: method.name,
                http: method.http,
                documentation: method.documentation,
                query: query(method.verb),
                body: body(method.verb),
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
