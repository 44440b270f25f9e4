use std::cell::Cell;

use lro_runtime::{Operations, Status, long_running};

struct NotAPayload;

struct NotClone {
    operations: Operations,
}

#[long_running(on_interrupt = restart, aliases = false)]
impl NotClone {
    #[long_running]
    async fn copy(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

#[derive(Clone)]
struct NotSync {
    operations: Operations,
    cell: Cell<u8>,
}

#[long_running(on_interrupt = restart, aliases = false)]
impl NotSync {
    #[long_running]
    async fn copy(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

#[long_running(on_interrupt = restart, aliases = false)]
impl Service {
    #[long_running]
    async fn copy(&self, request: NotAPayload) -> Result<(), Status> {
        drop(request);
        Ok(())
    }
}

fn main() {}
