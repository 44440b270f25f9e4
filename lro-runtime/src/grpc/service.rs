//! The five methods as a tonic service: messages to the service's requests and back. Nothing is decided here.

use std::time::Duration;

use tonic::metadata::MetadataMap;
use tonic::{Extensions, Request, Response};

use super::generated::operations_server;
use super::{
    CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
    ListOperationsResponse, Operation, WaitOperationRequest, deadline, trailers,
};
use crate::data::status::Status;
use crate::engine::{Operations, Verb};
use crate::rules::errors;
use crate::service::ListRequest;

/// `google.longrunning.Operations`, as [`service`](super::service) makes it.
#[derive(Debug, Clone)]
pub struct OperationsService {
    operations: Operations,
}

impl OperationsService {
    pub(super) fn new(operations: Operations) -> Self {
        Self { operations }
    }
}

/// A request in parts: what it says, and what came with it.
struct Call<T> {
    message: T,
    metadata: MetadataMap,
    extensions: Extensions,
}

impl<T> From<Request<T>> for Call<T> {
    fn from(request: Request<T>) -> Self {
        let (metadata, extensions, message) = request.into_parts();
        Self { message, metadata, extensions }
    }
}

/// Asks for the permit that the call needs, and goes on with it.
macro_rules! permit {
    ($service:expr, $verb:ident, $call:ident) => {{
        let name = std::mem::take(&mut $call.message.name);
        let headers = $call.metadata.as_ref();
        $service.operations.permit(Verb::$verb, name, headers, &$call.extensions).await.map_err(refused)?
    }};
}

#[tonic::async_trait]
impl operations_server::Operations for OperationsService {
    async fn list_operations(
        &self,
        request: Request<ListOperationsRequest>,
    ) -> Result<Response<ListOperationsResponse>, tonic::Status> {
        let mut call = Call::from(request);
        let permit = permit!(self, List, call);
        let ListOperationsRequest { name, filter, page_size, page_token, return_partial_success } =
            call.message;
        let request = ListRequest { name, filter, page_size, page_token, return_partial_success };
        let page = permit.list(request).await.map_err(refused)?;
        Ok(Response::new(ListOperationsResponse {
            operations: page.operations.iter().map(Operation::from).collect(),
            next_page_token: page.next_page_token,
            unreachable: Vec::new(),
        }))
    }

    async fn get_operation(
        &self,
        request: Request<GetOperationRequest>,
    ) -> Result<Response<Operation>, tonic::Status> {
        let mut call = Call::from(request);
        let snapshot = permit!(self, Get, call).get().await.map_err(refused)?;
        Ok(Response::new(Operation::from(&snapshot)))
    }

    async fn delete_operation(
        &self,
        request: Request<DeleteOperationRequest>,
    ) -> Result<Response<()>, tonic::Status> {
        let mut call = Call::from(request);
        permit!(self, Delete, call).delete().await.map(Response::new).map_err(refused)
    }

    async fn cancel_operation(
        &self,
        request: Request<CancelOperationRequest>,
    ) -> Result<Response<()>, tonic::Status> {
        let mut call = Call::from(request);
        permit!(self, Cancel, call).cancel().await.map(Response::new).map_err(refused)
    }

    async fn wait_operation(
        &self,
        request: Request<WaitOperationRequest>,
    ) -> Result<Response<Operation>, tonic::Status> {
        let mut call = Call::from(request);
        let permit = permit!(self, Wait, call);
        let asked = call.message.timeout.as_ref().map(timeout).transpose().map_err(refused)?;
        // The smaller one; the server's own cap comes on top (P-069).
        let limit = [asked, deadline::of(call.metadata.as_ref())].into_iter().flatten().min();
        let snapshot = permit.wait(limit).await.map_err(refused)?;
        Ok(Response::new(Operation::from(&snapshot)))
    }
}

/// A timeout as the service takes it (P-015, P-072).
fn timeout(timeout: &prost_types::Duration) -> Result<Duration, Status> {
    const LONGEST: u64 = 315_576_000_000;
    match (u64::try_from(timeout.seconds), u32::try_from(timeout.nanos)) {
        (Ok(seconds @ ..=LONGEST), Ok(nanos @ ..=999_999_999)) => Ok(Duration::new(seconds, nanos)),
        _ => Err(errors::invalid_timeout()),
    }
}

fn refused(status: Status) -> tonic::Status {
    trailers::fit(status).into()
}
