use std::marker::PhantomData;

use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service<T, const N: usize> {
    operations: Operations,
    types: PhantomData<fn() -> T>,
}

#[long_running(service = "acme.v1.Disks")]
impl<T: Clone + 'static, const N: usize> Service<T, N> {
    #[long_running(catalog = false, on_interrupt = restart)]
    async fn copy(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    // This one is no mistake.
    #[long_running]
    async fn wipe(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
