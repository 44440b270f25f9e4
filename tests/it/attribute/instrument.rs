//! Beside `#[instrument]`, which covers the body above ours, and the start below: in the shapes where both rewrite the function.

use std::cell::RefCell;

use async_trait::async_trait;
use axum::extract::State;
use lro_runtime::{Context, Operation, Operations, Status, long_running};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber, instrument};

use crate::support::engine;
use crate::support::works::{WorkMetadata, WorkResponse, done};

#[derive(Clone, Debug)]
struct Service {
    operations: Operations,
    name: String,
}

impl Service {
    /// What every body does: it says where it is.
    fn done(&self, ctx: &Context<WorkMetadata>, parent: &str) -> Result<WorkResponse, Status> {
        done(&format!("{} {parent} {} in {}", self.name, ctx.attempt(), span()))
    }
}

#[instrument(fields(service = service.name), err)]
#[long_running(response = WorkResponse, parent = parent, operations = service.operations)]
async fn free_above(
    State(service): State<Service>,
    ctx: Context<WorkMetadata>,
    parent: String,
) -> Result<WorkResponse, Status> {
    service.done(&ctx, &parent)
}

#[long_running(response = WorkResponse, parent = parent, operations = service.operations)]
#[instrument(skip_all, err)]
async fn free_below(
    State(service): State<Service>,
    ctx: Context<WorkMetadata>,
    parent: String,
) -> Result<WorkResponse, Status> {
    service.done(&ctx, &parent)
}

impl Service {
    #[instrument(fields(service = self.name), err)]
    #[long_running(response = WorkResponse, parent = parent)]
    async fn above(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
        self.done(&ctx, &parent)
    }

    #[long_running(response = WorkResponse, parent = parent)]
    #[instrument(skip_all, err)]
    async fn below(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
        self.done(&ctx, &parent)
    }
}

#[long_running(parent = parent)]
impl Service {
    #[instrument(fields(service = self.name), err)]
    #[long_running(response = WorkResponse)]
    async fn above_in_a_block(
        &self,
        ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        self.done(&ctx, &parent)
    }

    #[long_running(response = WorkResponse)]
    #[instrument(skip_all, err)]
    async fn below_in_a_block(
        &self,
        ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        self.done(&ctx, &parent)
    }
}

type Started = Result<Operation<WorkResponse, WorkMetadata>, Status>;

#[async_trait]
trait Dynamic {
    async fn dynamic_above(&self, parent: String) -> Started;
    async fn dynamic_below(&self, parent: String) -> Started;
}

#[async_trait]
impl Dynamic for Service {
    #[instrument(fields(service = self.name), err)]
    #[long_running(response = WorkResponse, parent = parent)]
    async fn dynamic_above(
        &self,
        mut ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        ctx = ctx.clone();
        self.done(&ctx, &parent)
    }

    #[long_running(response = WorkResponse, parent = parent)]
    #[instrument(skip_all, err)]
    async fn dynamic_below(
        &self,
        ctx: Context<WorkMetadata>,
        parent: String,
    ) -> Result<WorkResponse, Status> {
        self.done(&ctx, &parent)
    }
}

/// In a block, on either side of async-trait.
macro_rules! dynamic_blocks {
    ($($name:ident, $above:ident, $below:ident, #[$first:meta] #[$second:meta];)*) => {$(
        #[async_trait]
        trait $name {
            async fn $above(&self, parent: String) -> Started;
            async fn $below(&self, parent: String) -> Started;
        }

        #[$first]
        #[$second]
        impl $name for Service {
            #[instrument(fields(service = self.name), err)]
            #[long_running(response = WorkResponse, parent = parent)]
            async fn $above(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
                self.done(&ctx, &parent)
            }

            #[long_running(response = WorkResponse, parent = parent)]
            #[instrument(skip_all, err)]
            async fn $below(&self, ctx: Context<WorkMetadata>, parent: String) -> Result<WorkResponse, Status> {
                self.done(&ctx, &parent)
            }
        }
    )*};
}

dynamic_blocks! {
    Outer, outer_above, outer_below, #[long_running] #[async_trait];
    Inner, inner_above, inner_below, #[async_trait] #[long_running];
}

thread_local! {
    /// The names of the spans that this thread has made.
    static MADE: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
    /// Of those that it is in, the innermost last.
    static ENTERED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// The name of the innermost span.
fn span() -> &'static str {
    ENTERED.with_borrow(|entered| entered.last().copied().unwrap_or("none"))
}

#[derive(Debug)]
struct Spans;

impl Subscriber for Spans {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        MADE.with_borrow_mut(|made| {
            made.push(span.metadata().name());
            Id::from_u64(made.len() as u64)
        })
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {}

    fn enter(&self, span: &Id) {
        let name = MADE.with_borrow(|made| made[span.into_u64() as usize - 1]);
        ENTERED.with_borrow_mut(|entered| entered.push(name));
    }

    fn exit(&self, _: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.pop());
    }
}

#[tokio::test(start_paused = true)]
async fn both_attributes_do_their_work() {
    let _spans = tracing::subscriber::set_default(Spans);
    let (operations, _store) = engine().await;
    let service = Service { operations, name: "s".to_owned() };
    let parent = || "users/1".to_owned();
    // The engine's spans are those of every test. One that another thread meets first, without a subscriber, tracing holds to be
    // wanted by nobody: so all of them are met once, and asked for again.
    drop(service.below(parent()).await.expect("it starts").await);
    tracing::callsite::rebuild_interest_cache();
    let started = [
        ("above", service.above(parent()).await),
        ("operation.attempt", service.below(parent()).await),
        ("above_in_a_block", service.above_in_a_block(parent()).await),
        ("operation.attempt", service.below_in_a_block(parent()).await),
        ("dynamic_above", service.dynamic_above(parent()).await),
        ("operation.attempt", service.dynamic_below(parent()).await),
        ("free_above", free_above(State(service.clone()), parent()).await),
        ("operation.attempt", free_below(State(service.clone()), parent()).await),
        ("outer_above", service.outer_above(parent()).await),
        ("operation.attempt", service.outer_below(parent()).await),
        ("inner_above", service.inner_above(parent()).await),
        ("operation.attempt", service.inner_below(parent()).await),
    ];
    for (span, started) in started {
        let response = started.expect("it starts").await.expect("a response");
        assert_eq!(response.text, format!("s users/1 1 in {span}"));
    }
}
