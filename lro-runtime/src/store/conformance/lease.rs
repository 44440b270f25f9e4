//! Leases: who is alive, who is condemned, and whose work can be taken over.

use std::time::Duration;

use super::Subject;
use super::support::*;
use crate::store::{Guard, NewRecord, Patch, Query, Store};

/// A worker whose lease lapsed and was reaped is condemned: renewing fails from then on, for ever.
pub async fn a_reaped_worker_is_condemned_for_ever(subject: &mut dyn Subject) {
    let store = subject.store();
    assert!(renewed(&*store, worker(1), true).await);
    subject.advance(SPAN).await;
    assert_eq!(store.reap(worker(9)).await.expect("reap"), 1);
    for _ in 0..2 {
        assert!(!renewed(&*store, worker(1), false).await);
        subject.advance(SPAN).await;
    }
    assert!(renewed(&*store, worker(2), true).await, "another incarnation is another worker");
    assert!(!renewed(&*store, worker(1), false).await);
}

/// A lapsed lease can be renewed until it is reaped: a pause alone condemns nobody.
pub async fn a_lapsed_worker_revives_before_the_reaper_comes(subject: &mut dyn Subject) {
    let store = subject.store();
    renewed(&*store, worker(1), true).await;
    subject.advance(2 * SPAN).await;
    assert!(renewed(&*store, worker(1), false).await);
    assert_eq!(store.reap(worker(9)).await.expect("reap"), 0);
    assert!(renewed(&*store, worker(1), false).await);
}

/// A lease holds until its end, each renewal counts from its own instant, and only lapsed ones are reaped.
pub async fn only_lapsed_leases_are_reaped(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 1..=3 {
        renewed(&*store, worker(number), true).await;
    }
    store.renew(worker(4), &[], Duration::MAX, true).await.expect("a lease without end");
    assert_eq!(store.reap(worker(9)).await.expect("reap"), 0);
    subject.advance(SPAN / 2).await;
    renewed(&*store, worker(3), false).await;
    subject.advance(SPAN / 2).await;
    assert_eq!(store.reap(worker(9)).await.expect("reap"), 2);
    assert_eq!(store.reap(worker(9)).await.expect("reap"), 0);
    assert!(renewed(&*store, worker(3), false).await);
    assert!(renewed(&*store, worker(4), false).await);
}

/// A worker that reaps spares itself: after a pause longer than its lease, nobody else may be there to rob it.
pub async fn a_reaper_spares_itself(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 1..=2 {
        renewed(&*store, worker(number), true).await;
    }
    subject.advance(2 * SPAN).await;
    assert_eq!(store.reap(worker(1)).await.expect("reap"), 1);
    assert!(renewed(&*store, worker(1), false).await);
    assert!(!renewed(&*store, worker(2), false).await);
}

/// The first call may be repeated, as after a lost reply.
pub async fn a_first_lease_can_be_asked_for_again(subject: &mut dyn Subject) {
    let store = subject.store();
    assert!(renewed(&*store, worker(1), true).await);
    assert!(renewed(&*store, worker(1), true).await);
}

/// A worker that never had a lease cannot renew one.
pub async fn an_unknown_worker_is_condemned(subject: &mut dyn Subject) {
    let store = subject.store();
    assert!(!renewed(&*store, worker(1), false).await);
}

/// A worker that retires gives its work up at once, and is condemned; others are not touched.
pub async fn a_retired_worker_gives_its_work_up(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 1..=2 {
        renewed(&*store, worker(number), true).await;
        owned(&*store, &format!("operations/{number}"), number).await;
    }
    store.retire(worker(1)).await.expect("retire");
    store.retire(worker(1)).await.expect("retiring twice is nothing");
    assert_eq!(claimable(&*store, &[]).await, ["operations/1"]);
    assert!(!renewed(&*store, worker(1), false).await);
    assert!(renewed(&*store, worker(2), false).await);
}

/// The work of a worker with a row cannot be claimed, even when its lease has lapsed: condemnation comes first.
pub async fn work_is_claimable_after_the_condemnation_only(subject: &mut dyn Subject) {
    let store = subject.store();
    renewed(&*store, worker(1), true).await;
    owned(&*store, "operations/a", 1).await;
    subject.advance(2 * SPAN).await;
    assert_eq!(claimable(&*store, &[]).await, [""; 0]);
    store.reap(worker(9)).await.expect("reap");
    assert_eq!(claimable(&*store, &[]).await, ["operations/a"]);
}

