//! What tonic-prost-build makes of `proto/google/longrunning/operations.proto`. A test keeps it fresh: `tests/it/generated.rs`.

#[rustfmt::skip]
#[allow(clippy::pedantic, clippy::nursery, missing_docs)]
#[path = "google.longrunning.rs"]
mod longrunning;

pub use self::longrunning::*;
