use lro_runtime::{Context, Operations, Status, long_running};

type Progress = Context<()>;

#[long_running(operations = operations)]
async fn alias(operations: Operations, #[context] ctx: Progress) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations)]
async fn borrowed(operations: Operations, ctx: &Context<()>) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations)]
async fn conditional(operations: Operations, #[cfg(all())] ctx: Context<()>) -> Result<(), Status> {
    Ok(())
}

fn main() {}
