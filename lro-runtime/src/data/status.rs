//! `google.rpc.Status` and its codes (P-009…P-011, P-170, P-180…P-183).

use std::collections::BTreeMap;
use std::fmt;

use prost::Message;
use tonic_types::pb;

use super::payload::any::Any;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $number:literal, $name:literal, $constructor:ident;)*) => {
        /// `google.rpc.Code` (P-010).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(i32)]
        pub enum Code { $($(#[$doc])* $variant = $number,)* }

        impl Code {
            /// Every code, in the order of their numbers.
            pub const ALL: [Self; 17] = [$(Self::$variant),*];

            /// The code of a number; `None` outside 0..=16.
            pub fn from_number(number: i32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)* _ => None }
            }

            /// The name on the wire, `NOT_FOUND`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }

        impl Status {
            $(
                #[doc = concat!("A status with code `", $name, "`.")]
                pub fn $constructor(message: impl Into<String>) -> Self {
                    Self::new(Code::$variant, message)
                }
            )*
        }
    };
}

codes! {
    /// Not an error. A handler that returns it as one is answered with UNKNOWN (P-038).
    Ok = 0, "OK", ok;
    /// The work was cancelled.
    Cancelled = 1, "CANCELLED", cancelled;
    /// An error of which nothing more is known.
    Unknown = 2, "UNKNOWN", unknown;
    /// The request is wrong, whatever the state of the system.
    InvalidArgument = 3, "INVALID_ARGUMENT", invalid_argument;
    /// The deadline passed first.
    DeadlineExceeded = 4, "DEADLINE_EXCEEDED", deadline_exceeded;
    /// What was asked for is not there, or not for this caller.
    NotFound = 5, "NOT_FOUND", not_found;
    /// What was to be made is there already.
    AlreadyExists = 6, "ALREADY_EXISTS", already_exists;
    /// The caller may not do this.
    PermissionDenied = 7, "PERMISSION_DENIED", permission_denied;
    /// A quota or a limit is reached.
    ResourceExhausted = 8, "RESOURCE_EXHAUSTED", resource_exhausted;
    /// The system is not in the state that the request needs.
    FailedPrecondition = 9, "FAILED_PRECONDITION", failed_precondition;
    /// The work was stopped by a conflict or an interruption; retry at a higher level.
    Aborted = 10, "ABORTED", aborted;
    /// Past the valid range.
    OutOfRange = 11, "OUT_OF_RANGE", out_of_range;
    /// Not supported here.
    Unimplemented = 12, "UNIMPLEMENTED", unimplemented;
    /// A fault of the server.
    Internal = 13, "INTERNAL", internal;
    /// The service cannot answer now; the same call may be retried (P-048).
    Unavailable = 14, "UNAVAILABLE", unavailable;
    /// Data is lost or corrupt.
    DataLoss = 15, "DATA_LOSS", data_loss;
    /// The caller did not say who it is.
    Unauthenticated = 16, "UNAUTHENTICATED", unauthenticated;
}

const ERROR_INFO: &str = "google.rpc.ErrorInfo";

/// An error, as `google.rpc.Status` carries it: a code, a message for developers, and typed details.
///
/// It is the error of a call, and the error inside an operation that failed.
///
/// ```
/// use lro_runtime::{Code, Status};
///
/// let status = Status::not_found("disk `d1` does not exist")
///     .with_reason("DISK_NOT_FOUND", "disks.acme.com", [("disk", "d1")]);
/// assert_eq!(status.code(), Code::NotFound);
/// assert_eq!(status.reason().as_deref(), Some("DISK_NOT_FOUND"));
/// ```
#[derive(Clone, PartialEq)]
pub struct Status(Box<Inner>);

#[derive(Clone, PartialEq)]
struct Inner {
    code: Code,
    message: String,
    details: Vec<Any>,
}

impl Status {
    /// A status without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self::from_parts(code, message, Vec::new())
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The message: English, for developers.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The details, at most one of each type (P-181).
    pub fn details(&self) -> &[Any] {
        &self.0.details
    }

    /// Adds a detail under its full name, in place of an earlier one of the same type (P-181).
    #[must_use]
    pub fn with_detail(mut self, full_name: &str, detail: &impl Message) -> Self {
        self.set_detail(Any::new(full_name, detail.encode_to_vec()));
        self
    }

    /// Adds the `google.rpc.ErrorInfo` that tells programs what happened (P-180): a reason in
    /// UPPER_SNAKE_CASE, the service that gives it, and the variable parts of the message.
    #[must_use]
    pub fn with_reason<K: Into<String>, V: Into<String>>(
        self,
        reason: &str,
        domain: &str,
        metadata: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let info = ErrorInfo {
            reason: reason.into(),
            domain: domain.into(),
            metadata: metadata.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
        };
        self.with_detail(ERROR_INFO, &info)
    }

    /// The reason of the `ErrorInfo`, if there is one.
    pub fn reason(&self) -> Option<String> {
        let detail = self.0.details.iter().find(|detail| detail.full_name() == ERROR_INFO)?;
        pb::ErrorInfo::decode(detail.value.clone()).ok().map(|info| info.reason)
    }

    /// The error as it may stand in an operation or leave in a reply: the code is not OK (P-021, P-038), and
    /// there is an `ErrorInfo`, made from the code's name when the author gave none (P-180).
    #[must_use]
    pub(crate) fn into_error(mut self, domain: &str) -> Self {
        if self.0.code == Code::Ok {
            self.0.code = Code::Unknown;
        }
        if self.0.details.iter().any(|detail| detail.full_name() == ERROR_INFO) {
            return self;
        }
        let reason = self.0.code.name();
        self.with_reason(reason, domain, [("", ""); 0])
    }

    /// The protobuf bytes of `google.rpc.Status`.
    pub fn encode(&self) -> Vec<u8> {
        let details = self.0.details.iter().map(prost_types::Any::from).collect();
        pb::Status { code: self.0.code as i32, message: self.0.message.clone(), details }.encode_to_vec()
    }

    /// Reads the protobuf bytes of `google.rpc.Status`. A number that is no code becomes UNKNOWN.
    ///
    /// # Errors
    /// When the bytes are no such message.
    pub fn decode(bytes: &[u8]) -> Result<Self, prost::DecodeError> {
        let status = pb::Status::decode(bytes)?;
        let code = Code::from_number(status.code).unwrap_or(Code::Unknown);
        Ok(Self::from_parts(code, status.message, status.details.into_iter().map(Any::from).collect()))
    }

    /// A status with these details, just as they are.
    pub(crate) fn from_parts(code: Code, message: impl Into<String>, details: Vec<Any>) -> Self {
        Self(Box::new(Inner { code, message: message.into(), details }))
    }

    fn set_detail(&mut self, detail: Any) {
        match self.0.details.iter_mut().find(|other| other.type_url == detail.type_url) {
            Some(other) => *other = detail,
            None => self.0.details.push(detail),
        }
    }
}

/// `google.rpc.ErrorInfo` with its map in order: tonic-types' own hash map would encode the same
/// error to different bytes each time.
#[derive(Clone, PartialEq, prost::Message)]
struct ErrorInfo {
    #[prost(string, tag = "1")]
    reason: String,
    #[prost(string, tag = "2")]
    domain: String,
    #[prost(btree_map = "string, string", tag = "3")]
    metadata: BTreeMap<String, String>,
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Status");
        text.field("code", &self.code()).field("message", &self.message());
        text.field("reason", &self.reason()).finish_non_exhaustive()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code().name(), self.message())
    }
}