/// What was handed over can be claimed while its former owner lives; what was claimed cannot.
pub async fn work_that_was_handed_over_is_claimable(subject: &mut dyn Subject) {
    let store = subject.store();
    renewed(&*store, worker(1), true).await;
    renewed(&*store, worker(2), true).await;
    let name = owned(&*store, "operations/a", 1).await;
    applied(&*store, &name, Guard::Attempt(1), Patch { worker: Some(None), ..Patch::default() }).await;
    assert_eq!(claimable(&*store, &[]).await, ["operations/a"]);
    let claim = Patch { worker: Some(Some(worker(2))), attempt: Some(2), ..Patch::default() };
    applied(&*store, &name, Guard::Attempt(1), claim).await;
    assert_eq!(claimable(&*store, &[]).await, [""; 0]);
    assert_eq!(owned_by(&*store, worker(2)).await, ["operations/a"]);
}

/// What can run again is claimable for those who list its method; what cannot is claimable for everyone, to be ended.
pub async fn restartable_work_is_claimable_by_method(subject: &mut dyn Subject) {
    let store = subject.store();
    for (text, method, restartable) in [
        ("operations/1", "acme.v1.Disks/Copy", false),
        ("operations/2", "acme.v1.Disks/Copy", true),
        ("operations/3", "acme.v1.Disks/Move", true),
        ("operations/4", "acme.v1.Disks/Move\"%", true),
    ] {
        created(&*store, NewRecord { method: method.into(), restartable, ..new(text) }).await;
    }
    for (methods, expected) in [
        (&[][..], &["operations/1"][..]),
        (&["acme.v1.Disks/Copy"], &["operations/1", "operations/2"]),
        (&["acme.v1.Disks/copy", "acme.v1.Disks"], &["operations/1"]),
        (&["acme.v1.Disks/Move", "acme.v1.Disks/Copy"], &["operations/1", "operations/2", "operations/3"]),
        (&["acme.v1.Disks/Move\"%"], &["operations/1", "operations/4"]),
    ] {
        assert_eq!(claimable(&*store, methods).await, expected, "{methods:?}");
    }
}

/// Removed records are claimed and reconciled too while they are open: what is hidden still runs. Done ones are not.
pub async fn hidden_work_is_claimable_and_done_work_is_not(subject: &mut dyn Subject) {
    let store = subject.store();
    let hidden = created(&*store, new("operations/hidden")).await.name;
    remove(&*store, &hidden).await;
    let done = created(&*store, new("operations/done")).await.name;
    finish(&*store, &done, None).await;
    assert_eq!(claimable(&*store, &[]).await, ["operations/hidden"]);
    assert_eq!(owned_by(&*store, worker(1)).await, ["operations/hidden"]);
}

/// A worker's open records are listed by their owner, waiting ones included, whether it has a row or not.
pub async fn a_worker_finds_what_it_owns(subject: &mut dyn Subject) {
    let store = subject.store();
    owned(&*store, "operations/b", 1).await;
    created(&*store, NewRecord { attempt: 0, ..new("operations/a") }).await;
    owned(&*store, "operations/c", 2).await;
    renewed(&*store, worker(1), true).await;
    assert_eq!(owned_by(&*store, worker(1)).await, ["operations/a", "operations/b"]);
    assert_eq!(owned_by(&*store, worker(2)).await, ["operations/c"]);
    assert_eq!(owned_by(&*store, worker(3)).await, [""; 0]);
}

