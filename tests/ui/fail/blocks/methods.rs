use lro_runtime::{Context, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

#[long_running(service = "acme.v1.Disks")]
impl Service {
    async fn copy(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[long_running]
impl Service {}

// Each method's mistakes are its own, and all of them are said.
#[long_running(service = "acme.v1.Disks", on_interrupt = restart)]
impl Service {
    #[long_running(name = "Delete Disk")]
    fn delete(&self, disk: &str) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running]
    async fn wipe(&self, ctx: Context<()>) -> Result<(), Status> {
        drop(ctx);
        Ok(())
    }

    #[long_running]
    const DISKS: usize = 3;
}

fn main() {}
