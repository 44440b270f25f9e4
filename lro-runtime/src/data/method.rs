//! A long-running method as the attribute describes it, and the link-time catalogue of all of them.

use std::time::Duration;

/// A method that `#[long_running]` annotates, described at compile time.
#[derive(Debug)]
pub struct Method {
    /// The full name of the service, `acme.disks.v1.Snapshots`.
    pub service: &'static str,
    /// The rpc's name, `TakeSnapshot`.
    pub name: &'static str,
    /// The handler's documentation, one line a line, without the leading spaces of the comment.
    pub documentation: &'static str,
    /// What becomes of an operation whose worker is gone.
    pub on_interrupt: OnInterrupt,
    /// How long an operation may take, if that is the same for every call.
    pub timeout: Option<Duration>,
    /// How HTTP asks for it.
    pub http: Option<HttpRule>,
}

/// How HTTP asks for a method: a `google.api.HttpRule`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HttpRule {
    /// The method of HTTP.
    pub verb: HttpVerb,
    /// The template of the path, `/v1/{parent=disks/*}/snapshots`.
    pub path: &'static str,
    /// The field of the request that the body is, or `*` for all that are not in the path; `None` without a body.
    pub body: Option<&'static str>,
}

impl HttpRule {
    /// The fields of the request that the path and the body name.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        let variables = self.path.split('{').skip(1).filter_map(|variable| variable.split(['=', '}']).next());
        variables.chain(self.body.filter(|body| *body != "*"))
    }
}

/// A method of HTTP, as far as `google.api.HttpRule` names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HttpVerb {
    /// GET
    Get,
    /// PUT
    Put,
    /// POST
    Post,
    /// DELETE
    Delete,
    /// PATCH
    Patch,
}

impl HttpVerb {
    /// `post`, as the field of `google.api.HttpRule` is called.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
            Self::Post => "post",
            Self::Delete => "delete",
            Self::Patch => "patch",
        }
    }
}

/// How many runs a restartable method has that says nothing about it: enough for a deploy that goes wrong, and few enough to end
/// a crash loop the same day.
pub const MAX_ATTEMPTS: u32 = 5;

/// What becomes of an operation whose worker is gone, or was told to stop (D7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInterrupt {
    /// It ends with the error ABORTED, reason OPERATION_INTERRUPTED.
    Fail,
    /// Its handler runs again from the stored request.
    Restart {
        /// How many runs there are at most, the first one included. Those that were handed over do not count.
        max_attempts: u32,
    },
}

impl Method {
    /// `acme.disks.v1.Snapshots/TakeSnapshot`: what a record keeps of its method.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}

/// A method whose types are concrete, submitted by the attribute when the program is linked.
#[derive(Debug)]
pub struct LinkedMethod {
    /// The method.
    pub method: &'static Method,
    /// The full name of its request type, if there is one that is a payload.
    pub request: fn() -> Option<String>,
    /// Whether requests are compared or stored, and not only told of.
    pub keeps_request: bool,
    /// The full name of its response type.
    pub response: fn() -> String,
    /// The full name of its metadata type.
    pub metadata: fn() -> String,
}

inventory::collect!(LinkedMethod);

/// Every method that is linked into this program with concrete types.
pub(crate) fn linked() -> impl Iterator<Item = &'static LinkedMethod> {
    inventory::iter::<LinkedMethod>.into_iter()
}
