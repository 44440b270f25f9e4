use lro_runtime::{Operations, Status, long_running};

struct Disk;

#[long_running(operations = operations)]
async fn function(operations: Operations) -> Result<Disk, Status> {
    Ok(Disk)
}

fn main() {}
