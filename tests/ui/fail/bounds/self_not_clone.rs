//! The detached handler works on a clone of the service.

use lro_runtime::{Operations, Status, long_running};

struct Disks {
    operations: Operations,
}

impl Disks {
    #[long_running(service = "acme.v1.Disks")]
    async fn take_snapshot(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
