//! A function without `self` says where its engine is.

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks")]
async fn take_snapshot(operations: Operations) -> Result<(), Status> {
    drop(operations);
    Ok(())
}

fn main() {}
