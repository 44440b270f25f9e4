//! A worker that is paused past its lease, and wakes up.

use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use tokio::time::sleep;

use super::chaos::faults;
use super::site::{Effect, LEASE_MILLIS, Site};
use super::story::{Account, Story, assert_response, effects};
use crate::support::programs::signal;

const LEASE: Duration = Duration::from_millis(LEASE_MILLIS);

/// Fencing: no write of the old attempt is accepted after the claim, and its handler is stopped.
#[tokio::test]
async fn on_postgres_its_operations_are_another_workers() {
    let story = Story::on(Site::postgres().await);
    let (paused, other) = (story.site.worker(&[]).await, story.site.worker(&[]).await);
    let name = story.start(&paused, json!({ "steps": 30, "stepMillis": 50 })).await;
    story.seen_at(&paused, &name, 2).await;
    signal(&paused.child, Signal::STOP);
    let operation = story.end(&other, &name).await;
    assert_eq!(operation["response"]["attempt"], 2, "{operation}");
    let of_first = || {
        let effects = story.site.effects();
        let is_first = |effect: &&Effect| effect.name == name && effect.attempt == 1 && effect.what == "step";
        effects.iter().filter(is_first).count()
    };
    let before = of_first();

    signal(&paused.child, Signal::CONT);
    // Ten steps of other work are time enough for steps that nobody stops.
    let next = story.start(&paused, json!({ "steps": 10, "stepMillis": 50 })).await;
    story.end(&paused, &next).await;
    let after = of_first();
    assert!(after <= before + 1 && after < 30, "at most the step that it was about to do: {before}, {after}");
    let account = &story.accounts().await[&name];
    assert_eq!((account.claims, account.ends, account.interruptions), (1, 1, 1));
    assert_eq!(faults(&story.site.database.ledger().await, &story.site.effects()), [""; 0]);
    assert_eq!(story.end(&other, &name).await, operation);
}

/// Nobody else was there to take anything.
#[tokio::test]
async fn on_sqlite_it_goes_on() {
    let story = Story::on(Site::sqlite().await);
    let worker = story.site.worker(&[]).await;
    let name = story.start(&worker, json!({ "steps": 10, "stepMillis": 50 })).await;
    story.seen_at(&worker, &name, 2).await;
    signal(&worker.child, Signal::STOP);
    // How long it is paused is what this is about.
    sleep(LEASE * 2).await;
    signal(&worker.child, Signal::CONT);
    assert_response(&story.end(&worker, &name).await, 1, 0, 0);
    let effects = effects(&[(1, 0, 10)]);
    assert_eq!(
        story.account(&name).await,
        Account { creations: 1, claims: 0, ends: 1, interruptions: 0, effects }
    );
}
