use lro_runtime::{Operations, long_running};

#[long_running(operations = operations)]
async fn function(operations: Operations) -> Result<(), std::fmt::Error> {
    Ok(())
}

fn main() {}
