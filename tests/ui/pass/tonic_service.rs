//! A tonic service in a crate that forbids what the expansion must not need.
#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]
#![no_implicit_prelude]

use ::lro_runtime::grpc::Operation;
use ::lro_runtime::{Context, Operations, long_running};
use ::tonic::{Request, Response, Status, async_trait};
// async-trait itself asks for it.
use ::std::boxed::Box;

/// A trait as tonic generates it.
#[async_trait]
pub trait Disks {
    /// Copies.
    async fn copy(&self, request: Request<()>) -> ::std::result::Result<Response<Operation>, Status>;

    /// Deletes.
    async fn delete(&self, request: Request<()>) -> ::std::result::Result<Response<Operation>, Status>;
}

/// A service.
#[derive(::std::clone::Clone, ::std::fmt::Debug)]
pub struct Service {
    operations: Operations,
}

/// Shadows what it aliases.
pub type Result<T> = ::std::result::Result<Response<T>, Status>;

#[async_trait]
#[long_running(service = "acme.v1.Disks", on_interrupt = restart)]
impl Disks for Service {
    #[long_running]
    async fn copy(
        &self,
        ctx: Context<()>,
        request: Request<()>,
    ) -> ::std::result::Result<Response<()>, Status> {
        ctx.update(|()| {}).await?;
        ::std::result::Result::Ok(Response::new(request.into_inner()))
    }

    #[long_running(operation = Operation)]
    async fn delete(&self, request: Request<()>) -> Result<()> {
        ::std::mem::drop(request);
        ::std::result::Result::Ok(Response::new(()))
    }
}

fn main() {}
