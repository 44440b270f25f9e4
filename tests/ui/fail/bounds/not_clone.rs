use async_trait::async_trait;
use lro_runtime::{Operation, Operations, Status, long_running};

struct Service {
    operations: Operations,
}

impl Service {
    #[long_running]
    async fn method(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[async_trait]
trait Dynamic {
    async fn dynamic(&self) -> Result<Operation<(), ()>, Status>;
}

#[async_trait]
impl Dynamic for Service {
    #[long_running]
    async fn dynamic(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
