//! A worker that is killed with SIGKILL directly before and directly after each of its durable writes: what is left is counted exactly.

use std::ops::Deref;
use std::os::unix::process::ExitStatusExt as _;

use futures_util::future::join_all;
use reqwest::Method;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::eventually;
use super::site::Site;
use super::story::{Account, Story, assert_response, effects};
use crate::support::programs::{Server, signal};

/// A story of workers that are killed `before` or `after` a write.
struct Boundary {
    story: Story,
    is_after: bool,
}

impl Deref for Boundary {
    type Target = Story;

    fn deref(&self) -> &Story {
        &self.story
    }
}

impl Boundary {
    /// A worker that dies at the n-th such write.
    async fn mortal(&self, write: &str, pass: u32, arguments: &[&str]) -> Server {
        self.site.worker(&[&["--dies", &self.point(write, pass)], arguments].concat()).await
    }

    fn point(&self, write: &str, pass: u32) -> String {
        format!("{write}.{}:{pass}", self.pick("before", "after"))
    }

    /// A worker that lives.
    async fn immortal(&self) -> Server {
        self.site.worker(&[]).await
    }

    /// What is different after the write.
    fn pick<T>(&self, before: T, after: T) -> T {
        if self.is_after { after } else { before }
    }
}

/// Whoever was not answered asks again with the same request id, and there is one operation, which runs once.
async fn start(story: Boundary) {
    let request = json!({ "requestId": "r", "steps": 3 });
    let worker = story.mortal("create", 1, &[]).await;
    assert_eq!(story.call(&worker, Method::POST, "works", Some(request.clone())).await, None);
    story.death(worker).await;
    assert_eq!(story.site.database.records().await, story.pick((0, 0), (1, 1)));

    let worker = story.immortal().await;
    let name = story.start(&worker, request).await;
    let attempt = story.pick(1, 2);
    assert_response(&story.end(&worker, &name).await, attempt, 0, 0);
    let expected = Account {
        creations: 1,
        claims: story.pick(0, 1),
        ends: 1,
        interruptions: story.pick(0, 1),
        effects: effects(&[(attempt, 0, 3)]),
    };
    assert_eq!(story.account(&name).await, expected);
    assert_eq!(story.site.database.records().await, (1, 0));
}

/// What waits has not begun: only the write that starts it makes its death an interruption.
async fn turn(story: Boundary) {
    let worker = story.mortal("turn", 1, &["--running", "1"]).await;
    let first = story.start(&worker, json!({ "steps": 1, "stuckAt": 1 })).await;
    let waiting = story.start(&worker, json!({ "steps": 2 })).await;
    story.call(&worker, Method::POST, &format!("{first}:cancel"), None).await;
    story.death(worker).await;

    let worker = story.immortal().await;
    let attempt = story.pick(1, 2);
    assert_response(&story.end(&worker, &waiting).await, attempt, 0, 0);
    assert_eq!(story.end(&worker, &first).await["error"]["code"], 1);
    let mut accounts = story.accounts().await;
    let expected = Account {
        creations: 1,
        claims: story.pick(1, 2),
        ends: 1,
        interruptions: story.pick(0, 1),
        effects: effects(&[(attempt, 0, 2)]),
    };
    assert_eq!(accounts.remove(&waiting), Some(expected));
    let expected =
        Account { creations: 1, claims: 0, ends: 1, interruptions: 0, effects: effects(&[(1, 0, 0)]) };
    assert_eq!(accounts.remove(&first), Some(expected));
    assert!(accounts.is_empty(), "{accounts:?}");
}

/// Of three workers the second dies over its claim.
async fn claim(story: Boundary) {
    let worker = story.immortal().await;
    let name = story.start(&worker, json!({ "steps": 3, "stuckAt": 2 })).await;
    story.seen_at(&worker, &name, 1).await;
    drop(worker);
    // It may claim before it listens.
    let status = story.site.short_worker(&["--dies", &story.point("claim", 1)]).await;
    assert_eq!(status.signal(), Some(9));

    let worker = story.immortal().await;
    let attempt = story.pick(2, 3);
    assert_response(&story.end(&worker, &name).await, attempt, 1, 1);
    let claims = story.pick(1, 2);
    let expected = Account {
        creations: 1,
        claims,
        ends: 1,
        interruptions: claims as i64,
        effects: effects(&[(1, 0, 1), (attempt, 1, 3)]),
    };
    assert_eq!(story.account(&name).await, expected);
}

/// Runs three steps, over two attempts that a death at this write separates.
async fn three_steps(story: &Boundary, write: &str, pass: u32) -> (String, Value) {
    let worker = story.mortal(write, pass, &[]).await;
    let name = story.start(&worker, json!({ "steps": 3 })).await;
    story.death(worker).await;
    let worker = story.immortal().await;
    let operation = story.end(&worker, &name).await;
    let (_, open) = story.site.database.records().await;
    assert_eq!(open, 0);
    (name, operation)
}

