//! `google.longrunning` over gRPC, for tonic.
//!
//! [`Operation`] is the message that a tonic service's methods answer with. Generated code has it by
//! `extern_path(".google.longrunning", "::lro_runtime::grpc")`, and then [`long_running`](macro@crate::long_running) needs no `operation`.

mod convert;
mod generated;
pub(crate) mod reply;

pub use self::generated::*;
