use lro_runtime::{Operations, long_running};

#[long_running]
struct Service {
    operations: Operations,
}

#[long_running]
impl Service {}

#[long_running]
trait Copies {}

fn main() {}
