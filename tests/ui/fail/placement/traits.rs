use async_trait::async_trait;
use lro_runtime::{Operation, Operations, Status, long_running};

trait Native {
    #[long_running(parent = name)]
    async fn declared(&self, name: String) -> Result<(), Status>;
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// The declaration still has the signature that an implementation has.
impl Native for Service {
    #[long_running(parent = name)]
    async fn declared(&self, name: String) -> Result<(), Status> {
        Ok(())
    }
}

#[async_trait]
trait Dynamic {
    #[long_running(operations = operations)]
    async fn default(&self, operations: Operations) -> Result<(), Status> {
        Ok(())
    }
}

trait NativeDefault {
    #[long_running(operations = operations)]
    async fn default(&self, operations: Operations) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {
    let _: fn(Operation<(), ()>);
}
