//! Services as descriptors, with the options that prost's own types cannot hold: those that extensions define.

use prost::Message;

use super::{HttpRule, HttpVerb, MethodEntry};

/// A part of `google.protobuf.FileDescriptorProto`: joined with the bytes of the rest, it is the whole.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Services {
    #[prost(message, repeated, tag = "6")]
    pub(super) service: Vec<Service>,
}

/// `google.protobuf.ServiceDescriptorProto`
#[derive(Clone, PartialEq, Message)]
pub(super) struct Service {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) method: Vec<Rpc>,
}

/// `google.protobuf.MethodDescriptorProto`
#[derive(Clone, PartialEq, Message)]
pub(super) struct Rpc {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) input_type: String,
    #[prost(string, tag = "3")]
    pub(super) output_type: String,
    #[prost(message, required, tag = "4")]
    pub(super) options: RpcOptions,
}

/// `google.protobuf.MethodOptions`
#[derive(Clone, PartialEq, Message)]
pub(super) struct RpcOptions {
    #[prost(message, required, tag = "1049")]
    pub(super) operation_info: OperationInfo,
    #[prost(message, optional, tag = "72295728")]
    pub(super) http: Option<Http>,
}

/// `google.longrunning.OperationInfo`
#[derive(Clone, PartialEq, Message)]
pub(super) struct OperationInfo {
    #[prost(string, tag = "1")]
    pub(super) response_type: String,
    #[prost(string, tag = "2")]
    pub(super) metadata_type: String,
}

/// `google.api.HttpRule`
#[derive(Clone, PartialEq, Message)]
pub(super) struct Http {
    #[prost(string, optional, tag = "2")]
    get: Option<String>,
    #[prost(string, optional, tag = "3")]
    put: Option<String>,
    #[prost(string, optional, tag = "4")]
    post: Option<String>,
    #[prost(string, optional, tag = "5")]
    delete: Option<String>,
    #[prost(string, optional, tag = "6")]
    patch: Option<String>,
    #[prost(string, tag = "7")]
    body: String,
}

impl Rpc {
    /// A method as an rpc. Types of its own package are named by their last part (P-205, P-206).
    pub(super) fn new(entry: &MethodEntry, package: &str, request: &str) -> Self {
        Self {
            name: entry.name.to_owned(),
            input_type: format!(".{request}"),
            output_type: ".google.longrunning.Operation".to_owned(),
            options: RpcOptions {
                operation_info: OperationInfo {
                    response_type: near(&entry.response, package),
                    metadata_type: near(&entry.metadata, package),
                },
                http: entry.http.as_ref().map(Http::new),
            },
        }
    }
}

/// A string without a dot names a message of the package, and any other is a full name: a nested type has that, too.
fn near(full_name: &str, package: &str) -> String {
    let name = full_name.strip_prefix(package).and_then(|name| name.strip_prefix('.'));
    name.filter(|name| !name.contains('.')).unwrap_or(full_name).to_owned()
}

impl Http {
    fn new(rule: &HttpRule) -> Self {
        let path = |verb| (rule.verb == verb).then(|| rule.path.to_owned());
        Self {
            get: path(HttpVerb::Get),
            put: path(HttpVerb::Put),
            post: path(HttpVerb::Post),
            delete: path(HttpVerb::Delete),
            patch: path(HttpVerb::Patch),
            body: rule.body.unwrap_or_default().to_owned(),
        }
    }

    /// The rule's fields as text has them.
    pub(super) fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let Self { get, put, post, delete, patch, body } = self;
        let paths = [("get", get), ("put", put), ("post", post), ("delete", delete), ("patch", patch)];
        let paths = paths.into_iter().filter_map(|(name, path)| Some((name, path.as_deref()?)));
        paths.chain((!body.is_empty()).then_some(("body", &**body)))
    }
}