fn interrupted_once(effects: Vec<(String, u32, u32)>) -> Account {
    Account { creations: 1, claims: 1, ends: 1, interruptions: 1, effects }
}

/// The steps are in the checkpoint; what clients are shown goes on from what they were shown.
async fn progress(story: Boundary) {
    let (name, operation) = three_steps(&story, "progress", 2).await;
    assert_response(&operation, 2, 2, story.pick(1, 2));
    assert_eq!(story.account(&name).await, interrupted_once(effects(&[(1, 0, 2), (2, 2, 3)])));
}

/// A step whose checkpoint was not kept is done again; one whose checkpoint was, is not.
async fn checkpoint(story: Boundary) {
    let (name, operation) = three_steps(&story, "checkpoint", 2).await;
    let restored = story.pick(1, 2);
    assert_response(&operation, 2, restored, 1);
    assert_eq!(story.account(&name).await, interrupted_once(effects(&[(1, 0, 2), (2, restored, 3)])));
}

/// A result that was kept is not made again, though nobody was told.
async fn completion(story: Boundary) {
    let (name, operation) = three_steps(&story, "complete", 1).await;
    let account = story.account(&name).await;
    if story.is_after {
        assert_response(&operation, 1, 0, 0);
        let effects = effects(&[(1, 0, 3)]);
        assert_eq!(account, Account { creations: 1, claims: 0, ends: 1, interruptions: 0, effects });
    } else {
        assert_response(&operation, 2, 3, 3);
        assert_eq!(account, interrupted_once(effects(&[(1, 0, 3), (2, 3, 3)])));
    }
}

/// Delete hides, and the work goes on (D6).
async fn delete(story: Boundary) {
    let worker = story.mortal("delete", 1, &[]).await;
    let name = story.start(&worker, json!({ "steps": 3, "stuckAt": 2 })).await;
    story.seen_at(&worker, &name, 1).await;
    assert_eq!(story.call(&worker, Method::DELETE, &name, None).await, None);
    story.death(worker).await;

    let worker = story.immortal().await;
    if !story.is_after {
        assert_response(&story.end(&worker, &name).await, 2, 1, 1);
        assert_eq!(story.call(&worker, Method::DELETE, &name, None).await, Some(json!({})));
    }
    let found = story.call(&worker, Method::GET, &name, None).await.expect("an answer");
    assert_eq!(found["error"]["status"], "NOT_FOUND");
    let purged = async || (story.site.database.records().await == (0, 0)).then_some(());
    eventually("nothing is left", purged).await;
    assert_eq!(story.account(&name).await, interrupted_once(effects(&[(1, 0, 1), (2, 1, 3)])));
}

/// I7: no attempt follows a cancel that was kept.
async fn cancel(story: Boundary) {
    let worker = story.mortal("cancel", 1, &[]).await;
    let name = story.start(&worker, json!({ "steps": 3, "stuckAt": 2 })).await;
    story.seen_at(&worker, &name, 1).await;
    assert_eq!(story.call(&worker, Method::POST, &format!("{name}:cancel"), None).await, None);
    story.death(worker).await;

    let worker = story.immortal().await;
    let operation = story.end(&worker, &name).await;
    let account = story.account(&name).await;
    if story.is_after {
        assert_eq!(operation["error"]["code"], 1, "{operation}");
        assert_eq!(account, interrupted_once(effects(&[(1, 0, 1)])));
    } else {
        assert_response(&operation, 2, 1, 1);
        assert_eq!(account, interrupted_once(effects(&[(1, 0, 1), (2, 1, 3)])));
    }
}

/// A hand-over is no interruption; a death before it is.
async fn handover(story: Boundary) {
    let worker = story.mortal("handover", 1, &[]).await;
    let name = story.start(&worker, json!({ "steps": 3, "stuckAt": 2 })).await;
    story.seen_at(&worker, &name, 1).await;
    signal(&worker.child, Signal::TERM);
    story.death(worker).await;

    let worker = story.immortal().await;
    assert_response(&story.end(&worker, &name).await, 2, 1, 1);
    let interruptions = story.pick(1, 0);
    let expected = interrupted_once(effects(&[(1, 0, 1), (2, 1, 3)]));
    assert_eq!(story.account(&name).await, Account { interruptions, ..expected });
}

/// Tells the story twice at a time, each on a store of its own.
async fn tell<S: Future<Output = ()>>(site: impl AsyncFn() -> Site, story: impl Fn(Boundary) -> S) {
    let tell = async |is_after| story(Boundary { story: Story::on(site().await), is_after }).await;
    join_all([tell(false), tell(true)]).await;
}

macro_rules! on_each_store {
    ($($story:ident)*) => {
        mod sqlite {
            $(#[tokio::test] async fn $story() { super::tell(super::Site::sqlite, super::$story).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $story() { super::tell(super::Site::postgres, super::$story).await; })*
        }
    };
}

on_each_store!(start turn claim progress checkpoint completion delete cancel handover);
