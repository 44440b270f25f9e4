use lro_runtime::{Context, Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running(servise = "acme.v1.Disks", parent)]
    unsafe fn method<'a>(&mut self, ctx: &Context<()>, name: &'a str, other: Context<()>) -> Result<(), Status> {
        self.copy(name).await
    }
}

// Callers see the final signature, so they have nothing to add.
async fn caller(service: &mut Service) -> Result<Operation<(), ()>, Status> {
    unsafe { service.method("disks/1") }.await
}

fn main() {}
