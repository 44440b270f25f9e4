//! One service, written for both of its generated traits: with this crate's `Operation`, and with the service's own.

use lro_runtime::{Context, Operations, long_running};
use tonic::{Code, Request, Response, Status};

use super::generated::{extern_path, own};
use super::rich_error;
use crate::support::works::{WorkMetadata, WorkResponse};

/// What an interceptor leaves in a request's extensions.
#[derive(Clone, Debug)]
pub(super) struct Principal(pub(super) String);

#[derive(Clone, Debug)]
pub(super) struct Disks {
    pub(super) operations: Operations,
}

impl Disks {
    /// What both copies do. The response tells what the handler saw of the request.
    async fn copy<T>(
        &self,
        ctx: &Context<WorkMetadata>,
        request: &Request<T>,
        outcome: &str,
    ) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 50).await?;
        match outcome {
            "rich" => Err(rich_error()),
            "plain" => Err(Status::failed_precondition("the disk is in use")),
            "ok" => Err(Status::new(Code::Ok, "fine")),
            _ => Ok(WorkResponse { text: seen(request) }),
        }
    }
}

fn seen<T>(request: &Request<T>) -> String {
    let language = request.metadata().get("x-language").map(|value| value.to_str().expect("ASCII"));
    let principal = request.extensions().get::<Principal>().map(|Principal(name)| name.as_str());
    let host = request.remote_addr().map(|address| address.ip().to_string());
    format!("{} {} {}", language.unwrap_or("?"), principal.unwrap_or("?"), host.unwrap_or("?".to_owned()))
}

fn check(disk: &str) -> Result<(), Status> {
    if disk.is_empty() { Err(rich_error()) } else { Ok(()) }
}

#[tonic::async_trait]
impl extern_path::disks_server::Disks for Disks {
    /// Copies a disk.
    #[long_running(
        response = WorkResponse,
        service = "lro.tests.disks.v1.Disks",
        parent = request.get_ref().disk,
        validate = check(&request.get_ref().disk)
    )]
    async fn copy_disk(
        &self,
        ctx: Context<WorkMetadata>,
        request: Request<extern_path::CopyDiskRequest>,
    ) -> Result<Response<WorkResponse>, Status> {
        let response = self.copy(&ctx, &request, &request.get_ref().outcome).await?;
        let mut response = Response::new(response);
        response.metadata_mut().insert("x-too-late", "1".parse().expect("ASCII"));
        Ok(response)
    }

    /// Deletes a disk.
    #[long_running(service = "lro.tests.disks.v1.Disks", parent = request.get_ref().disk)]
    async fn delete_disk(
        &self,
        request: Request<extern_path::DeleteDiskRequest>,
    ) -> tonic::Result<Response<()>> {
        drop(request);
        Ok(Response::new(()))
    }
}

/// An alias, in which the attribute cannot see the `Response`.
type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl own::lro::tests::disks::v1::disks_server::Disks for Disks {
    #[long_running(
        response = WorkResponse,
        service = "lro.tests.disks.v1.Disks",
        operation = own::google::longrunning::Operation,
        parent = request.get_ref().disk,
        validate = check(&request.get_ref().disk)
    )]
    async fn copy_disk(
        &self,
        request: Request<own::lro::tests::disks::v1::CopyDiskRequest>,
        ctx: Context<WorkMetadata>,
    ) -> Answer<WorkResponse> {
        let response = self.copy(&ctx, &request, &request.get_ref().outcome).await?;
        Ok(Response::new(response))
    }

    #[long_running(
        service = "lro.tests.disks.v1.Disks",
        operation = own::google::longrunning::Operation,
        parent = request.get_ref().disk
    )]
    async fn delete_disk(
        &self,
        request: Request<own::lro::tests::disks::v1::DeleteDiskRequest>,
    ) -> Result<(), Status> {
        drop(request);
        Ok(())
    }
}
