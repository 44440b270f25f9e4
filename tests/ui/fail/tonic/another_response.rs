use lro_runtime::{Operations, Status, long_running};

struct Response<T>(T);

// A `Response` with an argument is taken for tonic's.
#[long_running(operations = operations)]
async fn function(operations: Operations) -> Result<Response<()>, Status> {
    Ok(Response(()))
}

fn main() {}
