use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Status, long_running};

struct Disk;
struct Progress;

#[derive(Clone)]
struct Service {
    operations: Operations,
}

#[async_trait]
trait Disks {
    async fn response(&self) -> Result<Operation<Disk, ()>, Status>;
    async fn metadata(&self) -> Result<Operation<(), Progress>, Status>;
    async fn text(&self) -> Result<Operation<(), ()>, Status>;
    async fn error(&self) -> Result<Operation<(), ()>, Status>;
}

#[async_trait]
impl Disks for Service {
    #[long_running]
    async fn response(&self) -> Result<Disk, Status> {
        Ok(Disk)
    }
    #[long_running]
    async fn metadata(&self, ctx: Context<Progress>) -> Result<(), Status> {
        ctx.update(|_| ()).await?;
        Ok(())
    }
    #[long_running]
    async fn text(&self) -> String {
        String::new()
    }
    #[long_running]
    async fn error(&self) -> Result<(), std::fmt::Error> {
        Ok(())
    }
}
fn main() {}
