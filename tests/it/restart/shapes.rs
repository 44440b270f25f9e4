//! The shapes of handlers that run again: an axum handler, a method of a generic service, a tonic method.

use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::extract::State;
use lro_runtime::rest::ProtoJson;
use lro_runtime::{Context, Operations, Status, long_running};

use super::LEASE;
use crate::support::{end, open, store};

/// The state of the axum handler.
#[derive(Clone, Debug)]
pub(crate) struct App {
    operations: Operations,
    attempts: Arc<AtomicU32>,
    /// Whether the handlers hang.
    hangs: bool,
}

impl App {
    fn new(operations: &Operations, hangs: bool) -> Self {
        Self { operations: operations.clone(), attempts: Arc::default(), hangs }
    }

    async fn run(&self, attempt: u32) -> Result<String, Status> {
        self.attempts.store(attempt, Ordering::SeqCst);
        if self.hangs { std::future::pending().await } else { Ok(format!("attempt {attempt}")) }
    }
}

#[long_running(response = String, service = "lro.tests.restart.v1.Shapes", operations = app.operations, on_interrupt = restart)]
async fn wipe(
    State(app): State<App>,
    ctx: Context<()>,
    ProtoJson(disk): ProtoJson<String>,
) -> Result<String, Status> {
    assert_eq!(disk, "disks/d");
    app.run(ctx.attempt()).await
}

/// A service that is generic: the attribute cannot name its types where it would submit them.
#[derive(Clone, Debug)]
pub(crate) struct Generic<T> {
    operations: Operations,
    app: App,
    types: PhantomData<fn() -> T>,
}

impl<T: Clone + 'static> Generic<T> {
    #[long_running(service = "lro.tests.restart.v1.Shapes", catalog = false, on_interrupt = restart)]
    async fn move_disk(&self, request: tonic::Request<String>, ctx: Context<()>) -> Result<String, Status> {
        assert_eq!(request.get_ref(), "disks/d");
        self.app.run(ctx.attempt()).await
    }
}

/// Registers all of them with an engine.
pub(crate) fn register(operations: &Operations) {
    register_with(operations, App::new(operations, false));
}

fn register_with(operations: &Operations, app: App) -> Generic<u8> {
    let generic = Generic::<u8> { operations: operations.clone(), app: app.clone(), types: PhantomData };
    operations.service(app);
    operations.service(generic.clone());
    operations.restart("lro.tests.restart.v1.Shapes/Wipe", wipe);
    operations.restart("lro.tests.restart.v1.Shapes/MoveDisk", Generic::<u8>::move_disk);
    generic
}

#[tokio::test(start_paused = true)]
async fn every_shape_runs_again() {
    let store = store();
    let first = open(&store, |builder| builder.lease(LEASE)).await;
    let app = App::new(&first, true);
    let generic = register_with(&first, app.clone());
    let names = [
        wipe(State(app), ProtoJson("disks/d".into())).await.unwrap().name().to_string(),
        generic.move_disk(tonic::Request::new("disks/d".into())).await.unwrap().name().to_string(),
    ];
    store.outage(true);
    let second = open(&store.another_way(), |builder| builder.lease(LEASE)).await;
    let copies = crate::support::restarts::Copies::new(&second, crate::support::restarts::copied);
    copies.run().await;
    for name in names {
        let snapshot = end(&second, &name).await.unwrap();
        let Some(lro_runtime::Outcome::Response(stored)) = snapshot.outcome else { panic!("{snapshot:?}") };
        assert_eq!(<String as prost::Message>::decode(stored.value), Ok("attempt 2".to_owned()));
    }
}
