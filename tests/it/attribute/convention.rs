//! Responses that keep the convention, and those that are not judged. That they compile is the test; `ui/fail/convention` has what does not.

use lro_runtime::{Json, Operations, Payload, Status, long_running};

use crate::support::engine;

/// Under the name of its message, which is not that of the type.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.convention.v1", name = "Disk")]
struct Volume {
    #[payload(tag = 1)]
    name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.convention.v1", name = "CopyDiskResponse")]
struct Copied {
    #[payload(tag = 1)]
    name: String,
}

type Answer<T = Volume> = Result<T, Status>;

macro_rules! methods {
    ($(($($arguments:tt)*) $name:ident -> $declared:ty = $value:expr;)*) => {$(
        #[long_running(operations = operations, $($arguments)*)]
        async fn $name(operations: Operations) -> $declared {
            drop(operations);
            Ok($value)
        }
    )*

    async fn every_method(operations: &Operations) {
        $(assert_eq!($name(operations.clone()).await.unwrap().await.unwrap(), $value);)*
    }};
}

fn volume() -> Volume {
    Volume { name: "v".into() }
}

methods! {
    () create_disk -> Result<Volume, Status> = volume();
    () update_disk -> Answer = volume();
    () get_disk -> std::result::Result<self::Volume, lro_runtime::Status> = volume();
    () copy_disk -> Result<Copied, Status> = Copied { name: "v".into() };
    () delete_disk -> Answer<()> = ();
    () wipe_disk -> Result<(), Status> = ();
    () batch_delete_disks -> Result<(), Status> = ();
    // The name of the rpc decides, and not that of the function.
    (name = "CreateDisk") make -> Answer = volume();
    // P-085: a soft delete, its opposite, and a noun of the method that is not its message's.
    (response = Volume, name = "DeleteDisk") soft_delete_disk -> Answer = volume();
    (response = Volume) undelete_disk -> Answer = volume();
    (response = Volume) create_service_disk -> Result<Volume, Status> = volume();
    (response = ()) create_nothing -> Result<(), Status> = ();
    // Nobody knows a name for it.
    () move_disk -> Result<Json<Vec<u8>>, Status> = Json(Vec::new());
    (catalog = false) grow_disk -> Answer = volume();
}

#[long_running(operations = operations)]
async fn shrink_disk<R: Payload>(operations: Operations, response: R) -> Result<R, Status> {
    drop(operations);
    Ok(response)
}

#[tokio::test]
async fn the_method_has_the_last_word_p083_p084_p085_p087() {
    let (operations, _store) = engine().await;
    every_method(&operations).await;
    assert_eq!(shrink_disk(operations, volume()).await.unwrap().await, Ok(volume()));
}
