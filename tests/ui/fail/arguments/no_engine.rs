use lro_runtime::{Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks")]
async fn function(name: String) -> Result<(), Status> {
    Ok(())
}

#[derive(Clone)]
struct Service {
    engine: Operations,
}

impl Service {
    #[long_running]
    async fn method(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
