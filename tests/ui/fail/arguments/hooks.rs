use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    fn check(&self) -> bool {
        true
    }

    #[long_running(validate = self.check())]
    async fn not_a_result(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running(validate = Err("no"))]
    async fn not_a_status(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running(parent = number)]
    async fn not_a_name(&self, number: u32) -> Result<(), Status> {
        Ok(())
    }

    #[long_running(operations = self.check())]
    async fn not_an_engine(&self) -> Result<(), Status> {
        Ok(())
    }
}

fn main() {}
