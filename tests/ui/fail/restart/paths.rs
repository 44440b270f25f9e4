use async_trait::async_trait;
use axum::extract::{Path, State};
use lro_runtime::{Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Service<T> {
    operations: Operations,
    value: T,
}

#[async_trait]
trait Disks {
    async fn copy(&self, disk: String) -> Result<Operation<(), ()>, Status>;
}

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Disks for Service<T> {
    #[long_running(service = "acme.v1.Disks", catalog = false, on_interrupt = restart)]
    async fn copy(&self, disk: String) -> Result<(), Status> {
        drop((disk, self.value.clone()));
        Ok(())
    }
}

async fn wipe(State(service): State<Service<u8>>, Path(disk): Path<String>) {
    drop((service, disk));
}

fn main() {
    let register = |operations: Operations| {
        operations.restart("acme.v1.Disks/Copy", Service::<u8>::copy);
        operations.restart("acme.v1.Disks/Wipe", wipe);
    };
    let _: fn(Operations) = register;
}
