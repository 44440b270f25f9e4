//! Between this crate's types and those of the wire. Nothing is lost that a client could see.

use prost::Message as _;
use tonic_types::pb;

use super::{Operation, operation};
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::status::{Code, Status};

impl From<&Snapshot> for Operation {
    fn from(snapshot: &Snapshot) -> Self {
        let result = snapshot.outcome.as_ref().map(|outcome| match outcome {
            Outcome::Response(response) => operation::Result::Response(response.into()),
            Outcome::Error(error) => operation::Result::Error(message(error)),
        });
        Self {
            name: snapshot.name.to_string(),
            metadata: Some((&snapshot.metadata).into()),
            done: snapshot.is_done(),
            result,
        }
    }
}

/// The operation as it was when its method returned: what a tonic method answers that starts it by another one.
impl<R, M> From<&crate::Operation<R, M>> for Operation {
    fn from(operation: &crate::Operation<R, M>) -> Self {
        operation.snapshot().into()
    }
}

fn message(status: &Status) -> pb::Status {
    pb::Status {
        code: status.code() as i32,
        message: status.message().to_owned(),
        details: status.details().iter().map(Into::into).collect(),
    }
}

/// With all details, in a `google.rpc.Status` of the same code and message (P-177, P-178).
impl From<Status> for tonic::Status {
    fn from(status: Status) -> Self {
        let code = tonic::Code::from_i32(status.code() as i32);
        let details = if status.details().is_empty() { Vec::new() } else { message(&status).encode_to_vec() };
        Self::with_details(code, status.message(), details.into())
    }
}

/// With all details, if they are a `google.rpc.Status`; code and message are those of the call, should the two differ. The
/// status's metadata is dropped: an operation's error has no place for it.
impl From<tonic::Status> for Status {
    fn from(status: tonic::Status) -> Self {
        let details = pb::Status::decode(status.details()).map(|decoded| decoded.details).unwrap_or_default();
        let code = Code::from_number(status.code() as i32).unwrap_or(Code::Unknown);
        Self::from_parts(code, status.message(), details.into_iter().map(Any::from).collect())
    }
}
