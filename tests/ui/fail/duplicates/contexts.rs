use lro_runtime::{Context, Operations, Status, long_running};

#[long_running(operations = operations)]
async fn function(
    operations: Operations,
    ctx: Context<()>,
    #[context] other: lro_runtime::Context<()>,
) -> Result<(), Status> {
    Ok(())
}

fn main() {}
