//! The attribute stands on async functions.

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", operations = operations)]
fn take_snapshot(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running]
struct Disks;

fn main() {}
