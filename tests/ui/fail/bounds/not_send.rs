use std::rc::Rc;

use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

async fn pause() {}

impl Service {
    #[long_running]
    async fn body(&self) -> Result<(), Status> {
        let shared = Rc::new(1);
        pause().await;
        drop(shared);
        Ok(())
    }

    #[long_running]
    async fn parameter(&self, shared: Rc<u32>) -> Result<(), Status> {
        drop(shared);
        Ok(())
    }

    // It is there for its lifetime, so it goes along.
    #[long_running]
    async fn guard(&self, _guard: Rc<u32>) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn generic<T: 'static>(&self, value: T) -> Result<(), Status> {
        drop(value);
        Ok(())
    }

    // The body would be in itself.
    #[long_running]
    async fn itself(&self) -> Result<(), Status> {
        self.itself().await?;
        Ok(())
    }
}

#[derive(Clone)]
struct Shared {
    operations: Operations,
    disks: Rc<u32>,
}

impl Shared {
    #[long_running]
    async fn service(&self) -> Result<(), Status> {
        drop(self.disks.clone());
        Ok(())
    }
}

fn main() {}
