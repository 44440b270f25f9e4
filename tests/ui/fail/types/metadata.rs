use lro_runtime::{Context, Operations, Status, long_running};

struct Progress;

#[long_running(operations = operations)]
async fn from_context(operations: Operations, ctx: Context<Progress>) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, metadata = Progress)]
async fn from_argument(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
