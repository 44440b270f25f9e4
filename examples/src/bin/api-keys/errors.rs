//! The errors of this API: each with a code, a message and an `ErrorInfo`.

use lro_runtime::Status;

use crate::service::SERVICE;

const NOTHING: [(&str, &str); 0] = [];

pub(crate) fn unknown_parent(parent: &str) -> Status {
    Status::not_found(format!(
        "`{parent}` does not exist; a parent is `projects/{{project}}/locations/global`"
    ))
    .with_reason("PARENT_NOT_FOUND", SERVICE, [("parent", parent)])
}

pub(crate) fn unknown_key(name: &str) -> Status {
    Status::not_found(format!("key `{name}` does not exist")).with_reason(
        "KEY_NOT_FOUND",
        SERVICE,
        [("name", name)],
    )
}

pub(crate) fn unknown_key_string() -> Status {
    Status::not_found("no key has this key string").with_reason("KEY_NOT_FOUND", SERVICE, [("name", "")])
}

pub(crate) fn key_exists(name: &str) -> Status {
    Status::already_exists(format!("key `{name}` exists, or is being created")).with_reason(
        "KEY_EXISTS",
        SERVICE,
        [("name", name)],
    )
}

pub(crate) fn wrong_etag(name: &str) -> Status {
    Status::aborted(format!("key `{name}` has another etag: it was changed; read it again")).with_reason(
        "ETAG_MISMATCH",
        SERVICE,
        [("name", name)],
    )
}

pub(crate) fn is_deleted(name: &str) -> Status {
    Status::failed_precondition(format!("key `{name}` is deleted; undelete it first")).with_reason(
        "KEY_DELETED",
        SERVICE,
        [("name", name)],
    )
}

pub(crate) fn is_not_deleted(name: &str) -> Status {
    Status::failed_precondition(format!("key `{name}` is not deleted")).with_reason(
        "KEY_NOT_DELETED",
        SERVICE,
        [("name", name)],
    )
}

/// A field of a request that cannot be.
pub(crate) fn invalid(field: &str, problem: &str) -> Status {
    Status::invalid_argument(format!("{field} {problem}")).with_reason(
        "INVALID_FIELD",
        SERVICE,
        [("field", field)],
    )
}

pub(crate) fn unavailable() -> Status {
    Status::unavailable("the table of keys cannot be used now; retry").with_reason(
        "KEYS_UNAVAILABLE",
        SERVICE,
        NOTHING,
    )
}

pub(crate) fn cancelled() -> Status {
    Status::cancelled("the operation was cancelled, and nothing was changed").with_reason(
        "OPERATION_CANCELLED",
        SERVICE,
        NOTHING,
    )
}

pub(crate) fn no_such_method() -> Status {
    Status::unimplemented("there is no such method on this resource").with_reason(
        "METHOD_NOT_SUPPORTED",
        SERVICE,
        NOTHING,
    )
}

pub(crate) fn unknown_path() -> Status {
    Status::not_found("nothing is served at this path").with_reason("PATH_NOT_FOUND", SERVICE, NOTHING)
}
