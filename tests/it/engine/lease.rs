//! Leases: who is gone is condemned, what it ran is ended, and who comes back is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lro_runtime::store::{Guard, Patch, Store as _, WorkerId, Written};
use lro_runtime::{Code, Operations};
use tokio::sync::oneshot;
use tokio::time::Instant;
use uuid::Uuid;

use crate::support::works::{done, start, start_endless};
use crate::support::{Call, FaultyStore, end, error, open, store};

const LEASE: Duration = Duration::from_secs(15);

async fn replica(store: &FaultyStore) -> Operations {
    open(store, |builder| builder.lease(LEASE)).await
}

#[tokio::test(start_paused = true)]
async fn the_work_of_a_worker_that_is_gone_ends_interrupted_within_a_lease_and_a_third() {
    let store = store();
    let gone = replica(&store).await;
    let waiting = open(&store.another_way(), |builder| builder.running(1)).await;
    let operation = start_endless(&gone).await;
    drop(waiting);
    let witness_way = store.another_way();
    let witness = replica(&witness_way).await;
    tokio::time::sleep(LEASE * 2).await;
    assert!(!witness.get(operation.name().as_str()).await.unwrap().is_done(), "the heartbeat keeps it");
    let before = Instant::now();
    store.outage(true);
    let snapshot = end(&witness, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Aborted, "OPERATION_INTERRUPTED".into()));
    assert!(before.elapsed() <= LEASE + LEASE / 3 * 2, "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_cancel_that_was_acknowledged_before_the_crash_stands() {
    let store = store();
    let gone = replica(&store).await;
    let witness = replica(&store.another_way()).await;
    let operation = start_endless(&gone).await;
    store.outage(true);
    witness.cancel(operation.name().as_str()).await.unwrap();
    let snapshot = end(&witness, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot).0, Code::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_condemned_worker_drops_its_handlers_and_goes_on_as_a_new_one() {
    let store = store();
    let paused = replica(&store).await;
    let witness = replica(&store.another_way()).await;
    let dropped = Arc::new(AtomicBool::new(false));
    struct Flag(Arc<AtomicBool>);
    impl Drop for Flag {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let flag = Flag(Arc::clone(&dropped));
    let operation = start(&paused, |_| async move {
        let _flag = flag;
        std::future::pending().await
    })
    .await
    .unwrap();
    store.outage(true);
    let snapshot = end(&witness, operation.name().as_str()).await.unwrap();
    assert!(!dropped.load(Ordering::SeqCst), "nobody could tell it yet");
    store.outage(false);
    tokio::time::sleep(LEASE).await;
    assert!(dropped.load(Ordering::SeqCst));
    let next = start(&paused, |_| async { done("as a new worker") }).await.unwrap();
    assert_eq!(next.await, done("as a new worker"));
    assert_eq!(witness.get(operation.name().as_str()).await.unwrap(), snapshot, "P-022");
}

/// A sole worker that was paused past its lease has nobody who condemned it.
#[tokio::test(start_paused = true)]
async fn a_sole_worker_that_was_paused_keeps_its_operations() {
    let store = store();
    let sole = replica(&store).await;
    let operation = start_endless(&sole).await;
    // Its first renewal hangs for three leases: a pause, as the store sees it.
    let held = store.hold_next_request(Call::Renew);
    held.reached().await;
    tokio::time::sleep(LEASE * 3).await;
    held.release();
    tokio::time::sleep(LEASE * 3).await;
    assert!(!sole.get(operation.name().as_str()).await.unwrap().is_done());
}

/// A cancel whose notification was lost reaches the handler by the reconciliation.
#[tokio::test(start_paused = true)]
async fn a_lost_cancel_is_heard_at_the_next_beat() {
    let store = store();
    let deaf = open(&store.deaf(), |builder| builder.lease(LEASE).cancel_grace(Duration::ZERO)).await;
    let operation = start_endless(&deaf).await;
    let before = Instant::now();
    operation.cancel().await.unwrap();
    let witness = replica(&store.another_way()).await;
    end(&witness, operation.name().as_str()).await.unwrap();
    assert!(before.elapsed() <= LEASE / 3 + Duration::from_secs(1), "{:?}", before.elapsed());
}

/// An operation that was taken from a worker which is not condemned: its handler is dropped at the next beat, though it writes nothing.
#[tokio::test(start_paused = true)]
async fn a_run_whose_row_was_taken_is_dropped_at_the_next_beat() {
    let store = store();
    let deaf = open(&store.deaf(), |builder| builder.lease(LEASE)).await;
    let (alive, gone) = oneshot::channel::<()>();
    let operation = start(&deaf, |_| async move {
        let _alive = alive;
        std::future::pending().await
    })
    .await
    .unwrap();
    let other = WorkerId(Uuid::now_v7());
    store.renew(other, &[], LEASE * 100, true).await.unwrap();
    let taken = Patch { worker: Some(Some(other)), attempt: Some(2), ..Patch::default() };
    let written = store.update(operation.name(), Guard::Attempt(1), taken).await.unwrap();
    assert!(matches!(written, Written::Applied(_)));
    let before = Instant::now();
    assert!(gone.await.is_err(), "the handler was dropped");
    assert!(before.elapsed() <= LEASE / 3 + Duration::from_secs(1), "{:?}", before.elapsed());
    assert!(!deaf.get(operation.name().as_str()).await.unwrap().is_done(), "it is the other worker's to end");
}

/// A store that hangs, and then answers, has failed nobody, and has kept everyone from renewing: who is first to be answered condemns
/// nobody. Found by the simulation.
#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_longer_than_a_lease_robs_no_healthy_worker() {
    let store = store();
    let here = replica(&store).await;
    let neighbours_way = store.another_way();
    let _there = replica(&neighbours_way).await;
    let operation = start_endless(&here).await;
    tokio::time::sleep(LEASE).await;
    store.hang(true);
    neighbours_way.hang(true);
    tokio::time::sleep(LEASE * 2).await;
    neighbours_way.hang(false);
    tokio::time::sleep(Duration::from_secs(1)).await;
    store.hang(false);
    tokio::time::sleep(LEASE * 2).await;
    assert!(!here.get(operation.name().as_str()).await.unwrap().is_done());
}

/// Two renewals of one condemned worker are refused: a second new worker would be one that nobody renews.
#[tokio::test(start_paused = true)]
async fn a_condemned_worker_is_replaced_once() {
    let store = store();
    let paused = replica(&store).await;
    let _witness = replica(&store.another_way()).await;
    // That of the heartbeat, and that of the upkeep.
    let first = store.hold_next_request(Call::Renew);
    let second = store.hold_next_request(Call::Renew);
    first.reached().await;
    second.reached().await;
    tokio::time::sleep(LEASE * 2).await;
    first.release();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let operation = start_endless(&paused).await;
    second.release();
    tokio::time::sleep(LEASE * 3).await;
    assert!(!paused.get(operation.name().as_str()).await.unwrap().is_done());
}

/// What an engine waits for while it opens, it waits for before it has a lease, which nobody renews until then. Found by the simulation.
#[tokio::test(start_paused = true)]
async fn an_engine_that_opens_slowly_is_not_robbed_when_it_is_open() {
    let store = store();
    let _witness = replica(&store).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let way = store.another_way();
    let naming = way.hold_next_request(Call::Succeed);
    let late = async {
        naming.reached().await;
        tokio::time::sleep(LEASE - Duration::from_secs(1)).await;
        naming.release();
    };
    let (opened, ()) = tokio::join!(open(&way, |builder| builder.lease(LEASE).worker_name("pod-1")), late);
    let operation = start_endless(&opened).await;
    tokio::time::sleep(LEASE * 2).await;
    assert!(!opened.get(operation.name().as_str()).await.unwrap().is_done());
}

/// A reply that takes almost a lease leaves the time for the next renewal.
#[tokio::test(start_paused = true)]
async fn a_slow_reply_to_a_renewal_robs_no_healthy_worker() {
    let store = store();
    let here = replica(&store).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let _witness = replica(&store.another_way()).await;
    let operation = start_endless(&here).await;
    // That of the heartbeat, and that of the upkeep.
    let [first, second] = [(); 2].map(|()| store.hold_next_reply(Call::Renew));
    first.reached().await;
    second.reached().await;
    tokio::time::sleep(LEASE - Duration::from_secs(2)).await;
    first.release();
    second.release();
    tokio::time::sleep(LEASE * 2).await;
    assert!(!here.get(operation.name().as_str()).await.unwrap().is_done());
}
