use std::borrow::Cow;

use async_trait::async_trait;
use lro_runtime::{Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running]
    async fn reference(&self, name: &str, names: Vec<&'static str>, callback: fn(&str)) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn lifetime<'a>(&'a self, number: u32) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn inside(&self, name: Cow<'_, str>, ref number: u32) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn exclusive(&mut self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn pinned(self: std::pin::Pin<&Self>) -> Result<(), Status> {
        Ok(())
    }
}

#[async_trait]
trait Dynamic {
    async fn reference(&self, name: &str) -> Result<Operation<(), ()>, Status>;
}

#[async_trait]
impl Dynamic for Service {
    #[long_running]
    async fn reference(&self, name: &str) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
