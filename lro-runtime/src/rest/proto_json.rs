//! Messages in and out of an application's own routes, in the JSON that the five methods speak.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use super::{error, types};
use crate::data::payload::Payload;
use crate::data::status::Status;
use crate::engine::{Inside, Operation, StoredRequest};
use crate::rules::errors;

/// A message as the JSON body of a request, or as an answer, by the rules of ProtoJSON.
///
/// As an extractor it takes both spellings of field names, and an absent body for the message with every field at its default.
/// Anything else, an unknown field included, is answered with INVALID_ARGUMENT in the error envelope (P-152, P-156). Bodies are
/// limited as for axum's own extractors: 2 MB, or what a `DefaultBodyLimit` says.
///
/// Types that derive `Payload` work as they are; routes with prost-generated ones stand in
/// [`with_descriptors`](super::with_descriptors).
///
/// ```
/// use lro_runtime::rest::ProtoJson;
/// use lro_runtime::{Payload, Status};
///
/// #[derive(Clone, Debug, PartialEq, Payload)]
/// #[payload(package = "acme.proto_json.v1")]
/// struct Disk {
///     #[payload(tag = 1)]
///     name: String,
/// }
///
/// async fn create_disk(ProtoJson(mut disk): ProtoJson<Disk>) -> Result<ProtoJson<Disk>, Status> {
///     if disk.name.is_empty() {
///         return Err(Status::invalid_argument("a disk has a name"));
///     }
///     Ok(ProtoJson(disk))
/// }
/// # let _: axum::Router = axum::Router::new().route("/v1/disks", axum::routing::post(create_disk));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProtoJson<T>(pub T);

impl<T: Payload, S: Send + Sync> FromRequest<S> for ProtoJson<T> {
    type Rejection = Status;

    async fn from_request(request: Request, state: &S) -> Result<Self, Status> {
        let full_name = T::full_name();
        let domain = package(&full_name);
        let is_json = is_json(request.headers());
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| error::unread_body(domain, &rejection))?;
        if !body.is_empty() && !is_json {
            return Err(error::invalid_body(domain, "its content type is not `application/json`"));
        }
        let json: &[u8] = if body.is_empty() { b"{}" } else { &body };
        types::with(|registry| {
            if !registry.contains(&full_name) {
                return Err(no_descriptor(&full_name));
            }
            let bytes = registry.parse(&full_name, json);
            let bytes = bytes.map_err(|problem| error::invalid_body(domain, &problem.to_string()))?;
            let message = T::from_wire(&bytes);
            message.map(Self).map_err(|problem| error::invalid_body(domain, &problem.to_string()))
        })
    }
}

#[diagnostic::do_not_recommend]
impl<T: Payload> StoredRequest<Inside> for ProtoJson<T> {
    type Message = T;

    fn message(&self) -> &T {
        &self.0
    }

    fn from_message(message: T) -> Self {
        Self(message)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Payload> StoredRequest<Inside> for axum::Json<T> {
    type Message = T;

    fn message(&self) -> &T {
        &self.0
    }

    fn from_message(message: T) -> Self {
        Self(message)
    }
}

impl<T: Payload> IntoResponse for ProtoJson<T> {
    fn into_response(self) -> Response {
        let full_name = T::full_name();
        let json = self.0.to_wire().map_err(|error| {
            tracing::error!(type_name = full_name, %error, "an answer cannot be encoded");
            errors::payload_not_encodable("answer", package(&full_name))
        });
        let json = json.and_then(|bytes| {
            types::with(|registry| match registry.renderer().message(&full_name, bytes) {
                Ok(json) => Ok(json),
                Err(_) if !registry.contains(&full_name) => Err(no_descriptor(&full_name)),
                Err(error) => {
                    tracing::error!(type_name = full_name, %error, "an answer cannot be rendered");
                    Err(errors::payload_not_encodable("answer", package(&full_name)))
                }
            })
        });
        json.map_or_else(IntoResponse::into_response, error::ok)
    }
}

/// A started operation as the answer of the call that started it: 200 with the operation (P-026, P-153).
impl<R, M> IntoResponse for Operation<R, M> {
    fn into_response(self) -> Response {
        match self.operations().to_json(self.snapshot()) {
            Ok(json) => error::ok(json),
            Err(status) => error::envelope(&self.operations().engine().registry, status),
        }
    }
}

fn no_descriptor(full_name: &str) -> Status {
    tracing::error!(type_name = full_name, "no descriptor: wrap the route in `rest::with_descriptors`");
    errors::no_descriptor(full_name, package(full_name))
}

fn package(full_name: &str) -> &str {
    full_name.rsplit_once('.').map_or("", |(package, _)| package)
}

/// Whether the content type is JSON, or not given, as some clients have it for small bodies.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE) else { return true };
    let essence = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json"))
}
