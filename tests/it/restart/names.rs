//! A stable worker name: the next process need not wait for the lease of the last one.

use std::time::Duration;

use lro_runtime::Outcome;
use tokio::time::Instant;

use super::LEASE;
use crate::support::restarts::{Copies, copied, endless};
use crate::support::{FaultyStore, end, open, store};

async fn pod(store: &FaultyStore) -> lro_runtime::Operations {
    open(store, |builder| builder.lease(LEASE).worker_name("pod-1")).await
}

#[tokio::test(start_paused = true)]
async fn the_work_of_the_predecessor_is_taken_over_at_once() {
    let store = store();
    let last = Copies::new(&pod(&store).await, endless);
    last.run().await;
    let operation = last.start().await;
    store.outage(true);
    let before = Instant::now();
    let operations = pod(&store.another_way()).await;
    let next = Copies::new(&operations, copied);
    next.run().await;
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
    assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
}

/// A mistake of the deploy: both live. The first one is fenced, and neither condemns the other again.
#[tokio::test(start_paused = true)]
async fn two_of_one_name_do_not_fight() {
    let store = store();
    let first_way = store.another_way();
    let first = Copies::new(&pod(&first_way).await, endless);
    first.run().await;
    let operation = first.start().await;
    let second = Copies::new(&pod(&store.another_way()).await, endless);
    second.run().await;
    tokio::time::sleep(LEASE * 5).await;
    assert_eq!(first.runs() + second.runs(), 2, "it went over once");
    assert!(!operation.operations().get(operation.name().as_str()).await.unwrap().is_done());
}
