use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// Each of another type than it has to be.
impl Service {
    #[long_running(request_id = number)]
    async fn request_id(&self, number: u64) -> Result<(), Status> {
        drop(number);
        Ok(())
    }

    #[long_running(exclusive = Some(number))]
    async fn exclusive(&self, number: u64) -> Result<(), Status> {
        drop(number);
        Ok(())
    }

    #[long_running(timeout = 10)]
    async fn timeout(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running(validate_only = "yes")]
    async fn validate_only(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
