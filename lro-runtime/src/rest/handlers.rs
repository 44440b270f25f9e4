//! The handler of all five methods: request to service, service to JSON.

use std::time::Duration;

use axum::extract::{FromRequest as _, Request, State};
use axum::response::Response;
use bytes::Bytes;
use serde::Deserialize;

use super::query::{self, Query};
use super::routes;
use super::{Served, error};
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::payload::render::Renderer;
use crate::data::status::Status;
use crate::engine::Verb;
use crate::rules::errors::DOMAIN;
use crate::service::{ListRequest, OperationsPage, unreadable};

/// Cancel and Delete answer with `google.protobuf.Empty`, which is not an empty body (P-154).
const EMPTY: &str = "{}";

pub(super) async fn serve(State(served): State<Served>, request: Request) -> Response {
    match answer(&served, request).await {
        Ok(json) => error::ok(json),
        Err(status) => error::envelope(&served.operations.engine().registry, status),
    }
}

async fn answer(Served { prefix, operations }: &Served, request: Request) -> Result<String, Status> {
    let path = request.uri().path();
    let route = routes::parse(request.method(), path.strip_prefix(&**prefix).unwrap_or(path))?;
    // Before the rest of the request is read: who may not, is not told what is wrong with it (P-043).
    let permit = operations.permit(route.verb, route.name, request.headers(), request.extensions()).await?;
    let mut query = Query::parse(request.uri().query().unwrap_or_default(), known(route.verb))?;
    let renderer = operations.engine().registry.renderer().enum_numbers(query.enum_numbers);
    let operation = |snapshot| renderer.operation(&snapshot).map_err(|error| unreadable(&snapshot, &error));
    match route.verb {
        Verb::Get => operation(permit.get().await?),
        Verb::List => {
            let request = ListRequest {
                name: String::new(),
                filter: query.text("filter"),
                page_size: query.number("page_size")?,
                page_token: query.text("page_token"),
                return_partial_success: query.boolean("return_partial_success")?,
            };
            Ok(page(&renderer, permit.list(request).await?))
        }
        Verb::Delete => {
            permit.delete().await?;
            Ok(EMPTY.to_owned())
        }
        Verb::Cancel => {
            body::<CancelBody>(request).await?;
            permit.cancel().await?;
            Ok(EMPTY.to_owned())
        }
        Verb::Wait => {
            let timeout = timeout(body(request).await?, query.duration("timeout")?)?;
            operation(permit.wait(timeout).await?)
        }
    }
}

/// The parameters of a route, but for those that its path gives.
fn known(verb: Verb) -> &'static [&'static str] {
    match verb {
        Verb::List => &["filter", "page_size", "page_token", "return_partial_success"],
        Verb::Wait => &["timeout"],
        Verb::Get | Verb::Delete | Verb::Cancel => &[],
    }
}

/// The body of a Cancel. A name is accepted, since clients repeat it there; the path's counts (P-151).
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CancelBody {
    #[serde(rename = "name")]
    _name: Option<String>,
}

/// The body of a Wait.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitBody {
    #[serde(rename = "name")]
    _name: Option<String>,
    timeout: Option<String>,
}

/// Reads a small JSON body, whatever its content type; nothing at all stands for `{}` (P-151).
async fn body<T: Default + for<'a> Deserialize<'a>>(request: Request) -> Result<T, Status> {
    let bytes = Bytes::from_request(request, &()).await;
    let bytes = bytes.map_err(|rejection| error::unread_body(DOMAIN, &rejection))?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    // serde would read a struct from an array, too.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(error::invalid_body(DOMAIN, "it is no object"));
    }
    serde_json::from_slice(&bytes).map_err(|problem| error::invalid_body(DOMAIN, &problem.to_string()))
}

/// The timeout, from the body or from the query (P-136).
fn timeout(body: WaitBody, query: Option<Duration>) -> Result<Option<Duration>, Status> {
    match (body.timeout, query) {
        (Some(_), Some(_)) => Err(error::invalid_parameter("timeout", "is in the body too")),
        (Some(text), None) => query::duration(&text).map(Some),
        (None, query) => Ok(query),
    }
}

fn page(renderer: &Renderer<'_>, page: OperationsPage) -> String {
    let operations = page.operations.iter().filter_map(|operation| of_page(renderer, operation));
    let operations = operations.collect::<Vec<_>>().join(",");
    let mut members = Vec::new();
    if !operations.is_empty() {
        members.push(format!("\"operations\":[{operations}]"));
    }
    if !page.next_page_token.is_empty() {
        members.push(format!("\"nextPageToken\":{}", serde_json::Value::from(page.next_page_token)));
    }
    format!("{{{}}}", members.join(","))
}

/// An operation in a page. One that cannot be rendered must not take the others with it: its metadata is left out, and in the place of
/// its response stands the error that a Get of it is answered with, so that what is done still has one result (P-020, P-166).
fn of_page(renderer: &Renderer<'_>, operation: &Snapshot) -> Option<String> {
    let error = match renderer.operation(operation) {
        Ok(json) => return Some(json),
        Err(error) => unreadable(operation, &error),
    };
    let is_unreadable = |any: &Any| renderer.any(any).is_err();
    let mut operation = operation.clone();
    if is_unreadable(&operation.metadata) {
        operation.metadata = Any::unset();
    }
    if matches!(&operation.outcome, Some(Outcome::Response(response)) if is_unreadable(response)) {
        operation.outcome = Some(Outcome::Error(error));
    }
    renderer.operation(&operation).ok()
}
