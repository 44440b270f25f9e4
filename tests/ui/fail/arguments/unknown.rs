use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running(queue = "slow", parent = name)]
    async fn method(&self, name: String) -> Result<(), Status> {
        Ok(())
    }
}

// The one mistake is one error: what might have been meant by it is not missed.
#[long_running(engine = operations)]
async fn function(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
