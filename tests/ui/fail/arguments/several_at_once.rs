//! Every mistake in the arguments is reported at once, each at its own token.

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme..Disks", retries = 3, parent, catalog = 1, name = "take snapshot")]
async fn take_snapshot(operations: Operations) -> Result<(), Status> {
    drop(operations);
    Ok(())
}

fn main() {}
