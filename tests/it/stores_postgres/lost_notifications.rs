//! Two engines on one database, to whom nothing is told any more: who waits and who is to stop hear of it by the sweep.

use lro_runtime::{Builder, Code};
use tokio::time::{Instant, timeout};

use super::*;
use crate::support::proxy::{Listeners, Proxy};
use crate::support::works::{done, start, start_waiting};
use crate::support::{Call, FaultyStore, error};

const LEASE: Duration = Duration::from_secs(3);

/// Much more than a beat, for a slow machine, and much less than the minute after which a wait ends by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two engines, each on its own connections by this way.
async fn engines(proxy: &Proxy) -> [(Operations, FaultyStore); 2] {
    let url = in_schema(&proxy.database(), "cut");
    let engine = async || {
        let store = FaultyStore::new(connect(&url).await);
        let builder: Builder = Operations::builder().lease(LEASE);
        (builder.open_store(store.clone()).await.expect("the engine opens"), store)
    };
    [engine().await, engine().await]
}

async fn heard_without_a_word(cut: Listeners) {
    let server = blocking(Server::start).await;
    let proxy = Proxy::to(&server.database()).await;
    let [(one, _), (two, way)] = engines(&proxy).await;

    let (ending, end_it) = start_waiting(&one).await;
    let stopping = start(&one, |ctx| async move {
        ctx.cancelled().await;
        Err(lro_runtime::Status::cancelled("as asked"))
    });
    let stopping = stopping.await.expect("it starts");
    proxy.set(cut);

    // The wait has read that the operation goes on, before it ends.
    let read = way.hold_next_reply(Call::Get);
    let waiting = timeout(PATIENCE, two.wait(ending.name().as_str(), None));
    let ends = async {
        read.reached().await;
        end_it.send(done("by itself")).expect("the handler goes on");
        while !one.get(ending.name().as_str()).await.expect("it is there").is_done() {}
        read.release();
        Instant::now()
    };
    let (waited, ended) = tokio::join!(waiting, ends);
    let snapshot = waited.expect("the sweep comes").expect("it is there");
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
    assert!(ended.elapsed() < PATIENCE);

    // And a cancel by the one reaches the handler on the other.
    two.cancel(stopping.name().as_str()).await.expect("a cancel");
    let stopped = timeout(PATIENCE, two.wait(stopping.name().as_str(), None)).await;
    let snapshot = stopped.expect("the sweep comes").expect("it is there");
    assert_eq!(error(&snapshot).0, Code::Cancelled);

    if cut == Listeners::Silent {
        assert!(proxy.swallowed() > 0, "something was told, and lost");
    } else {
        // A listener that is back is told again.
        proxy.set(Listeners::Heard);
        let mut changes = way.changes();
        assert_eq!(next(&mut *changes).await, Change::Lost);
    }
}

#[tokio::test]
async fn waits_and_cancels_arrive_though_the_listeners_connections_are_dead_without_a_word() {
    heard_without_a_word(Listeners::Silent).await;
}

#[tokio::test]
async fn waits_and_cancels_arrive_though_nobody_can_listen() {
    heard_without_a_word(Listeners::Closed).await;
}
