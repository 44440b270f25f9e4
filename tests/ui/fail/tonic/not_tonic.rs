use lro_runtime::grpc::Operation;
use lro_runtime::{Operations, Status, long_running};

// What a tonic method answers needs a handler that is written as one.
#[long_running(operation = Operation, operations = operations)]
async fn function(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
