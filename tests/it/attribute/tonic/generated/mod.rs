//! What tonic-prost-build makes of `protos/disks.proto`, twice.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::pedantic, clippy::nursery)]

/// With this crate's `Operation`.
#[rustfmt::skip]
pub(super) mod extern_path {
    include!("extern_path/lro.tests.disks.v1.rs");
}

/// With an `Operation` of its own.
#[rustfmt::skip]
pub(super) mod own {
    include!("own/mod.rs");
}
