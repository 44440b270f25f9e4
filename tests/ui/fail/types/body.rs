use async_trait::async_trait;
use lro_runtime::{Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running]
    async fn value(&self) -> Result<(), Status> {
        Ok("text")
    }

    #[long_running]
    async fn early(&self) -> Result<(), Status> {
        if true {
            return Err(1);
        }
        Ok(())
    }

    #[long_running]
    async fn nothing(&self) -> Result<(), Status> {
        drop(self.operations.clone());
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
        Ok("text")
    }
}

fn main() {}
