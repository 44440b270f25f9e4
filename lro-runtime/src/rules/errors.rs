//! The errors that the library itself gives: code, message and `ErrorInfo`, in one place (P-180…P-183, P-186). Those that
//! only one wire has are that wire's.

use crate::data::name::OperationName;
use crate::data::status::Status;

/// The domain of errors of the five methods. Errors of an operation's work carry their method's service.
pub(crate) const DOMAIN: &str = "google.longrunning.Operations";

/// The domain of errors of an application's own routes to which nobody gave a reason: the code's name is the reason, and this is
/// what such names belong to, whatever the service (P-180).
#[cfg(feature = "rest")]
pub(crate) const CODES: &str = "google.rpc.Code";

const NOTHING: [(&str, &str); 0] = [];

pub(crate) fn not_found(name: &str) -> Status {
    Status::not_found(format!("operation `{name}` does not exist")).with_reason(
        "OPERATION_NOT_FOUND",
        DOMAIN,
        [("name", name)],
    )
}

/// Says the same of what exists and of what does not (P-184).
pub(crate) fn permission_denied(permission: &str, name: &str) -> Status {
    let name = shown(name);
    let message = format!("permission `{permission}` is denied on `{name}`, or it does not exist");
    let metadata = [("permission", permission), ("name", &name)];
    Status::permission_denied(message).with_reason("PERMISSION_DENIED", DOMAIN, metadata)
}

pub(crate) fn invalid_name(name: &str, why: &str) -> Status {
    Status::invalid_argument(format!("`{}` is not the name of an operation: {why}", shown(name))).with_reason(
        "INVALID_OPERATION_NAME",
        DOMAIN,
        [("name", shown(name)), ("problem", why.to_owned())],
    )
}

pub(crate) fn invalid_parent(parent: &str, why: &str) -> Status {
    Status::invalid_argument(format!("`{}` cannot be a parent of operations: {why}", shown(parent)))
        .with_reason("INVALID_PARENT", DOMAIN, [("parent", shown(parent)), ("problem", why.to_owned())])
}

pub(crate) fn invalid_page_size() -> Status {
    Status::invalid_argument("page_size is negative").with_reason("INVALID_PAGE_SIZE", DOMAIN, NOTHING)
}

pub(crate) fn invalid_page_token() -> Status {
    Status::invalid_argument("page_token was not given by this server for this list").with_reason(
        "INVALID_PAGE_TOKEN",
        DOMAIN,
        NOTHING,
    )
}

#[cfg(any(feature = "grpc", feature = "rest"))]
pub(crate) fn invalid_timeout() -> Status {
    Status::invalid_argument("timeout is negative or out of range").with_reason(
        "INVALID_TIMEOUT",
        DOMAIN,
        NOTHING,
    )
}

pub(crate) fn invalid_filter(why: &str) -> Status {
    let why = shown(why);
    Status::invalid_argument(format!("filter is not valid: {why}")).with_reason(
        "INVALID_FILTER",
        DOMAIN,
        [("problem", why)],
    )
}

pub(crate) fn partial_success_not_supported() -> Status {
    // Not METHOD_NOT_SUPPORTED, which names a method: a reason has always the same keys (P-182).
    Status::unimplemented("return_partial_success is not supported").with_reason(
        "PARTIAL_SUCCESS_NOT_SUPPORTED",
        DOMAIN,
        NOTHING,
    )
}

/// The store cannot answer: the one code that pollers survive (P-048).
pub(crate) fn unavailable() -> Status {
    Status::unavailable("the store of operations cannot answer now; retry").with_reason(
        "STORE_UNAVAILABLE",
        DOMAIN,
        NOTHING,
    )
}

pub(crate) fn shutting_down() -> Status {
    Status::unavailable("the server is shutting down; retry").with_reason("SHUTTING_DOWN", DOMAIN, NOTHING)
}

/// What is stored cannot be read, or rendered; the cause is in the log.
pub(crate) fn unreadable() -> Status {
    Status::internal("the stored operation cannot be read").with_reason(
        "OPERATION_UNREADABLE",
        DOMAIN,
        NOTHING,
    )
}

pub(crate) fn too_many_waiting(domain: &str, limit: usize) -> Status {
    let message = format!("{limit} operations wait for their turn already; retry later");
    Status::resource_exhausted(message).with_reason(
        "TOO_MANY_OPERATIONS",
        domain,
        [("limit", limit.to_string())],
    )
}

pub(crate) fn invalid_request_id(id: &str, longest: usize, domain: &str) -> Status {
    let id = shown(id);
    let message = format!("`{id}` cannot be a request_id: one has 1 to {longest} visible ASCII characters");
    let metadata = [("field", "request_id".to_owned()), ("request_id", id)];
    Status::invalid_argument(message).with_reason("INVALID_REQUEST_ID", domain, metadata)
}

/// Does not name the operation, which may be of a request that the caller does not know of (P-036).
pub(crate) fn request_id_reused(domain: &str) -> Status {
    Status::invalid_argument("request_id was used before, with another request; use a new one").with_reason(
        "REQUEST_ID_REUSED",
        domain,
        [("field", "request_id")],
    )
}

