use lro_runtime::grpc::Operation;
use lro_runtime::{Operations, long_running};
use tonic::{Response, Status};

#[tonic::async_trait]
trait Disks {
    async fn copy_disk(&self) -> Result<Response<Operation>, Status>;
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

#[tonic::async_trait]
impl Disks for Service {
    #[long_running]
    async fn copy_disk(&self) -> Result<Response<String>, Status> {
        Ok(Response::new(String::new()))
    }
}

fn main() {}
