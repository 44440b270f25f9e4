use lro_runtime::{Operations, long_running};

#[long_running(operations = operations)]
async fn function(operations: Operations) -> String {
    String::new()
}

fn main() {}
