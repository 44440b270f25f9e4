use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations, timeout = "ten minutes")]
async fn words(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, timeout = "10")]
async fn no_unit(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, timeout = "0s")]
async fn nothing(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations, timeout = "99999999999999999999d")]
async fn endless(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
