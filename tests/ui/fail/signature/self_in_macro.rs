use lro_runtime::{Operations, Status, long_running};

#[allow(unused_macros)]
macro_rules! apply {
    ($($tokens:tt)*) => { $($tokens)* };
}

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running]
    async fn method(&self) -> Result<(), Status> {
        apply! { fn name() {} }
        apply! {
            fn take(_: &Service) {}
            take(self)
        }
        Ok(())
    }
}

fn main() {}
