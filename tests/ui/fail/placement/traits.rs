use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Status, long_running};

#[long_running(service = "acme.v1.Disks", parent = name, name = "Copy")]
trait Arguments {
    #[long_running(timeout = "1h", validate = check(&name), on_interrupt = restart, aliases = false)]
    async fn copy_disk(&self, name: String) -> Result<(), Status>;
}

#[long_running]
trait Signatures {
    #[long_running]
    fn not_async(&self, name: String) -> Result<(), Status>;

    #[long_running]
    async fn borrowed(&self, name: &str, ctx: &Context<()>) -> Result<(), Status>;

    #[long_running]
    async fn hidden(&self) -> Result<impl Payload, Status>;

    #[long_running]
    async fn move_disk(&self) -> Result<String, Status>;
}

#[long_running]
trait Defaults {
    #[long_running]
    async fn default(&self) -> Result<(), Status> {
        Ok(())
    }
}

#[async_trait]
trait DynamicDefaults {
    #[long_running(operations = operations)]
    async fn default(&self, operations: Operations) -> Result<(), Status> {
        Ok(())
    }
}

trait Unmarked {
    #[long_running]
    async fn copy_disk(&self, ctx: Context<()>, name: String) -> Result<(), Status>;
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

// The declaration still has the signature that an implementation has.
impl Unmarked for Service {
    #[long_running]
    async fn copy_disk(&self, ctx: Context<()>, name: String) -> Result<(), Status> {
        drop(ctx);
        Ok(())
    }
}

#[long_running]
trait Copies {
    #[long_running]
    async fn copy_disk(&self, name: String) -> Result<(), Status>;
}

// Another response, and what the handler returns instead of what callers get.
struct Mock;

impl Copies for Mock {
    async fn copy_disk(&self, name: String) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {
    let _: fn(Operation<(), ()>);
}
