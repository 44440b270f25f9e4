use axum::extract::{Path, State};
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

struct NotAPayload;

impl Service {
    // There is nothing to store.
    #[long_running(on_interrupt = restart)]
    async fn nothing(&self, ctx: Context<()>) -> Result<(), Status> {
        drop(ctx);
        Ok(())
    }

    // It cannot be stored.
    #[long_running(on_interrupt = restart)]
    async fn not_a_payload(&self, request: NotAPayload) -> Result<(), Status> {
        drop(request);
        Ok(())
    }
}

// There is more than can be stored.
#[long_running(operations = service.operations, on_interrupt = restart)]
async fn several(
    State(service): State<Service>,
    Path(disk): Path<String>,
    ProtoJson(request): ProtoJson<String>,
) -> Result<(), Status> {
    drop((service, disk, request));
    Ok(())
}

#[long_running(operations = service.operations, on_interrupt = restart)]
async fn an_extractor(State(service): State<Service>, Path(disk): Path<String>) -> Result<(), Status> {
    drop((service, disk));
    Ok(())
}

fn main() {}
