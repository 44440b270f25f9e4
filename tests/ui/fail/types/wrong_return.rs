//! A wrong type is reported at the user's own expression.

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", operations = operations)]
async fn take_snapshot(operations: Operations) -> Result<(), Status> {
    Ok("a snapshot")
}

fn main() {}
