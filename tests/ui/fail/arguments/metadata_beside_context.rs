use lro_runtime::{Context, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running(metadata = ())]
    async fn method(&self, ctx: Context<()>) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
