use lro_runtime::{Context, Operations, Status, long_running};

struct Disk;
struct Progress;

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// Three mistakes, and what uses the context and the operation is none.
#[long_running]
impl Service {
    /// Copies.
    #[long_running]
    async fn copy(&self, ctx: Context<Progress>) -> Result<Disk, std::fmt::Error> {
        drop(ctx.update(|_| ()).await);
        drop(ctx.update(|_| ()).await);
        Ok(Disk)
    }
}

async fn call(service: &Service) -> Result<Disk, Status> {
    let operation = service.copy().await?;
    drop(operation.poll().await?);
    operation.await
}

fn main() {}
