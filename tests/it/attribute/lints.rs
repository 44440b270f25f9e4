//! The expansion is quiet under lints that a user may turn on. Clippy's are checked where clippy runs over the tests.
#![deny(warnings, unused, nonstandard_style, rust_2018_idioms, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::clone_on_ref_ptr,
    clippy::let_underscore_must_use,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_char_lifetime_names,
    clippy::str_to_string,
    clippy::wildcard_enum_match_arm,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    let_underscore_drop,
    missing_debug_implementations,
    missing_docs,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unreachable_pub,
    unsafe_code,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results
)]

use async_trait::async_trait;
use lro_runtime::{Context, Operation, Operations, Status, long_running};

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse};

/// A free function.
#[long_running(response = WorkResponse, operations = operations, parent = parent, validate = Ok::<(), Status>(()))]
async fn free(
    operations: Operations,
    (parent, mut list): (String, Vec<String>),
    _guard: (),
) -> Result<WorkResponse, Status> {
    list.push(parent);
    Ok(WorkResponse { text: list.concat() })
}

/// Diverges.
#[long_running(response = WorkResponse, operations = operations)]
async fn diverges(operations: Operations, _: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
    return Err(Status::internal("always"));
}

/// A service.
#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
}

impl Service {
    /// A method.
    #[long_running(response = WorkResponse)]
    async fn method(&self, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 1).await?;
        drop(self.operations.clone());
        Ok(WorkResponse::default())
    }

    /// A method on one line, as the formatter would not write it.
    #[rustfmt::skip]
    #[long_running]
    async fn short(&self) -> Result<(), Status> { Ok(()) }

    /// A method on a value.
    #[long_running]
    async fn consume(self) -> Result<(), Status> {
        drop(self.operations);
        Ok(())
    }
}

#[long_running(parent = name, on_interrupt = restart)]
impl Service {
    /// A method that can run again.
    #[long_running(response = WorkResponse)]
    async fn restartable(&self, ctx: Context<WorkMetadata>, name: String) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 1).await?;
        drop(self.operations.clone());
        Ok(WorkResponse { text: name })
    }

    /// A method that still has to run again.
    #[deprecated = "for the test"]
    #[long_running]
    async fn deprecated(&self, name: String) -> Result<(), Status> {
        drop(name);
        Ok(())
    }
}

/// Registers what can run again of these.
pub(super) fn register(operations: &Operations) {
    operations.service(Service { operations: operations.clone() });
}

/// A trait.
#[async_trait]
trait Dynamic {
    /// A method.
    async fn dynamic(&self, parts: (String, String))
    -> Result<Operation<WorkResponse, WorkMetadata>, Status>;
}

#[long_running]
#[async_trait]
impl Dynamic for Service {
    #[long_running(response = WorkResponse, parent = a)]
    async fn dynamic(
        &self,
        (a, b): (String, String),
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 1).await?;
        drop(self.operations.clone());
        Ok(WorkResponse { text: a + &b })
    }
}

/// A trait as tonic generates it.
#[async_trait]
trait Works {
    /// A method.
    async fn work(
        &self,
        request: tonic::Request<String>,
    ) -> Result<tonic::Response<lro_runtime::grpc::Operation>, tonic::Status>;

    /// A method without a context.
    async fn rest(
        &self,
        request: tonic::Request<String>,
    ) -> Result<tonic::Response<lro_runtime::grpc::Operation>, tonic::Status>;
}

#[async_trait]
#[long_running(on_interrupt = restart)]
impl Works for Service {
    #[long_running(parent = request.get_ref())]
    async fn work(
        &self,
        ctx: Context<WorkMetadata>,
        request: tonic::Request<String>,
    ) -> Result<tonic::Response<WorkResponse>, tonic::Status> {
        ctx.update(|metadata| metadata.percent = 1).await?;
        drop(self.operations.clone());
        Ok(tonic::Response::new(WorkResponse { text: request.into_inner() }))
    }

    #[long_running(response = WorkResponse, operation = lro_runtime::grpc::Operation)]
    async fn rest(&self, request: tonic::Request<String>) -> Result<WorkResponse, tonic::Status> {
        Ok(WorkResponse { text: request.into_inner() })
    }
}

#[tokio::test(start_paused = true)]
async fn handlers_under_these_lints_run() {
    let (operations, _store) = engine().await;
    let list = vec!["a".to_owned()];
    let free = free(operations.clone(), ("b".to_owned(), list), ()).await;
    assert_eq!(free.expect("it starts").await.expect("a response").text, "ab");
    assert!(diverges(operations.clone()).await.expect("it starts").await.is_err());
    let service = Service { operations };
    assert!(service.method().await.is_ok());
    let dynamic = service.dynamic(("a".to_owned(), "b".to_owned())).await;
    assert_eq!(dynamic.expect("it starts").await.expect("a response").text, "ab");
    assert!(service.work(tonic::Request::new("a".to_owned())).await.is_ok());
    assert!(service.rest(tonic::Request::new("a".to_owned())).await.is_ok());
    assert!(service.restartable("a".to_owned()).await.is_ok());
    #[expect(deprecated, reason = "it still works")]
    let deprecated = service.deprecated("a".to_owned()).await;
    assert!(deprecated.is_ok());
    assert!(service.short().await.is_ok());
    assert!(service.consume().await.is_ok());
}
