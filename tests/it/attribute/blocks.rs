//! The attribute on an `impl` block: what its methods have from it, and which of them it links for another run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use lro_runtime::rest::ProtoJson;
use lro_runtime::store::{Record, Store as _};
use lro_runtime::{
    Context, Operation, OperationName, Operations, Outcome, Payload, Snapshot, Status, long_running,
};

use crate::support::restarts::{Copies, copied};
use crate::support::works::{WorkMetadata, WorkResponse, done};
use crate::support::{FaultyStore, end, engine, open, store};

const LEASE: Duration = Duration::from_secs(15);

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.blocks.v1")]
pub(crate) struct BlockRequest {
    #[payload(tag = 1)]
    parent: String,
}

fn request() -> BlockRequest {
    BlockRequest { parent: "users/1".to_owned() }
}

/// A service whose engine has another name than `operations`, so that only an argument finds it.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    engine: Operations,
    hangs: Arc<AtomicBool>,
    helped: Arc<AtomicU32>,
}

impl Service {
    fn new(operations: &Operations) -> Self {
        Self { engine: operations.clone(), hangs: Arc::default(), helped: Arc::default() }
    }

    /// What every body does: it says where it is, or hangs.
    async fn body(&self, ctx: &Context<WorkMetadata>, method: &str) -> Result<WorkResponse, Status> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        done(&format!("{method} {}", ctx.attempt()))
    }
}

type Started = Result<Operation<WorkResponse, WorkMetadata>, Status>;

#[long_running(
    service = "lro.tests.blocks.v1.Blocks",
    operations = self.engine,
    parent = request.parent,
    timeout = "1m",
    on_interrupt = restart,
    max_attempts = 2
)]
impl Service {
    /// An item that is no method.
    const HELP: u32 = 1;

    /// Everything from the block.
    #[long_running(response = WorkResponse)]
    async fn defaults(
        &self,
        ctx: Context<WorkMetadata>,
        request: BlockRequest,
    ) -> Result<WorkResponse, Status> {
        drop(request);
        self.help();
        self.body(&ctx, "defaults").await
    }

    /// Everything its own.
    #[must_use]
    #[lro_runtime::long_running(
        response = WorkResponse,
        service = "lro.tests.blocks.v1.Others",
        name = "Own",
        parent = format!("others/{number}"),
        operations = engine,
        timeout = "1h",
        on_interrupt = fail
    )]
    async fn its_own(
        &self,
        engine: Operations,
        number: u32,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        drop(engine);
        self.body(&ctx, "its own").await
    }

    /// Names its request by `Self`, which means nothing beside the block.
    #[cfg(test)]
    #[cfg_attr(test, long_running(response = WorkResponse, name = "Conditional"), cfg(not(any())))]
    async fn conditional(
        &self,
        ctx: Context<WorkMetadata>,
        request: <Self as Requests>::Request,
    ) -> Result<WorkResponse, Status> {
        drop(request);
        self.body(&ctx, "conditional").await
    }

    #[cfg(any())]
    #[long_running]
    async fn left_out(&self, request: BlockRequest) -> Result<DoesNotExist, Status> {}

    #[cfg_attr(test, cfg(any()))]
    #[long_running]
    async fn left_out_conditionally(&self, request: BlockRequest) -> Result<DoesNotExist, Status> {}

    /// Not marked, so it is what it says.
    fn help(&self) {
        self.helped.fetch_add(Self::HELP, Ordering::SeqCst);
    }

    async fn helped(&self) -> u32 {
        self.helped.load(Ordering::SeqCst)
    }
}

trait Requests {
    type Request;
}

impl Requests for Service {
    type Request = BlockRequest;
}

#[async_trait]
trait Above {
    async fn above(&self, request: ProtoJson<BlockRequest>) -> Started;
    async fn helper(&self) -> u32;
}

#[long_running(
    service = "lro.tests.blocks.v1.Blocks",
    operations = self.engine,
    parent = request.parent,
    on_interrupt = restart
)]
#[async_trait]
impl Above for Service {
    #[long_running(response = WorkResponse)]
    async fn above(
        &self,
        ProtoJson(request): ProtoJson<BlockRequest>,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        drop(request);
        self.body(&ctx, "above").await
    }

    async fn helper(&self) -> u32 {
        self.helped().await
    }
}

#[async_trait]
trait Below<T> {
    async fn below(&self, request: T) -> Started;
    async fn helper(&self) -> u32;
}

#[async_trait]
#[long_running(
    service = "lro.tests.blocks.v1.Blocks",
    operations = self.engine,
    parent = request.parent,
    on_interrupt = restart
)]
impl Below<BlockRequest> for Service {
    #[long_running(response = WorkResponse)]
    async fn below(&self, request: BlockRequest, ctx: Context<WorkMetadata>) -> Result<WorkResponse, Status> {
        drop(request);
        self.body(&ctx, "below").await
    }

    async fn helper(&self) -> u32 {
        self.helped().await
    }
}

trait Native {
    async fn native(&self, request: BlockRequest) -> Started;
}

