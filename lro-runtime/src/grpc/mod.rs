//! `google.longrunning` over gRPC, for tonic.
//!
//! [`Operation`] is the message that a tonic service's methods answer with. Generated code has it by
//! `extern_path(".google.longrunning", "::lro_runtime::grpc")`, and then [`long_running`](macro@crate::long_running) needs no `operation`.

//!
//! [`service`] is the five methods, to be mounted where tonic services are; [`routes`] mounts them on an axum router, beside REST.

mod convert;
mod deadline;
mod generated;
pub(crate) mod reply;
mod routes;
mod service;
mod trailers;

use self::operations_server::OperationsServer;
use crate::engine::Operations;

pub use self::generated::*;
pub use self::routes::{router_of, routes, unknown_services};
pub use self::service::OperationsService;

/// The descriptors of `google.longrunning` and of all that it imports: a serialized `google.protobuf.FileDescriptorSet`, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("generated/descriptors.bin");

/// `google.longrunning.Operations` as a tonic service. An answer of more than the 4 MiB that clients take by default is possible only
/// where [`payload_limit`](crate::Builder::payload_limit) was raised, or a response and its metadata are both near it.
///
/// ```no_run
/// # use lro_runtime::{Operations, grpc};
/// # async fn example(operations: Operations) {
/// let routes = tonic::service::Routes::new(grpc::service(&operations));
/// # drop(routes);
/// # }
/// ```
pub fn service(operations: &Operations) -> OperationsServer<OperationsService> {
    OperationsServer::new(OperationsService::new(operations.clone()))
}