impl std::error::Error for Status {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_numbers_and_names_of_the_wire() {
        for (number, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(Code::from_number(number as i32), Some(code));
            assert_eq!(pb::Status { code: code as i32, ..Default::default() }.code, number as i32);
        }
        assert_eq!(Code::from_number(17), None);
        assert_eq!(Code::from_number(-1), None);
        let names = "OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED \
            RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS \
            UNAUTHENTICATED";
        assert_eq!(Code::ALL.map(Code::name).join(" "), names, "P-010");
    }

    #[test]
    fn a_number_that_is_no_code_is_unknown() {
        for number in [17, 42, -1, i32::MAX, i32::MIN] {
            let status = pb::Status { code: number, message: "odd".to_owned(), details: Vec::new() };
            let status = Status::decode(&status.encode_to_vec()).unwrap();
            assert_eq!((status.code(), status.message()), (Code::Unknown, "odd"), "P-021");
        }
    }

    #[test]
    fn a_status_survives_the_wire() {
        let status = Status::aborted("stopped").with_reason("STOPPED", "acme", [("b", "2"), ("a", "1")]);
        assert_eq!(Status::decode(&status.encode()), Ok(status));
    }

    #[test]
    fn an_ok_error_becomes_unknown() {
        let status = Status::ok("fine").into_error("acme.v1.Disks");
        assert_eq!((status.code(), status.reason().as_deref()), (Code::Unknown, Some("UNKNOWN")));
    }

    #[test]
    fn one_detail_of_a_type_is_kept() {
        let status = Status::aborted("x").with_reason("FIRST", "d", [("", ""); 0]).with_reason(
            "SECOND",
            "d",
            [("", ""); 0],
        );
        assert_eq!(status.details().len(), 1);
        assert_eq!(status.into_error("d").reason().as_deref(), Some("SECOND"));
    }
}
