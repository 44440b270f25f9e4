use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// What only one method can have.
#[long_running(
    name = "Copy",
    metadata = (),
    validate = Ok::<(), Status>(()),
    validate_only = true,
    request_id = "id",
    exclusive = "key"
)]
impl Service {
    #[long_running]
    async fn copy(&self) -> Result<(), Status> {
        Ok(())
    }
}

// What the attribute does not know is said once, and not for each method.
#[long_running(service = "acme.", colour = red, parent)]
impl Service {
    #[long_running]
    async fn delete(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn wipe(&self) -> Result<(), Status> {
        Ok(())
    }
}

// There is nothing that it bounds.
#[long_running(max_attempts = 3)]
impl Service {
    #[long_running]
    async fn paint(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

fn main() {}
