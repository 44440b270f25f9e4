use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations)]
fn function(operations: Operations) -> Result<(), Status> {
    Ok(())
}

async fn caller(operations: Operations) {
    let _ = function(operations).await;
}

fn main() {}
