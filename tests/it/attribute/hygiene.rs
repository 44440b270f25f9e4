//! The expansion means the same wherever it lands: without a prelude, among names that shadow it, under another crate's name.

use lro_runtime::{Operation, Operations};

use crate::support::works::{WorkMetadata, WorkResponse};
use crate::support::{end, engine};

use self::shadowed_tonic::Works as _;

macro_rules! shadow {
    ($($name:ident)*) => {$(
        #[allow(dead_code, non_camel_case_types, reason = "its existence is the test")]
        struct $name;
    )*};
}

/// No prelude, and the names that the expansion would like to use mean something else.
#[no_implicit_prelude]
mod shadowed {
    use ::lro_runtime::{Context, Operations, Payload as Message, Status, long_running};

    use crate::support::works::{WorkMetadata, WorkResponse};

    pub(super) type Result<T> = ::core::result::Result<T, Status>;

    shadow!(Option Some None Box String Pin Future Send Method LinkedMethod Start Reply Payload core std inventory);
    shadow!(Any TypeId LinkedService LinkedRerun RequestType drop);

    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub(super) struct Service {
        pub(super) operations: Operations,
    }

    impl Service {
        /// Finds its way.
        #[long_running(response = WorkResponse, parent = parent, validate = ::core::result::Result::<(), Status>::Ok(()))]
        pub(super) async fn method(
            &self,
            ctx: Context<WorkMetadata>,
            parent: ::std::string::String,
        ) -> Result<WorkResponse> {
            ctx.update(|metadata| metadata.percent = 1).await?;
            let _engine = &self.operations;
            ::core::result::Result::Ok(WorkResponse { text: parent })
        }
    }

    #[long_running(on_interrupt = restart)]
    impl Service {
        #[::lro_runtime::long_running(response = WorkResponse, parent = parent)]
        pub(super) async fn method_of_a_block(
            &self,
            ctx: Context<WorkMetadata>,
            parent: ::std::string::String,
        ) -> Result<WorkResponse> {
            ctx.update(|metadata| metadata.percent = 1).await?;
            ::core::result::Result::Ok(WorkResponse { text: parent })
        }
    }

    #[long_running(operations = operations, metadata = WorkMetadata)]
    pub(super) async fn function<T: Message>(operations: Operations, response: T) -> Result<T> {
        ::core::mem::drop(operations);
        ::core::result::Result::Ok(response)
    }
}

/// The same in a tonic service, but for the `Box` that async-trait asks for.
#[no_implicit_prelude]
mod shadowed_tonic {
    use ::lro_runtime::{Operations, grpc, long_running};
    use ::std::boxed::Box;
    use ::tonic::async_trait;

    use crate::support::works::{WorkMetadata, WorkResponse};

    #[async_trait]
    pub(super) trait Works {
        async fn in_response(
            &self,
            request: ::tonic::Request<()>,
        ) -> ::core::result::Result<::tonic::Response<grpc::Operation>, ::tonic::Status>;

        async fn bare(
            &self,
            request: ::tonic::Request<()>,
        ) -> ::core::result::Result<::tonic::Response<grpc::Operation>, ::tonic::Status>;
    }

    shadow!(Option Some None Result Ok Err String Pin Future Send Status Operation Response Request Tonic Answer Payload core std tonic inventory);

    #[derive(::core::clone::Clone, ::core::fmt::Debug)]
    pub(super) struct Service {
        pub(super) operations: Operations,
    }

    #[long_running(on_interrupt = restart)]
    #[async_trait]
    impl Works for Service {
        #[long_running(response = WorkResponse, metadata = WorkMetadata)]
        async fn in_response(
            &self,
            request: ::tonic::Request<()>,
        ) -> ::core::result::Result<::tonic::Response<WorkResponse>, ::tonic::Status> {
            request.into_inner();
            let response = WorkResponse { text: ::std::string::String::new() };
            ::core::result::Result::Ok(::tonic::Response::new(response))
        }

        #[long_running(response = WorkResponse, operation = grpc::Operation, metadata = WorkMetadata)]
        async fn bare(
            &self,
            request: ::tonic::Request<()>,
        ) -> ::core::result::Result<WorkResponse, ::tonic::Status> {
            request.into_inner();
            ::core::result::Result::Ok(WorkResponse { text: ::std::string::String::new() })
        }
    }
}

/// The library under another name, and inside another crate's module.
mod renamed {
    extern crate lro_runtime as long_running_operations;

    pub(super) mod reexport {
        pub(crate) use lro_runtime::*;
    }

    use long_running_operations::{Operations, Status, long_running};

    use crate::support::works::{WorkMetadata, WorkResponse};

    #[long_running(response = WorkResponse, crate = long_running_operations, operations = operations, metadata = WorkMetadata)]
    pub(super) async fn external(operations: Operations) -> Result<WorkResponse, Status> {
        drop(operations);
        Ok(WorkResponse { text: "external".to_owned() })
    }

