use lro_runtime::{Operations, Status, long_running};
use prost_types::{Duration, Timestamp};

#[long_running(operations = operations, response = Timestamp)]
async fn another_type(operations: Operations) -> Result<Duration, Status> {
    Ok(Duration::default())
}

#[long_running(operations = operations, response = "Timestamp")]
async fn no_type(operations: Operations) -> Result<Timestamp, Status> {
    Ok(Timestamp::default())
}

#[long_running(operations = operations, response = Tiemstamp)]
async fn unknown_type(operations: Operations) -> Result<Timestamp, Status> {
    Ok(Timestamp::default())
}

fn main() {}
