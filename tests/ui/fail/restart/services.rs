use std::sync::Arc;

use axum::extract::State;
use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// What it is called on cannot be made from a registered service.
impl Service {
    #[long_running(on_interrupt = restart)]
    async fn shared(self: Arc<Self>, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running(on_interrupt = restart)]
    async fn owned(self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

#[long_running(operations = operations, on_interrupt = restart)]
async fn no_state(operations: Operations) -> Result<(), Status> {
    drop(operations);
    Ok(())
}

#[long_running(operations = service.operations, on_interrupt = restart)]
async fn two_states(
    State(service): State<Service>,
    State(text): State<String>,
    disk: String,
) -> Result<(), Status> {
    drop((service, text, disk));
    Ok(())
}

fn main() {}
