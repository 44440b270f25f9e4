//! An argument is given once.

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", operations = operations, service = "acme.v2.Disks")]
async fn take_snapshot(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
