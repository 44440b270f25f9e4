use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Disks {
    operations: Operations,
}

#[derive(Clone)]
struct Archive {
    operations: Operations,
}

#[long_running]
impl Disks {
    #[long_running]
    async fn copy_disk(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running(aliases = false)]
    async fn wipe_disk(&self) -> Result<(), Status> {
        Ok(())
    }
}

// `aliases = false` is missing.
#[long_running]
impl Archive {
    #[long_running]
    async fn copy_disk(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[long_running(aliases = maybe)]
impl Archive {
    #[long_running]
    async fn restore_disk(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
