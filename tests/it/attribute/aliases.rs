//! The aliases beside a block: each is the type that its method answers with, wherever that type makes sense.

use lro_runtime::{Context, Operation, Operations, Payload, Status, long_running};

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse, done};

type Answer<T> = Result<T, Status>;

mod disks {
    use super::*;

    #[derive(Clone, Debug)]
    pub(super) struct Service {
        pub(super) operations: Operations,
    }

    #[long_running(service = "lro.tests.aliases.v1.Disks")]
    impl Service {
        /// Works, as [`Self::named`] does.
        #[long_running]
        pub(super) async fn work(&self, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
            drop(ctx);
            done("work")
        }

        #[long_running(name = "Wipe", metadata = WorkMetadata)]
        pub(super) async fn named(&self) -> Answer<()> {
            Ok(())
        }

        #[cfg(any())]
        #[long_running]
        async fn absent(&self) -> Result<Absent, Status> {
            done("absent")
        }

        // Without an alias, each for another reason.
        #[long_running]
        pub(super) async fn of_its_own<R: Payload>(&self, response: R) -> Result<R, Status> {
            Ok(response)
        }
    }
}

use disks::{Service, WipeOperation, WorkOperation};

/// Its own name for what no alias is made of.
type CopyOperation = Operation<WorkResponse, ()>;

#[derive(Clone, Debug)]
struct Copies<R> {
    operations: Operations,
    response: R,
}

#[long_running]
impl<R: Payload + Clone> Copies<R> {
    #[long_running(catalog = false)]
    async fn copy(&self) -> Result<R, Status> {
        Ok(self.response.clone())
    }
}

/// Has a method of another block's name, in the same module.
#[derive(Clone, Debug)]
struct Archive {
    operations: Operations,
}

#[long_running(aliases = false, service = "lro.tests.aliases.v1.Archive")]
impl Archive {
    #[long_running(name = "Work")]
    async fn work(&self) -> Result<WorkResponse, Status> {
        done("archive")
    }
}

#[tokio::test]
async fn an_alias_is_what_the_method_answers_with() {
    let (operations, _store) = engine().await;
    let service = Service { operations: operations.clone() };
    let work: WorkOperation = service.work().await.unwrap();
    assert_eq!(work.poll().await.unwrap().metadata, WorkMetadata { percent: 0 });
    assert_eq!(work.await.unwrap().text, "work");
    let wipe: WipeOperation = service.named().await.unwrap();
    assert_eq!(wipe.poll().await.unwrap().metadata, WorkMetadata { percent: 0 });
    service.of_its_own(WorkMetadata { percent: 1 }).await.unwrap().await.unwrap();

    let copies = Copies { operations: operations.clone(), response: done("copy").unwrap() };
    let copy: CopyOperation = copies.copy().await.unwrap();
    assert_eq!(copy.await.unwrap().text, "copy");
    assert_eq!(Archive { operations }.work().await.unwrap().await.unwrap().text, "archive");
}

/// In a function a block's types are the function's own.
#[tokio::test]
async fn a_block_in_a_function_has_its_aliases_there() {
    #[derive(Clone, Debug, PartialEq, Payload)]
    #[payload(package = "lro.tests.aliases.v1")]
    struct CopyDiskResponse {
        #[payload(tag = 1)]
        name: String,
    }

    #[derive(Clone)]
    struct Local {
        operations: Operations,
    }

    #[long_running]
    impl Local {
        #[long_running]
        async fn copy_disk(&self) -> Result<CopyDiskResponse, Status> {
            Ok(CopyDiskResponse { name: "local".into() })
        }
    }

    let (operations, _store) = engine().await;
    let operation: CopyDiskOperation = Local { operations }.copy_disk().await.unwrap();
    assert_eq!(operation.await.unwrap().name, "local");
}
