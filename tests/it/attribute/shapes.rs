//! One handler in every shape that it may have, held to the same promises.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use lro_runtime::{Code, Context, ListRequest, Operation, Operations, Status, long_running};

use crate::support::works::{WorkMetadata, WorkResponse};
use crate::support::{end, engine, error};

/// What is asked for: `fails` in the body, `invalid` before anything is recorded.
#[derive(Clone, Debug)]
struct Request {
    parent: String,
    fails: bool,
    invalid: bool,
}

impl Request {
    fn new(parent: &str) -> Self {
        Self { parent: parent.to_owned(), fails: false, invalid: false }
    }

    fn check(&self) -> Result<(), Status> {
        if self.invalid { Err(Status::new(Code::InvalidArgument, "invalid")) } else { Ok(()) }
    }
}

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
    greeting: String,
}

impl Service {
    /// What every shape's body does.
    async fn greet(&self, ctx: &Context<WorkMetadata>, request: Request) -> Result<WorkResponse, Status> {
        ctx.update(|metadata| metadata.percent = 50).await?;
        if request.fails {
            return Err(Status::new(Code::FailedPrecondition, "fails"));
        }
        Ok(WorkResponse { text: format!("{} {}", self.greeting, request.parent) })
    }
}

type Started = Result<Operation<WorkResponse, WorkMetadata>, Status>;

/// Greets, as an axum handler.
#[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", operations = service.operations, parent = request.parent, validate = request.check())]
async fn free_function(
    State(service): State<Service>,
    ctx: Context<WorkMetadata>,
    axum::Extension(request): axum::Extension<Request>,
) -> Result<WorkResponse, Status> {
    service.greet(&ctx, request).await
}

impl Service {
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn inherent(&self, ctx: Context<WorkMetadata>, request: Request) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn shared(
        self: Arc<Self>,
        request: Request,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn owned(mut self, request: Request, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        self.greeting.push_str("");
        self.greet(&ctx, request).await
    }
}

/// A trait whose methods are native, one as callers need it, one as it is mostly written.
trait Native {
    fn native(&self, request: Request) -> impl Future<Output = Started> + Send;

    async fn plain(&self, request: Request) -> Started;
}

impl Native for Service {
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn native(&self, ctx: Context<WorkMetadata>, request: Request) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn plain(&self, request: Request, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }
}

/// A trait whose methods async-trait makes, as tonic's are.
#[async_trait]
trait Dynamic: Send + Sync {
    async fn dynamic(&self, request: Request) -> Started;

    async fn wrapped(&self, request: axum::Extension<Request>) -> Started;

    async fn shared_dynamic(self: Arc<Self>, request: Request) -> Started;
}

#[async_trait]
impl Dynamic for Service {
    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn dynamic(&self, ctx: Context<WorkMetadata>, request: Request) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = self::check(&request).await)]
    async fn wrapped(
        &self,
        axum::Extension(mut request): axum::Extension<Request>,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        request.parent.push_str("");
        self.greet(&ctx, request).await
    }

    #[long_running(response = WorkResponse, service = "lro.tests.v1.Shapes", parent = request.parent, validate = request.check())]
    async fn shared_dynamic(
        self: Arc<Self>,
        ctx: Context<WorkMetadata>,
        request: Request,
    ) -> Result<WorkResponse, Status> {
        self.greet(&ctx, request).await
    }
}

async fn check(request: &Request) -> Result<(), Status> {
    request.check()
}

/// Every shape, by one signature.
type Call = fn(Service, Request) -> Pin<Box<dyn Future<Output = Started> + Send>>;

const SHAPES: [(&str, Call); 9] = [
    ("free function", |service, request| Box::pin(free_function(State(service), axum::Extension(request)))),
    ("inherent", |service, request| Box::pin(async move { service.inherent(request).await })),
    ("Arc<Self>", |service, request| Box::pin(Arc::new(service).shared(request))),
    ("self", |service, request| Box::pin(service.owned(request))),
    ("native trait", |service, request| Box::pin(async move { service.native(request).await })),
    ("native trait, plain", |service, request| Box::pin(async move { service.plain(request).await })),
    ("async-trait", |service, request| Box::pin(async move { service.dynamic(request).await })),
    ("async-trait with a pattern", |service, request| {
        Box::pin(async move { service.wrapped(axum::Extension(request)).await })
    }),
    ("async-trait with Arc<Self>", |service, request| Arc::new(service).shared_dynamic(request)),
];

/// An operation answers at once, under its parent, and ends with what the body returned.
#[tokio::test(start_paused = true)]
async fn every_shape_completes() {
    let (operations, _store) = engine().await;
    for (shape, call) in SHAPES {
        let service = Service { operations: operations.clone(), greeting: "hello".to_owned() };
        let operation = call(service, Request::new("users/1")).await.expect(shape);
        assert!(
            operation.name().as_str().starts_with("users/1/operations/"),
            "{shape}: {}",
            operation.name()
        );
        end(&operations, operation.name().as_str()).await.expect(shape);
        let end = operation.poll().await.expect(shape);
        assert_eq!(end.result.expect(shape).expect(shape).text, "hello users/1", "{shape}");
        assert_eq!(end.metadata.percent, 50, "{shape}");
    }
}

/// The body's error is the operation's, not the call's (D13).
#[tokio::test(start_paused = true)]
async fn every_shape_fails_as_an_operation() {
    let (operations, _store) = engine().await;
    for (shape, call) in SHAPES {
        let service = Service { operations: operations.clone(), greeting: String::new() };
        let request = Request { fails: true, ..Request::new("") };
        let operation = call(service, request).await.expect(shape);
        let end = end(&operations, operation.name().as_str()).await.expect(shape);
        assert_eq!(error(&end).0, Code::FailedPrecondition, "{shape}");
    }
}

/// What `validate` refuses is the call's error, and leaves no record (P-027).
#[tokio::test(start_paused = true)]
async fn every_shape_validates_first() {
    let (operations, _store) = engine().await;
    for (shape, call) in SHAPES {
        let service = Service { operations: operations.clone(), greeting: String::new() };
        let request = Request { invalid: true, ..Request::new("users/2") };
        let refused = call(service, request).await.expect_err(shape);
        assert_eq!((refused.code(), refused.message()), (Code::InvalidArgument, "invalid"), "{shape}");
    }
    let page = operations.list(&ListRequest { name: "users/2".to_owned(), ..ListRequest::default() }).await;
    assert!(page.expect("a page").operations.is_empty());
}

/// The public function is what axum and its users expect: a handler, without the context.
#[test]
fn a_free_function_is_an_axum_handler() {
    let _: axum::Router<Service> = axum::Router::new().route("/", axum::routing::post(free_function));
}
