//! A trait declares what the method returns; the attribute stands where the body is.

use lro_runtime::{Operations, Status, long_running};

trait Disks {
    fn operations(&self) -> &Operations;

    #[long_running(service = "acme.v1.Disks", operations = self.operations())]
    async fn take_snapshot(&self) -> Result<(), Status>;
}

fn main() {}
