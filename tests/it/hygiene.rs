//! The expansion finds its names whatever the user's scope looks like, and it really runs there.

use lro_runtime::Operations;

/// Nothing is imported implicitly, and the names that the expansion must not trip over mean something else.
#[no_implicit_prelude]
mod bare {
    /// Not the standard one.
    #[expect(dead_code, reason = "it only has to be in the way")]
    pub(super) struct Result;
    #[expect(dead_code, reason = "it only has to be in the way")]
    pub(super) struct Option;
    #[expect(dead_code, reason = "it only has to be in the way")]
    pub(super) struct String;
    #[expect(dead_code, reason = "it only has to be in the way")]
    pub(super) struct Box;
    #[expect(dead_code, reason = "it only has to be in the way")]
    pub(super) trait Send {}

    use ::std::result::Result as Answer;

    #[derive(::std::clone::Clone)]
    pub(super) struct Disks {
        pub(super) operations: ::lro_runtime::Operations,
    }

    impl Disks {
        #[::lro_runtime::long_running(service = "lro.tests.hygiene.v1.Disks", parent = "disks/d", validate = self.check())]
        pub(super) async fn copy(
            &self,
            ctx: ::lro_runtime::Context<()>,
        ) -> Answer<(), ::lro_runtime::Status> {
            ctx.update(|_| {}).await
        }

        fn check(&self) -> Answer<(), ::lro_runtime::Status> {
            Answer::Ok(())
        }
    }
}

/// A crate that re-exports the runtime under another name.
mod reexport {
    pub(super) use lro_runtime as acme;
}

mod renamed {
    use super::reexport::acme::{Context as Cx, Operations, Status, long_running};

    type Result<T> = std::result::Result<T, Status>;

    /// Another context altogether.
    #[derive(Clone, Copy)]
    pub(super) struct Context;

    #[long_running(crate = super::reexport::acme, service = "lro.tests.hygiene.v1.Disks", operations = operations)]
    pub(super) async fn copy(operations: Operations, #[context] ctx: Cx<()>, _other: Context) -> Result<()> {
        ctx.update(|()| {}).await
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_prelude_and_among_shadowed_names() {
    let operations = Operations::open("memory:").await.unwrap();
    let operation = bare::Disks { operations }.copy().await.unwrap();
    assert_eq!(operation.name().parent(), "disks/d");
    operation.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn under_another_crate_name_with_an_alias_of_result() {
    let operations = Operations::open("memory:").await.unwrap();
    renamed::copy(operations, renamed::Context).await.unwrap().await.unwrap();
}
