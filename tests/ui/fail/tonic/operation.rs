use lro_runtime::grpc::Operation;
use lro_runtime::{Operations, long_running};
use tonic::{Response, Status};

#[tonic::async_trait]
trait Disks {
    async fn no_message(&self) -> Result<Response<Operation>, Status>;

    async fn another_message(&self) -> Result<Response<Operation>, Status>;

    async fn no_type(&self) -> Result<Response<Operation>, Status>;
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

#[tonic::async_trait]
impl Disks for Service {
    #[long_running(operation = lro_runtime::Operation<(), ()>)]
    async fn no_message(&self) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }

    #[long_running(operation = prost_types::Timestamp)]
    async fn another_message(&self) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }

    #[long_running(operation = "google.longrunning.Operation")]
    async fn no_type(&self) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }
}

// Where no trait says what the type must be.
impl Service {
    #[long_running(operation = prost_types::Timestamp)]
    async fn another_message(&self) -> Result<Response<()>, Status> {
        Ok(Response::new(()))
    }
}

fn main() {}
