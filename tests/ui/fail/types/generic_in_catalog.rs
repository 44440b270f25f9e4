use std::marker::PhantomData;

use lro_runtime::{Operations, Payload, Status, long_running};

#[derive(Clone)]
struct Service<R> {
    operations: Operations,
    response: PhantomData<fn() -> R>,
}

impl<R: Payload + Clone> Service<R> {
    // `catalog = false` is missing.
    #[long_running]
    async fn method(&self) -> Result<R, Status> {
        Ok(R::initial())
    }
}

fn main() {}