    #[long_running(
        response = WorkResponse,
        crate = self::reexport,
        operation = reexport::grpc::Operation,
        operations = operations,
        metadata = WorkMetadata
    )]
    pub(super) async fn answered(operations: Operations) -> Result<WorkResponse, tonic::Status> {
        drop(operations);
        Ok(WorkResponse { text: "answered".to_owned() })
    }

    /// A service, whose block's methods need no name in scope.
    #[derive(Clone, Debug)]
    pub(super) struct Service {
        pub(super) operations: Operations,
    }

    #[reexport::long_running(crate = self::reexport, on_interrupt = restart)]
    impl Service {
        #[long_running(response = WorkResponse, metadata = WorkMetadata)]
        pub(super) async fn method(&self, text: String) -> Result<WorkResponse, Status> {
            Ok(WorkResponse { text })
        }
    }

    #[long_running(response = WorkResponse, crate = self::reexport, operations = operations)]
    pub(super) async fn reexported(
        operations: Operations,
        #[context] ctx: reexport::Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 1).await?;
        drop(operations);
        Ok(WorkResponse { text: "reexported".to_owned() })
    }
}

/// A context that is known under another name is marked.
mod marked {
    use lro_runtime::{Context as Progress, Operations, Status, long_running};

    use crate::support::works::{WorkMetadata, WorkResponse};

    /// Another context altogether, which stays a parameter.
    #[derive(Clone, Copy, Debug)]
    pub(super) struct Context;

    #[long_running(response = WorkResponse, operations = operations)]
    pub(super) async fn handler(
        #[context] progress: Progress<WorkMetadata>,
        operations: Operations,
        _: Context,
    ) -> Result<WorkResponse, Status> {
        drop(operations);
        Ok(WorkResponse { text: format!("attempt {}", progress.attempt()) })
    }
}

/// A handler that a `macro_rules` writes, whose `self` has the macro's hygiene.
mod written_by_macro {
    use lro_runtime::{Context, Operations, Status, long_running};

    use crate::support::works::{WorkMetadata, WorkResponse};

    #[derive(Clone, Debug)]
    pub(super) struct Service {
        pub(super) operations: Operations,
        pub(super) text: String,
    }

    macro_rules! method {
        ($name:ident, $response:ty, $parameter:ident) => {
            impl Service {
                #[long_running(response = WorkResponse)]
                pub(super) async fn $name(
                    &self,
                    $parameter: String,
                    ctx: Context<WorkMetadata>,
                ) -> Result<$response, Status> {
                    ctx.update(|metadata| metadata.percent = 1).await?;
                    let text = format!("{} {}", self.text, $parameter);
                    Ok(WorkResponse { text })
                }
            }
        };
    }

    method!(method, WorkResponse, added);

    macro_rules! block {
        ($service:ty, $name:ident, $parameter:ident, $policy:ident) => {
            #[long_running(on_interrupt = $policy)]
            impl $service {
                #[long_running(response = WorkResponse, metadata = WorkMetadata)]
                pub(super) async fn $name(&self, $parameter: String) -> Result<WorkResponse, Status> {
                    let text = format!("{} {}", self.text, $parameter);
                    Ok(WorkResponse { text })
                }
            }
        };
    }

    block!(Service, method_of_a_block, added, restart);
}

/// Registers what can run again of these.
pub(super) fn register(operations: &Operations) {
    let operations = operations.clone();
    operations.service(shadowed::Service { operations: operations.clone() });
    operations.service(shadowed_tonic::Service { operations: operations.clone() });
    operations.service(renamed::Service { operations: operations.clone() });
    let text = "written".to_owned();
    operations.service(written_by_macro::Service { operations: operations.clone(), text });
}

async fn text(operation: Operation<WorkResponse, WorkMetadata>) -> String {
    operation.await.expect("a response").text
}

#[tokio::test(start_paused = true)]
async fn the_expansion_means_the_same_everywhere() {
    let (operations, _store) = engine().await;

    let service = shadowed::Service { operations: operations.clone() };
    let started: shadowed::Result<Operation<WorkResponse, WorkMetadata>> =
        service.method("users/1".to_owned()).await;
    assert_eq!(text(started.expect("it starts")).await, "users/1");
    let started = service.method_of_a_block("users/1".to_owned()).await;
    assert_eq!(text(started.expect("it starts")).await, "users/1");
    let response = WorkResponse { text: "generic".to_owned() };
    let started = shadowed::function(operations.clone(), response).await;
    assert_eq!(text(started.expect("it starts")).await, "generic");

    let service = renamed::Service { operations: operations.clone() };
    assert_eq!(text(service.method("block".to_owned()).await.expect("it starts")).await, "block");
    assert_eq!(text(renamed::external(operations.clone()).await.expect("it starts")).await, "external");
    assert_eq!(text(renamed::reexported(operations.clone()).await.expect("it starts")).await, "reexported");
    assert_eq!(
        text(marked::handler(operations.clone(), marked::Context).await.expect("it starts")).await,
        "attempt 1"
    );

    let service = shadowed_tonic::Service { operations: operations.clone() };
    let in_response = service.in_response(tonic::Request::new(())).await.expect("it starts").into_inner();
    let bare = service.bare(tonic::Request::new(())).await.expect("it starts").into_inner();
    let answered = renamed::answered(operations.clone()).await.expect("it starts").into_inner();
    for started in [in_response, bare, answered] {
        assert!(end(&operations, &started.name).await.expect("it ends").is_done());
    }

    let service = written_by_macro::Service { operations, text: "written".to_owned() };
    let started = service.method("by a macro".to_owned()).await;
    assert_eq!(text(started.expect("it starts")).await, "written by a macro");
    let started = service.method_of_a_block("by a macro".to_owned()).await;
    assert_eq!(text(started.expect("it starts")).await, "written by a macro");
}
