//! Races: many callers at once, and one answer. Each is run often enough to meet in one commit and in several.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::Subject;
use super::support::*;
use crate::store::{Created, Guard, NewRecord, Patch, Store, Written};

const CALLERS: usize = 16;
const ROUNDS: usize = 20;

/// Runs one call for each caller at the same instant, and gathers the answers.
async fn together<T, F>(store: &Arc<dyn Store>, call: impl Fn(Arc<dyn Store>, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(CALLERS));
    let mut calls = JoinSet::new();
    for caller in 0..CALLERS {
        let (call, barrier) = (call(store.clone(), caller), barrier.clone());
        calls.spawn(async move {
            barrier.wait().await;
            call.await
        });
    }
    calls.join_all().await
}

/// Of several creations of one name, one creates; the others get that record.
pub async fn one_creation_wins_a_name(subject: &mut dyn Subject) {
    one_creation_wins(subject, |round, caller| NewRecord {
        metadata: any(&format!("{caller}")),
        ..new(&format!("operations/{round}"))
    })
    .await;
}

/// Of several creations with one request key, one creates; the others get that record.
pub async fn one_creation_wins_a_request_key(subject: &mut dyn Subject) {
    one_creation_wins(subject, |round, caller| NewRecord {
        request_key: Some(key(round)),
        ..new(&format!("operations/{round}-{caller}"))
    })
    .await;
}

/// Of several creations with one exclusivity key, one creates; the others get that record.
pub async fn one_creation_wins_an_exclusive_key(subject: &mut dyn Subject) {
    one_creation_wins(subject, |round, caller| NewRecord {
        exclusive_key: Some(key(round)),
        ..new(&format!("operations/{round}-{caller}"))
    })
    .await;
}

async fn one_creation_wins(subject: &mut dyn Subject, record: fn(u8, usize) -> NewRecord) {
    let store = subject.store();
    for round in 0..ROUNDS as u8 {
        let answers = together(&store, |store, caller| async move {
            store.create(record(round, caller), None).await.expect("create")
        })
        .await;
        let (mut winners, mut met) = (Vec::new(), Vec::new());
        for answer in answers {
            match answer {
                Created::New(record) => winners.push(record),
                Created::Name(record) | Created::Request(record) | Created::Exclusive(record) => {
                    met.push(record)
                }
            }
        }
        assert_eq!((winners.len(), met.len()), (1, CALLERS - 1));
        assert!(met.iter().all(|record| *record == winners[0]), "{met:?}");
    }
}

/// A conflict is its caller's own: creations beside it are not disturbed.
pub async fn a_conflict_does_not_disturb_its_neighbours(subject: &mut dyn Subject) {
    let store = subject.store();
    created(&*store, NewRecord { request_key: Some(key(1)), ..new("operations/taken") }).await;
    for round in 0..ROUNDS {
        let answers = together(&store, |store, caller| async move {
            let request_key = (caller % 2 == 0).then_some(key(1));
            let record = NewRecord { request_key, ..new(&format!("operations/{round}-{caller}")) };
            (caller, store.create(record, None).await.expect("create"))
        })
        .await;
        for (caller, answer) in answers {
            match answer {
                Created::Request(_) => assert_eq!(caller % 2, 0),
                Created::New(_) => assert_eq!(caller % 2, 1),
                other => panic!("caller {caller} got {other:?}"),
            }
        }
    }
}

/// Of several completions, among them a cancel, a deadline and a handler's own, exactly one wins, and its outcome
/// is what everybody reads (P-188, P-189).
pub async fn one_completion_wins(subject: &mut dyn Subject) {
    let store = subject.store();
    for round in 0..ROUNDS {
        let name = created(&*store, new(&format!("operations/{round}"))).await.name;
        let answers = together(&store, |store, caller| {
            let name = name.clone();
            async move {
                let outcome = if caller % 2 == 0 {
                    response(&format!("{caller}"))
                } else {
                    failure(&format!("{caller}"))
                };
                let patch = Patch { outcome: Some(outcome.clone()), ..Patch::default() };
                (outcome, store.update(&name, Guard::Attempt(1), patch).await.expect("update"))
            }
        })
        .await;
        let winners: Vec<_> =
            answers.iter().filter(|(_, written)| matches!(written, Written::Applied(_))).collect();
        assert_eq!(winners.len(), 1, "{answers:?}");
        assert!(answers.iter().all(|(_, written)| match written {
            Written::Applied(head) | Written::Refused(head) => head.done,
            Written::Absent => false,
        }));
        assert_eq!(read(&*store, &name).await.expect("record").outcome.as_ref(), Some(&winners[0].0));
    }
}

/// Of several claims of one record, one wins: the attempt is raised once.
pub async fn one_claim_wins(subject: &mut dyn Subject) {
    let store = subject.store();
    for round in 0..ROUNDS {
        let name = created(&*store, new(&format!("operations/{round}"))).await.name;
        let answers = together(&store, |store, caller| {
            let name = name.clone();
            async move {
                let by = worker(100 + caller as u128);
                let patch = Patch { worker: Some(Some(by)), attempt: Some(2), ..Patch::default() };
                (by, store.update(&name, Guard::Attempt(1), patch).await.expect("update"))
            }
        })
        .await;
        let winners: Vec<_> =
            answers.iter().filter(|(_, written)| matches!(written, Written::Applied(_))).collect();
        assert_eq!(winners.len(), 1, "{answers:?}");
        let record = read(&*store, &name).await.expect("record");
        assert_eq!((record.worker, record.attempt), (Some(winners[0].0), 2));
    }
}

/// What was acknowledged is read, by everyone, from then on.
pub async fn an_acknowledged_write_is_read(subject: &mut dyn Subject) {
    let store = subject.store();
    for round in 0..ROUNDS {
        together(&store, |store, caller| async move {
            let name = created(&*store, new(&format!("operations/{round}-{caller}"))).await.name;
            assert!(read(&*store, &name).await.is_some(), "{name} after its creation");
            finish(&*store, &name, None).await;
            assert!(
                read(&*store, &name).await.is_some_and(|record| record.outcome.is_some()),
                "{name} after its end"
            );
        })
        .await;
    }
}
