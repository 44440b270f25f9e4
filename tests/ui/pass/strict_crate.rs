//! A crate that forbids what the expansion must not need.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]
#![no_implicit_prelude]

use ::async_trait::async_trait;
use ::lro_runtime::{Operation, Operations, Payload, Status, long_running};
// async-trait itself asks for it.
use ::std::boxed::Box;

/// A service.
#[derive(::std::clone::Clone, ::std::fmt::Debug)]
pub struct Service {
    operations: Operations,
}

/// An alias.
pub type Result<T> = ::std::result::Result<T, Status>;

/// A trait.
#[async_trait]
pub trait Deletes {
    /// Deletes.
    async fn delete(&self, name: ::std::string::String) -> Result<Operation<(), ()>>;
}

#[async_trait]
impl Deletes for Service {
    #[long_running(service = "acme.v1.Disks", parent = name)]
    async fn delete(&self, name: ::std::string::String) -> Result<()> {
        ::std::mem::drop(name);
        ::std::result::Result::Ok(())
    }
}

impl Service {
    /// Deletes.
    #[long_running(service = "acme.v1.Disks", name = "Purge")]
    pub async fn purge(&self) -> Result<()> {
        ::std::result::Result::Ok(())
    }
}

/// What is asked for.
#[derive(::std::clone::Clone, ::std::fmt::Debug, ::std::cmp::PartialEq, Payload)]
#[payload(package = "acme.v1")]
pub struct CopyDiskRequest {
    #[payload(tag = 1)]
    disk: ::std::string::String,
    #[payload(tag = 2)]
    request_id: ::std::string::String,
    #[payload(tag = 3)]
    validate_only: bool,
}

impl Service {
    /// Copies, with every argument.
    #[long_running(
        service = "acme.v1.Disks",
        parent = disk,
        validate = check(&disk).await,
        validate_only = validate_only,
        request_id = request_id,
        exclusive = disk,
        timeout = "1h 30m"
    )]
    pub async fn copy(
        &self,
        CopyDiskRequest { disk, request_id, validate_only }: CopyDiskRequest,
    ) -> Result<()> {
        ::std::mem::drop((disk, request_id, validate_only));
        ::std::result::Result::Ok(())
    }
}

/// Another trait.
#[async_trait]
pub trait Wipes {
    /// Wipes.
    async fn wipe(&self, request: CopyDiskRequest) -> Result<Operation<(), ()>>;
}

#[long_running(service = "acme.v1.Disks", parent = request.disk, on_interrupt = restart)]
#[async_trait]
impl Wipes for Service {
    #[long_running(max_attempts = 3)]
    async fn wipe(&self, request: CopyDiskRequest) -> Result<()> {
        ::std::mem::drop(request);
        ::std::result::Result::Ok(())
    }
}

#[long_running(service = "acme.v1.Disks", timeout = "1h", on_interrupt = restart)]
impl Service {
    /// How many there are.
    pub const DISKS: usize = 3;

    /// Shreds.
    #[deprecated]
    #[long_running]
    pub async fn shred(&self, request: CopyDiskRequest) -> Result<()> {
        ::std::mem::drop(request);
        ::std::result::Result::Ok(())
    }
}

async fn check(_disk: &str) -> Result<()> {
    ::std::result::Result::Ok(())
}

fn main() {}
