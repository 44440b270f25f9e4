use lro_runtime::{Operations, Status, long_running};

#[long_running(operations = operations)]
async fn generic<T: Send>(operations: Operations, value: T) -> Result<(), Status> {
    drop(value);
    Ok(())
}

#[derive(Clone)]
struct Service<'a> {
    operations: Operations,
    name: &'a str,
}

impl Service<'_> {
    #[long_running]
    async fn method(&self) -> Result<(), Status> {
        drop(self.name);
        Ok(())
    }
}

fn main() {}