#[long_running(
    service = "lro.tests.blocks.v1.Blocks",
    operations = self.engine,
    parent = request.parent,
    on_interrupt = restart
)]
impl Native for Service {
    #[long_running(response = WorkResponse)]
    async fn native(
        &self,
        request: BlockRequest,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, Status> {
        drop(request);
        self.body(&ctx, "native").await
    }
}

/// As tonic generates it.
#[tonic::async_trait]
trait Tonic {
    async fn tonic(
        &self,
        request: tonic::Request<BlockRequest>,
    ) -> Result<tonic::Response<lro_runtime::grpc::Operation>, tonic::Status>;
}

#[long_running(
    service = "lro.tests.blocks.v1.Blocks",
    operations = self.engine,
    parent = request.get_ref().parent,
    operation = lro_runtime::grpc::Operation,
    on_interrupt = restart
)]
#[tonic::async_trait]
impl Tonic for Service {
    #[long_running(response = WorkResponse)]
    async fn tonic(
        &self,
        request: tonic::Request<BlockRequest>,
        ctx: Context<WorkMetadata>,
    ) -> Result<WorkResponse, tonic::Status> {
        drop(request);
        Ok(self.body(&ctx, "tonic").await?)
    }
}

/// Without a restart there is nothing to link, so that its types do not matter.
#[derive(Clone, Debug)]
struct Generic<T> {
    operations: Operations,
    value: T,
}

#[long_running(service = "lro.tests.blocks.v1.Generics", catalog = false)]
impl<T: Payload + Clone> Generic<T> {
    #[long_running]
    async fn value(&self) -> Result<T, Status> {
        Ok(self.value.clone())
    }
}

/// Registers what this file links.
pub(crate) fn register(operations: &Operations) {
    operations.service(Service::new(operations));
}

async fn record(store: &FaultyStore, name: &str) -> Record {
    let name: OperationName = name.parse().expect("a name");
    let mut records = store.get(&[name]).await.expect("the store answers");
    records.pop().flatten().expect("there is a record")
}

/// Starts one operation of each restartable method, by the method's recorded name.
async fn start_each(service: &Service) -> [(&'static str, String); 6] {
    let started = |started: Started| started.expect("it starts").name().to_string();
    let tonic = service.tonic(tonic::Request::new(request())).await.expect("it starts").into_inner().name;
    [
        ("Defaults", started(service.defaults(request()).await)),
        ("Conditional", started(service.conditional(request()).await)),
        ("Above", started(service.above(ProtoJson(request())).await)),
        ("Below", started(service.below(request()).await)),
        ("Native", started(service.native(request()).await)),
        ("Tonic", tonic),
    ]
}

fn text(snapshot: &Snapshot) -> String {
    match &snapshot.outcome {
        Some(Outcome::Response(stored)) => WorkResponse::from_wire(&stored.value).expect("it is one").text,
        other => panic!("a response was expected, not {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_block_gives_its_methods_their_defaults() {
    let (operations, store) = engine().await;
    let service = Service::new(&operations);
    for (method, name) in start_each(&service).await {
        assert!(name.starts_with("users/1/operations/"), "{name}");
        let record = record(&store, &name).await;
        assert_eq!(*record.method, *format!("lro.tests.blocks.v1.Blocks/{method}"));
        assert!(record.restartable, "{method}");
        let snapshot = end(&operations, &name).await.expect("it ends");
        assert_eq!(text(&snapshot), format!("{} 1", method.to_lowercase()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_methods_own_argument_wins() {
    let (blocks, blocks_store) = engine().await;
    let (others, others_store) = engine().await;
    let service = Service::new(&blocks);
    let limit = |record: &Record| {
        let deadline = record.deadline.expect("it has a deadline");
        deadline.duration_since(record.create_time).expect("it is later")
    };
    let by_default = service.defaults(request()).await.expect("it starts");
    let by_default = record(&blocks_store, by_default.name().as_str()).await;
    assert_eq!(limit(&by_default), Duration::from_secs(60));

    let own = service.its_own(others, 7).await.expect("it starts");
    assert_eq!(own.name().parent(), "others/7");
    let own = record(&others_store, own.name().as_str()).await;
    assert_eq!(*own.method, *"lro.tests.blocks.v1.Others/Own");
    assert_eq!(limit(&own), Duration::from_secs(3600));
    assert!(!own.restartable && own.request.is_none());
}

/// Attributes above ours, below it, conditional ones: whatever is not marked is left alone.
#[tokio::test(start_paused = true)]
async fn what_is_not_marked_is_left_alone() {
    let (operations, _store) = engine().await;
    let service = Service::new(&operations);
    service.defaults(request()).await.expect("it starts").await.expect("a response");
    assert_eq!(
        [service.helped().await, Above::helper(&service).await, Below::helper(&service).await],
        [1; 3]
    );
    let generic = Generic { operations, value: "value".to_owned() };
    assert_eq!(generic.value().await.expect("it starts").await.expect("a response"), "value");
}

/// `run` names what is linked, and without a service.
#[tokio::test(start_paused = true)]
async fn a_block_links_its_restartable_methods() {
    let (operations, _store) = engine().await;
    let missing = operations.run().await.expect_err("nothing is registered").to_string();
    let service = std::any::type_name::<Service>();
    let linked: Vec<_> = missing
        .lines()
        .filter(|line| line.contains(&format!("there is no `{service}` to call it on")))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    let expected = ["Above", "Below", "Conditional", "Defaults", "Native", "Tonic"];
    assert_eq!(linked, expected.map(|method| format!("lro.tests.blocks.v1.Blocks/{method}")));
}

#[tokio::test(start_paused = true)]
async fn every_linked_method_is_called_for_another_run() {
    let store = store();
    let service = Service::new(&open(&store, |builder| builder.lease(LEASE)).await);
    service.hangs.store(true, Ordering::SeqCst);
    let started = start_each(&service).await;
    store.outage(true);
    let second = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
    Copies::new(&second, copied).run().await;
    for (method, name) in started {
        let snapshot = end(&second, &name).await.expect("it ends");
        assert_eq!(text(&snapshot), format!("{} 2", method.to_lowercase()));
    }
}
