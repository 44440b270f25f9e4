//! What the `authorize` hook decides on (D14).

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use http::{Extensions, HeaderMap};

use crate::data::status::Status;
use crate::rules::errors;

/// What a client wants to do: what a hook of [`Builder::authorize`](crate::Builder::authorize) decides on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Access {
    /// Which of the five methods is called.
    pub verb: Verb,
    /// The operation's name, and for [`Verb::List`] the parent: as the client wrote it, perhaps malformed, and perhaps of nothing
    /// that exists.
    pub name: String,
    /// The call's HTTP headers, or its gRPC metadata.
    pub headers: HeaderMap,
    /// What layers before the library left with the request: who the caller is, say.
    pub extensions: Extensions,
}

/// One of the five methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verb {
    /// `GetOperation`.
    Get,
    /// `ListOperations`.
    List,
    /// `CancelOperation`.
    Cancel,
    /// `DeleteOperation`.
    Delete,
    /// `WaitOperation`.
    Wait,
}

impl Verb {
    /// The permission as Google's services name theirs: `longrunning.operations.get`.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Get => "longrunning.operations.get",
            Self::List => "longrunning.operations.list",
            Self::Cancel => "longrunning.operations.cancel",
            Self::Delete => "longrunning.operations.delete",
            Self::Wait => "longrunning.operations.wait",
        }
    }
}

impl Access {
    /// PERMISSION_DENIED, in words that do not tell whether there is such an operation (P-184).
    pub fn denied(&self) -> Status {
        errors::permission_denied(self.verb.permission(), &self.name)
    }
}

/// The hook.
#[derive(Clone)]
#[cfg_attr(not(any(feature = "grpc", feature = "rest")), allow(dead_code, reason = "only a wire asks it"))]
pub(crate) struct Authorize(Arc<dyn Fn(Access) -> BoxFuture<'static, Result<(), Status>> + Send + Sync>);

impl Authorize {
    pub(crate) fn new<F, R>(hook: F) -> Self
    where
        F: Fn(Access) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), Status>> + Send + 'static,
    {
        Self(Arc::new(move |access| hook(access).boxed()))
    }

    #[cfg(any(feature = "grpc", feature = "rest"))]
    pub(crate) async fn ask(&self, access: Access) -> Result<(), Status> {
        (self.0)(access).await.map_err(|refused| refused.into_error(errors::DOMAIN))
    }
}

impl fmt::Debug for Authorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorize").finish_non_exhaustive()
    }
}
