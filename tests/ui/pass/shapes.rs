//! The shapes that a handler may have.

use lro_runtime::{Context, Operation, Operations, Status, long_running};

#[derive(Clone)]
struct Disks {
    operations: Operations,
}

impl Disks {
    #[long_running(service = "acme.v1.Disks", parent = parent)]
    async fn inherent(&self, ctx: Context<()>, parent: String) -> Result<(), Status> {
        let _ = (format!("{self:p}"), ctx);
        Ok(())
    }
}

#[async_trait::async_trait]
trait Boxed {
    async fn boxed(&self, name: String) -> Result<Operation<(), ()>, Status>;
}

#[async_trait::async_trait]
impl Boxed for Disks {
    #[long_running(service = "acme.v1.Disks", parent = name)]
    async fn boxed(&self, ctx: Context<()>, name: String) -> Result<(), Status> {
        ctx.update(|()| {}).await
    }
}

trait Native {
    fn native(&self) -> impl Future<Output = Result<Operation<(), ()>, Status>> + Send;
}

impl Native for Disks {
    #[long_running(service = "acme.v1.Disks")]
    async fn native(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[long_running(service = "acme.v1.Disks", operations = app.operations)]
async fn free(axum::extract::State(app): axum::extract::State<Disks>) -> Result<(), Status> {
    Ok(())
}

fn main() {
    fn is_handler<T, H: axum::handler::Handler<T, Disks>>(_: H) {}
    is_handler(free);
    let _ = (Disks::inherent, <Disks as Boxed>::boxed, <Disks as Native>::native);
}
