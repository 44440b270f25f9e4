//! A detached handler moves between threads.

use std::rc::Rc;

use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", operations = operations)]
async fn take_snapshot(operations: Operations) -> Result<(), Status> {
    let shared = Rc::new(1);
    std::future::ready(()).await;
    drop(shared);
    Ok(())
}

fn main() {}
