use axum::extract::{Path, State};
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

struct NotAPayload {
    request_id: String,
}

// There is no request to compare.
impl Service {
    #[long_running(request_id = "fixed")]
    async fn nothing(&self, ctx: Context<()>) -> Result<(), Status> {
        drop(ctx);
        Ok(())
    }
}

// There is more than one that could be it, or part of it.
#[long_running(operations = operations, request_id = request)]
async fn several(
    State(operations): State<Operations>,
    Path(disk): Path<String>,
    ProtoJson(request): ProtoJson<String>,
    number: u64,
) -> Result<(), Status> {
    drop((operations, disk, request, number));
    Ok(())
}

// It cannot be kept.
#[long_running(operations = operations, request_id = request.request_id)]
async fn not_a_payload(State(operations): State<Operations>, request: NotAPayload) -> Result<(), Status> {
    drop((operations, request));
    Ok(())
}

#[long_running(operations = operations, request_id = request.get_ref().request_id)]
async fn wrapped(
    State(operations): State<Operations>,
    request: tonic::Request<NotAPayload>,
) -> Result<(), Status> {
    drop((operations, request));
    Ok(())
}

fn main() {}
