use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations)]
async fn nothing(operations: Operations) {}

#[long_running(operations = operations)]
async fn unit(operations: Operations) -> () {}

#[long_running(operations = operations)]
async fn hidden(operations: Operations) -> Result<impl Clone, Status> {
    Ok(())
}

#[long_running(operations = operations)]
async fn tuple(operations: Operations) -> (String, Status) {
    unreachable!()
}

fn main() {}
