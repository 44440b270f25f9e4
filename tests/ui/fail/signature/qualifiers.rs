use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations)]
async unsafe fn is_unsafe(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations)]
const fn is_const(operations: Operations) -> Result<(), Status> {
    Ok(())
}

#[long_running(operations = operations)]
async extern "C" fn is_extern(operations: Operations) -> Result<(), Status> {
    Ok(())
}

fn main() {}
