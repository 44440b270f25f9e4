use lro_runtime::{Operations, Status, long_running};

#[derive(Clone)]
struct Service {
    operations: Operations,
}

impl Service {
    #[long_running(max_attempts = 3)]
    async fn not_a_restart(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running(on_interrupt = fail, max_attempts = 3)]
    async fn a_failure(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running(on_interrupt = restart, max_attempts = 0)]
    async fn none(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running(on_interrupt = restart, max_attempts = "3")]
    async fn text(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    // One mistake: what the attempts are of cannot be said.
    #[long_running(on_interrupt = "restart", max_attempts = 3)]
    async fn quoted(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }

    #[long_running(on_interrupt = resume)]
    async fn unknown(&self, disk: String) -> Result<(), Status> {
        drop(disk);
        Ok(())
    }
}

fn main() {}
