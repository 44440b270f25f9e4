use lro_runtime::{Operations, Status, long_running};

#[long_running(
    service = "acme.v1.Disks",
    operations = operations,
    service = "acme.v1.Disks",
    crate = lro_runtime,
    crate = lro_runtime
)]
async fn function(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
