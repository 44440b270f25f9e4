//! Deadlines: an operation ends in time, whoever has to see to it (P-195).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lro_runtime::{Code, Context, Operation, Operations, Outcome, Status, long_running};
use tokio::sync::oneshot;
use tokio::time::Instant;

use crate::support::keyed::{Copies, CopyRequest};
use crate::support::works::{WorkMetadata, WorkResponse, done, start_endless, start_waiting};
use crate::support::{Call, FaultyStore, each_store, end, engine, error, open, settle, store};

const LIMIT: Duration = Duration::from_secs(600);
const LEASE: Duration = Duration::from_secs(15);

fn exceeded() -> (Code, String) {
    (Code::DeadlineExceeded, "OPERATION_DEADLINE_EXCEEDED".to_owned())
}

/// Does what the test says, for as long as it says.
#[long_running(response = WorkResponse, service = "lro.tests.v1.Limited", operations = operations, timeout = limit)]
async fn limited<F, W>(
    ctx: Context<WorkMetadata>,
    operations: Operations,
    limit: Duration,
    body: F,
) -> Result<WorkResponse, Status>
where
    F: FnOnce(Context<WorkMetadata>) -> W + Send + 'static,
    W: Future<Output = Result<WorkResponse, Status>> + Send + 'static,
{
    body(ctx).await
}

async fn start<F, W>(operations: &Operations, body: F) -> Operation<WorkResponse, WorkMetadata>
where
    F: FnOnce(Context<WorkMetadata>) -> W + Send + 'static,
    W: Future<Output = Result<WorkResponse, Status>> + Send + 'static,
{
    limited(operations.clone(), LIMIT, body).await.expect("it starts")
}

/// Set when it is dropped.
struct Flag(Arc<AtomicBool>);

impl Drop for Flag {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_ends_at_its_deadline_and_its_handler_is_gone_before_p195() {
    let (operations, store) = engine().await;
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = Flag(Arc::clone(&dropped));
    let begun = Instant::now();
    let operation = start(&operations, |ctx| async move {
        let _flag = flag;
        ctx.update(|metadata| metadata.percent = 30).await?;
        std::future::pending().await
    })
    .await;
    let ending = store.hold_next_request(Call::Complete);
    tokio::time::sleep(LIMIT - Duration::from_secs(1)).await;
    assert!(!ending.is_reached() && !dropped.load(Ordering::SeqCst), "not before its time");
    ending.reached().await;
    assert!(begun.elapsed() >= LIMIT && begun.elapsed() < LIMIT + Duration::from_secs(1));
    assert!(dropped.load(Ordering::SeqCst), "the handler is gone before its end is written");
    ending.release();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), exceeded());
    assert_eq!(operation.poll().await.unwrap().metadata.percent, 30, "P-198");
}

/// A text as the limit, and what ends before it is left alone.
#[tokio::test(start_paused = true)]
async fn what_ends_in_time_ends_as_it_would_p195() {
    let (operations, _store) = engine().await;
    let copies = Copies::new(&operations);
    let in_time = copies.copy_in_time(CopyRequest::new("d", "")).await.unwrap();
    let late = copies.copy_in_time(CopyRequest::new("e", "")).await.unwrap();
    tokio::time::sleep(LIMIT - Duration::from_secs(1)).await;
    copies.end.add_permits(1);
    let ended = end(&operations, in_time.name().as_str()).await.unwrap();
    assert!(matches!(ended.outcome, Some(Outcome::Response(_))));
    assert_eq!(error(&end(&operations, late.name().as_str()).await.unwrap()), exceeded());
    tokio::time::sleep(LIMIT).await;
    assert_eq!(operations.get(in_time.name().as_str()).await.unwrap(), ended, "P-022");
    copies.copy_in_time(CopyRequest::new("e", "")).await.expect("its key is free");
}

/// The time in the queue counts: what never had its turn ends, too, and what had it late has the rest.
#[tokio::test(start_paused = true)]
async fn the_limit_counts_from_the_start_call_waiting_included_p195() {
    let store = store();
    let operations = open(&store, |builder| builder.running(1)).await;
    let (first, ending) = start_waiting(&operations).await;
    let begun = Instant::now();
    let second = start(&operations, |_| std::future::pending()).await;
    tokio::time::sleep(LIMIT / 2).await;
    ending.send(done("")).unwrap();
    first.await.unwrap();
    assert_eq!(error(&end(&operations, second.name().as_str()).await.unwrap()), exceeded());
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1), "{:?}", begun.elapsed());

    start_endless(&operations).await;
    let begun = Instant::now();
    let third = start(&operations, |_| async { panic!("it never has its turn") }).await;
    assert_eq!(error(&end(&operations, third.name().as_str()).await.unwrap()), exceeded());
    assert!(begun.elapsed() < LIMIT + Duration::from_secs(1), "{:?}", begun.elapsed());
}

