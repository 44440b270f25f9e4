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
}

fn main() {}