/// The operation that a request id stands for is deleted, or has expired: nothing can be answered for it, and nothing is done again.
pub(crate) fn request_id_spent(name: &OperationName, domain: &str) -> Status {
    let message = format!("request_id was used before: operation `{name}`, which it started, is gone");
    Status::already_exists(message).with_reason(
        "REQUEST_ID_SPENT",
        domain,
        [("field", "request_id"), ("name", name.as_str())],
    )
}

/// Something of which one operation at a time is allowed is another one's (P-033).
pub(crate) fn operation_in_progress(name: &OperationName, domain: &str) -> Status {
    let message =
        format!("operation `{name}` is in progress, and only one at a time may be; retry when it is done");
    Status::aborted(message).with_reason("OPERATION_IN_PROGRESS", domain, [("name", name.as_str())])
}

pub(crate) fn deadline_exceeded(name: &OperationName, domain: &str) -> Status {
    let message = format!("operation `{name}` did not end within its time limit");
    let metadata = [("name", name.as_str())];
    Status::deadline_exceeded(message).with_reason("OPERATION_DEADLINE_EXCEEDED", domain, metadata)
}

pub(crate) fn interrupted(name: &OperationName, domain: &str) -> Status {
    let message = format!("operation `{name}` was interrupted: the process that ran it stopped");
    Status::aborted(message).with_reason("OPERATION_INTERRUPTED", domain, [("name", name.as_str())])
}

/// Every run that the method may have was interrupted (D7).
pub(crate) fn attempts_exhausted(name: &OperationName, domain: &str) -> Status {
    let message = format!("operation `{name}` was interrupted in each of its attempts");
    Status::aborted(message).with_reason("ATTEMPTS_EXHAUSTED", domain, [("name", name.as_str())])
}

/// Nobody could run the operation again for a long time (D7).
pub(crate) fn method_unregistered(name: &OperationName, method: &str, domain: &str) -> Status {
    let message = format!("operation `{name}` was interrupted, and no server runs its method any more");
    let metadata = [("name", name.as_str()), ("method", method)];
    Status::aborted(message).with_reason("METHOD_UNREGISTERED", domain, metadata)
}

/// The stored request is no message of the method's present type; what it lacks is in the log.
pub(crate) fn request_not_decodable(type_name: &str) -> Status {
    Status::internal("the operation was interrupted, and its request cannot be read any more").with_reason(
        "REQUEST_NOT_DECODABLE",
        DOMAIN,
        [("type", type_name)],
    )
}

/// A checkpoint is none of the type that was asked for.
pub(crate) fn checkpoint_not_restorable(type_name: &str, domain: &str) -> Status {
    Status::internal("what an earlier attempt kept cannot be read").with_reason(
        "CHECKPOINT_NOT_RESTORABLE",
        domain,
        [("type", type_name)],
    )
}

/// The method could not be called again; why is in the log.
pub(crate) fn restart_failed(name: &OperationName, domain: &str) -> Status {
    let message = format!("operation `{name}` was interrupted, and its method could not be called again");
    Status::internal(message).with_reason("RESTART_FAILED", domain, [("name", name.as_str())])
}

pub(crate) fn cancelled(name: &OperationName, domain: &str) -> Status {
    let message = format!("operation `{name}` was cancelled");
    Status::cancelled(message).with_reason("OPERATION_CANCELLED", domain, [("name", name.as_str())])
}

pub(crate) fn panicked(domain: &str) -> Status {
    Status::internal("the handler failed unexpectedly").with_reason("HANDLER_PANICKED", domain, NOTHING)
}

/// The attempt that a handler belongs to may write no more.
pub(crate) fn attempt_over(name: &OperationName, domain: &str) -> Status {
    let message = format!("this attempt of operation `{name}` is over");
    Status::aborted(message).with_reason("ATTEMPT_OVER", domain, [("name", name.as_str())])
}

pub(crate) fn payload_too_large(what: &str, domain: &str, size: usize, limit: usize) -> Status {
    let message = format!("the {what} has {size} bytes; {limit} are allowed");
    let metadata = [("what", what.to_owned()), ("size", size.to_string()), ("limit", limit.to_string())];
    Status::resource_exhausted(message).with_reason("PAYLOAD_TOO_LARGE", domain, metadata)
}

pub(crate) fn payload_not_encodable(what: &str, domain: &str) -> Status {
    Status::internal(format!("the {what} has no protobuf form")).with_reason(
        "PAYLOAD_NOT_ENCODABLE",
        domain,
        [("what", what)],
    )
}

pub(crate) fn no_descriptor(type_name: &str, domain: &str) -> Status {
    Status::internal(format!("no descriptor of `{type_name}` is registered")).with_reason(
        "NO_DESCRIPTOR",
        domain,
        [("type", type_name)],
    )
}

/// A client's own text as it may stand in a message: its beginning, without control characters.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}
