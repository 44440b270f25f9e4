use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// All at once, each where it is.
impl Service {
    #[long_running(
        service = Disks,
        name = "acme.Copy",
        metadata = ,
        parent,
        operations(self.operations),
        validate = self.check() self,
        catalog = "no",
        crate = "lro_runtime"
    )]
    async fn arguments(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running("acme.v1.Disks", service = "acme..Disks", name = "")]
    async fn names(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
