use axum::extract::State;
use lro_runtime::{Operations, Payload, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running(on_interrupt = restart)]
    async fn of_a_type<T: Payload>(&self, value: T) -> Result<(), Status> {
        drop(value);
        Ok(())
    }

    #[long_running(on_interrupt = restart)]
    async fn of_a_number<const N: u64>(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

#[long_running(operations = service.operations, on_interrupt = restart)]
async fn hidden(State(service): State<Service>, value: impl Payload) -> Result<(), Status> {
    drop((service, value));
    Ok(())
}

fn main() {}
