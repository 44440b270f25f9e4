//! How a status looks over HTTP (P-171…P-173), and the errors that only this wire has. Those of the five methods are in
//! `rules::errors`.

use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::types;
use crate::data::payload::registry::Registry;
use crate::data::status::{Code, Status};
use crate::rules::errors::{self, DOMAIN, shown};

/// The answer 200 with a JSON text (P-153, P-155).
pub(super) fn ok(json: String) -> Response {
    reply(StatusCode::OK, json)
}

fn reply(status: StatusCode, json: String) -> Response {
    const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=UTF-8");
    (status, [(header::CONTENT_TYPE, JSON)], json).into_response()
}

/// The error envelope: `{"error": {"code": 404, "message": …, "status": "NOT_FOUND", "details": […]}}`.
pub(super) fn envelope(registry: &Registry, status: Status) -> Response {
    let status = status.into_error(errors::CODES);
    let http = http_status(status.code());
    let (number, name) = (http.as_u16(), status.code().name());
    let message = serde_json::Value::from(status.message());
    let details = registry.renderer().details(&status).join(",");
    let json = format!(
        r#"{{"error":{{"code":{number},"message":{message},"status":"{name}","details":[{details}]}}}}"#
    );
    reply(http, json)
}

/// The HTTP status of a code (P-173). 499 is in no crate's table (P-176).
pub(super) fn http_status(code: Code) -> StatusCode {
    let number = match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    };
    StatusCode::from_u16(number).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A status as the answer of an axum handler: the same envelope as the library's own errors. Details of types that derive
/// `Payload` and of `google.rpc` are shown; for those of other types see [`with_descriptors`](super::with_descriptors).
impl IntoResponse for Status {
    fn into_response(self) -> Response {
        types::with(|registry| envelope(registry, self))
    }
}

const NOTHING: [(&str, &str); 0] = [];

pub(super) fn unknown_path() -> Status {
    Status::not_found("nothing is served at this path").with_reason("PATH_NOT_FOUND", DOMAIN, NOTHING)
}

/// As P-042 has it, not 405: clients read the code back from the number (P-172, P-174).
pub(super) fn method_not_supported(method: &Method) -> Status {
    let method = shown(method.as_str());
    let message = format!("{method} has no meaning at this path; a POST names `:cancel` or `:wait`");
    Status::unimplemented(message).with_reason("METHOD_NOT_SUPPORTED", DOMAIN, [("method", method)])
}

pub(super) fn invalid_parameter(name: &str, problem: &str) -> Status {
    let name = shown(name);
    Status::invalid_argument(format!("the query parameter `{name}` {problem}")).with_reason(
        "INVALID_QUERY_PARAMETER",
        DOMAIN,
        [("parameter", name), ("problem", problem.to_owned())],
    )
}

/// A body that is not what the method takes. `domain` is the package of what it takes.
pub(super) fn invalid_body(domain: &str, problem: &str) -> Status {
    let problem = shown(problem);
    Status::invalid_argument(format!("the request's body is invalid: {problem}")).with_reason(
        "INVALID_REQUEST_BODY",
        domain,
        [("problem", problem)],
    )
}

/// A body that did not arrive whole: too large, or broken off.
pub(super) fn unread_body(domain: &str, rejection: &BytesRejection) -> Status {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => invalid_body(domain, "it is too large"),
        _ => invalid_body(domain, "it could not be read to its end"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_http_numbers_of_the_table() {
        let numbers = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];
        for (code, number) in Code::ALL.into_iter().zip(numbers) {
            assert_eq!(http_status(code).as_u16(), number, "{code:?}");
        }
    }
}