/// Open records past their deadline are overdue, hidden ones included; done ones and those without a deadline are not.
pub async fn open_work_past_its_deadline_is_overdue(subject: &mut dyn Subject) {
    let store = subject.store();
    let overdue = async |limit| listed(&*store, Query::Overdue { after: None, limit }).await;
    for text in ["operations/a", "operations/b", "operations/done"] {
        created_within(&*store, new(text), Some(SPAN)).await;
    }
    created_within(&*store, new("operations/later"), Some(3 * SPAN)).await;
    created(&*store, new("operations/unlimited")).await;
    finish(&*store, &name("operations/done"), None).await;
    remove(&*store, &name("operations/b")).await;
    assert_eq!(overdue(100).await, [""; 0]);
    subject.advance(SPAN).await;
    assert_eq!(overdue(100).await, ["operations/a", "operations/b"]);
    assert_eq!(overdue(1).await, ["operations/a"]);
    let after = Some(name("operations/a"));
    assert_eq!(listed(&*store, Query::Overdue { after, limit: 100 }).await, ["operations/b"]);
}

/// Open restartable records are unregistered while no worker with a row lists their method, and they have no worker with one.
pub async fn work_that_nobody_can_run_again_is_found(subject: &mut dyn Subject) {
    let store = subject.store();
    let restartable = true;
    for (text, method, by) in [
        ("operations/1", "acme.v1.Disks/Copy", 1),
        ("operations/2", "acme.v1.Disks/Move", 1),
        ("operations/3", "acme.v1.Disks/Wipe", 2),
        ("operations/4", "acme.v1.Disks/Wipe", 1),
    ] {
        let record = NewRecord { method: method.into(), restartable, worker: worker(by), ..new(text) };
        created(&*store, record).await;
    }
    created(&*store, new("operations/5")).await;
    remove(&*store, &name("operations/4")).await;
    let unregistered = async |after, limit| listed(&*store, Query::Unregistered { after, limit }).await;
    let lists = async |by: u128, methods: &[&str], lease, first| {
        let methods: Vec<_> = methods.iter().map(|&method| method.to_owned()).collect();
        assert!(store.renew(worker(by), &methods, lease, first).await.expect("renew"));
    };
    assert_eq!(
        unregistered(None, 100).await,
        ["operations/1", "operations/2", "operations/3", "operations/4"]
    );
    let after = Some(name("operations/1"));
    assert_eq!(unregistered(after, 2).await, ["operations/2", "operations/3"]);
    lists(2, &[], 3 * SPAN, true).await;
    lists(3, &["acme.v1.Disks/Move", "acme.v1.Disks/Cop", "acme.v1.Disks/Copy"], SPAN / 2, true).await;
    assert_eq!(unregistered(None, 100).await, ["operations/4"]);
    // The newest list counts, and ends with the row.
    lists(3, &["acme.v1.Disks/Wipe"], SPAN / 2, false).await;
    assert_eq!(unregistered(None, 100).await, ["operations/1", "operations/2"]);
    subject.advance(SPAN).await;
    store.reap(worker(2)).await.expect("reap");
    let all = listed(&*store, Query::Unregistered { after: None, limit: 100 }).await;
    assert_eq!(all, ["operations/1", "operations/2", "operations/4"]);
}

/// Claimable and owned records come by name, in pages, from all condemned workers at once.
pub async fn work_is_paged_by_name(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in (0..10).rev() {
        owned(&*store, &format!("operations/{number}"), number % 3).await;
    }
    let nobody = created(&*store, new("operations/5b")).await.name;
    applied(&*store, &nobody, Guard::Attempt(1), Patch { worker: Some(None), ..Patch::default() }).await;
    renewed(&*store, worker(2), true).await;
    let mut after = None;
    let mut pages = Vec::new();
    loop {
        let page = listed(&*store, Query::Claimable { methods: Vec::new(), after, limit: 3 }).await;
        let Some(last) = page.last() else { break };
        after = Some(name(last));
        pages.push(
            page.iter().map(|text| text.trim_start_matches("operations/").to_owned()).collect::<Vec<_>>(),
        );
    }
    assert_eq!(pages, [vec!["0", "1", "3"], vec!["4", "5b", "6"], vec!["7", "9"]]);

    let owned = |after, limit| listed(&*store, Query::OwnedBy { worker: worker(0), after, limit });
    assert_eq!(owned(None, 2).await, ["operations/0", "operations/3"]);
    assert_eq!(owned(Some(name("operations/3")), 2).await, ["operations/6", "operations/9"]);
}

async fn owned(store: &dyn Store, text: &str, by: u128) -> crate::OperationName {
    created(store, NewRecord { worker: worker(by), ..new(text) }).await.name
}
