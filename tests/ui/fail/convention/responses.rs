use lro_runtime::{Operations, Payload, Status, long_running};

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1)]
    name: String,
}

#[derive(Clone)]
struct Disks {
    operations: Operations,
}

type Answer<T> = Result<T, Status>;

impl Disks {
    #[long_running]
    async fn delete_disk(&self, name: String) -> Result<Disk, Status> {
        Ok(Disk { name })
    }

    #[long_running]
    async fn create_disk(&self) -> Result<(), Status> {
        Ok(())
    }

    #[long_running]
    async fn copy_disk(&self, name: String) -> Answer<crate::Disk> {
        Ok(Disk { name })
    }

    #[long_running(name = "UndeleteDisk")]
    async fn bring_back(&self) -> Result<String, Status> {
        Ok(String::new())
    }
}

// Nothing is seen of the payload here.
type Moved = Result<Disk, Status>;

#[long_running(operations = operations)]
async fn move_disk(operations: Operations) -> Moved {
    Ok(Disk { name: String::new() })
}

fn main() {}