/// The handler returns in the very instant of the deadline, or around it: one of the two is written, and stays.
#[tokio::test(start_paused = true)]
async fn the_deadline_and_the_handlers_return_have_one_winner_p188_p195() {
    for round in 0..30_u64 {
        let (operations, _store) = engine().await;
        let takes = LIMIT + Duration::from_millis(round % 3) - Duration::from_millis(1);
        let operation = start(&operations, move |_| async move {
            tokio::time::sleep(takes).await;
            done("late")
        })
        .await;
        let first = end(&operations, operation.name().as_str()).await.unwrap();
        match (&first.outcome, round % 3) {
            (Some(Outcome::Response(_)), 0 | 1) => {}
            (Some(Outcome::Error(error)), 1 | 2) => assert_eq!(error.code(), Code::DeadlineExceeded),
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(LIMIT).await;
        assert_eq!(operations.get(operation.name().as_str()).await.unwrap(), first, "P-022");
    }
}

async fn replica(store: &FaultyStore) -> Operations {
    open(store, |builder| builder.lease(LEASE)).await
}

/// The worker has dropped its handler, and cannot write the end: another one does, after a grace, and the late write is refused.
#[tokio::test(start_paused = true)]
async fn any_worker_ends_what_is_long_overdue_by_raising_the_attempt_p195() {
    let store = store();
    let slow = replica(&store).await;
    let witness = replica(&store.another_way()).await;
    let operation = start(&slow, |_| std::future::pending()).await;
    let ending = store.hold_next_request(Call::Complete);
    ending.reached().await;
    let before = Instant::now();
    let snapshot = end(&witness, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), exceeded());
    let grace = before.elapsed();
    assert!((LEASE / 3..=LEASE / 3 * 2).contains(&grace), "{grace:?}: a beat at least, two at most");
    ending.release();
    settle().await;
    assert_eq!(witness.get(operation.name().as_str()).await.unwrap(), snapshot, "P-188");
    use lro_runtime::store::Store as _;
    let record = store.get(std::slice::from_ref(operation.name())).await.unwrap().remove(0).unwrap();
    assert_eq!(record.attempt, 2, "I3");
}

/// The handler has the thread and does not give it back, so its own worker cannot stop it. Its end is told all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_that_never_awaits_does_not_outlive_its_deadline_p195() {
    for (kind, store, _folder) in each_store().await {
        let lease = Duration::from_millis(300);
        let busy = open(&store, |builder| builder.lease(lease)).await;
        let witness = open(&store, |builder| builder.lease(lease)).await;
        let (free, freed) = std::sync::mpsc::channel::<()>();
        let (told, result) = oneshot::channel();
        let body = |ctx: Context<WorkMetadata>| async move {
            freed.recv().expect("the test frees it");
            told.send(ctx.update(|metadata| metadata.percent = 100).await).expect("the test listens");
            done("too late")
        };
        let operation = limited(busy.clone(), Duration::from_millis(50), body).await.expect(kind);
        let snapshot = end(&witness, operation.name().as_str()).await.expect(kind);
        assert_eq!(error(&snapshot), exceeded(), "{kind}");
        free.send(()).expect(kind);
        // The attempt is fenced: it is told, or dropped while it asks.
        if let Ok(Ok(())) = result.await {
            panic!("{kind}: a write of the old attempt was accepted");
        }
        assert_eq!(witness.get(operation.name().as_str()).await.expect(kind), snapshot, "{kind}");
    }
}

/// The store is away at the deadline: the end is written when it is back.
#[tokio::test(start_paused = true)]
async fn a_deadline_in_an_outage_is_kept_afterwards_p195() {
    let (operations, store) = engine().await;
    let operation = start(&operations, |_| std::future::pending()).await;
    tokio::time::sleep(LIMIT - Duration::from_secs(1)).await;
    store.outage(true);
    tokio::time::sleep(Duration::from_secs(10)).await;
    store.outage(false);
    assert_eq!(error(&end(&operations, operation.name().as_str()).await.unwrap()), exceeded());
}

/// A limit past the end of all calendars is none.
#[tokio::test(start_paused = true)]
async fn an_endless_limit_is_accepted_p195() {
    let (operations, _store) = engine().await;
    let operation = limited(operations.clone(), Duration::MAX, |_| async {
        tokio::time::sleep(Duration::from_secs(10_000)).await;
        done("at last")
    });
    assert_eq!(operation.await.unwrap().await, done("at last"));
    let at_once = limited(operations.clone(), Duration::ZERO, |_| std::future::pending()).await.unwrap();
    assert_eq!(error(&end(&operations, at_once.name().as_str()).await.unwrap()), exceeded());
}
