//! What can run again without a block is given to the engine by its path.
#![deny(warnings)]

use axum::extract::State;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Service<T> {
    operations: Operations,
    value: T,
}

impl<T: Clone + Send + Sync + 'static> Service<T> {
    #[long_running(service = "acme.v1.Disks", catalog = false, on_interrupt = restart)]
    async fn copy(&self, disk: String) -> Result<(), Status> {
        drop((disk, self.value.clone()));
        Ok(())
    }
}

#[long_running(service = "acme.v1.Disks", operations = app.operations, on_interrupt = restart)]
async fn wipe(State(app): State<Service<u8>>, ProtoJson(disk): ProtoJson<String>) -> Result<(), Status> {
    drop((app, disk));
    Ok(())
}

// A block links methods, and leaves functions of a state to the engine.
#[long_running(service = "acme.v1.Disks", on_interrupt = restart)]
impl Service<u8> {
    #[long_running(operations = app.operations)]
    async fn shred(State(app): State<Self>, request: tonic::Request<String>) -> Result<(), Status> {
        drop((app, request));
        Ok(())
    }
}

#[async_trait::async_trait]
trait Disks {
    async fn mend(&self, disk: String) -> Result<Operation<(), ()>, Status>;
}

#[async_trait::async_trait]
impl<T: Clone + Send + Sync + 'static> Disks for Service<T> {
    #[long_running(service = "acme.v1.Disks", catalog = false, on_interrupt = restart)]
    async fn mend(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let operations = Operations::open("memory:").await.expect("it opens");
    operations.service(Service { operations: operations.clone(), value: 1_u8 });
    operations.restart("acme.v1.Disks/Copy", Service::<u8>::copy);
    // The lifetimes of async-trait's own function are not for every borrow, so that it needs one around it.
    operations
        .restart("acme.v1.Disks/Mend", async |disks: &Service<u8>, disk: String| disks.mend(disk).await);
    operations.restart("acme.v1.Disks/Wipe", wipe);
    let missing = operations.run().await.expect_err("one is missing").to_string();
    assert!(missing.contains("acme.v1.Disks/Shred") && missing.lines().count() == 2, "{missing}");
    operations.restart("acme.v1.Disks/Shred", Service::<u8>::shred);
    operations.run().await.expect("all are registered");
}
