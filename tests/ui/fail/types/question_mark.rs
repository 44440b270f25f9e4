use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations)]
async fn function(operations: Operations, number: String) -> Result<(), Status> {
    let number: u32 = number.parse()?;
    drop(number);
    Ok(())
}

fn main() {}
