//! A worker that is killed with SIGKILL directly before and directly after each of its durable writes: what is left is counted exactly.

use std::collections::HashMap;

use futures_util::future::join_all;
use reqwest::{Client, Method};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::eventually;
use super::site::Site;
use crate::support::programs::{Server, client, signal};

/// What there is of one operation when all is over.
#[derive(Debug, PartialEq)]
struct Account {
    creations: usize,
    claims: usize,
    ends: usize,
    interruptions: i64,
    /// Each with its attempt and its step.
    effects: Vec<(String, u32, u32)>,
}

/// A story of workers that are killed `before` or `after` a write.
struct Story {
    site: Site,
    client: Client,
    is_after: bool,
}

impl Story {
    /// A worker that dies at the n-th such write.
    async fn mortal(&self, write: &str, pass: u32, arguments: &[&str]) -> Server {
        let when = if self.is_after { "after" } else { "before" };
        let point = format!("{write}.{when}:{pass}");
        self.site.worker(&[&["--dies", &point], arguments].concat()).await
    }

    /// A worker that lives.
    async fn immortal(&self) -> Server {
        self.site.worker(&[]).await
    }

    /// What is different after the write.
    fn pick<T>(&self, before: T, after: T) -> T {
        if self.is_after { after } else { before }
    }

    /// A call whose answer is lost when the worker dies.
    async fn call(&self, worker: &Server, method: Method, path: &str, body: Option<Value>) -> Option<Value> {
        let request = self.client.request(method, format!("{}/v1/{path}", worker.url));
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.ok()?;
        response.json().await.ok()
    }

    async fn start(&self, worker: &Server, request: Value) -> String {
        let operation = self.call(worker, Method::POST, "works", Some(request)).await.expect("an answer");
        operation["name"].as_str().unwrap_or_else(|| panic!("{operation}")).to_owned()
    }

    /// Waits until this step is in the metadata that clients see.
    async fn seen_at(&self, worker: &Server, name: &str, step: u32) {
        eventually("the metadata", async || {
            let operation = self.call(worker, Method::GET, name, None).await?;
            (operation["metadata"]["step"] == step).then_some(())
        })
        .await;
    }

    async fn end(&self, worker: &Server, name: &str) -> Value {
        eventually("the end", async || {
            let operation = self.call(worker, Method::POST, &format!("{name}:wait"), None).await;
            operation.filter(|operation| operation["done"] == true)
        })
        .await
    }

    /// Waits for the death of a worker by its own fail point.
    async fn death(&self, mut worker: Server) {
        use std::os::unix::process::ExitStatusExt as _;
        let status = crate::support::postgres::blocking(move || worker.child.wait()).await;
        assert_eq!(status.expect("a status").signal(), Some(9));
    }

    /// What is written of each operation, and what was done for it.
    async fn accounts(&self) -> HashMap<String, Account> {
        let ledger = self.site.database.ledger().await;
        let mut accounts: HashMap<String, Account> = HashMap::new();
        let mut last: HashMap<String, (i64, bool)> = HashMap::new();
        for entry in ledger {
            let Some(name) = entry.name else { continue };
            let empty =
                || Account { creations: 0, claims: 0, ends: 0, interruptions: 0, effects: Vec::new() };
            let account = accounts.entry(name.clone()).or_insert_with(empty);
            let (attempt, done) = last.insert(name, (entry.attempt, entry.done)).unwrap_or_default();
            match &*entry.what {
                "create" => account.creations += 1,
                "write" => {
                    account.claims += usize::from(entry.attempt > attempt);
                    account.ends += usize::from(entry.done && !done);
                    account.interruptions = entry.interruptions;
                }
                _ => {}
            }
        }
        for effect in self.site.effects().into_iter().filter(|effect| effect.what != "kept") {
            let account = accounts.get_mut(&effect.name).expect("an effect of what was recorded");
            account.effects.push((effect.what, effect.attempt, effect.step));
        }
        accounts
    }

    /// What there is of the only operation.
    async fn account(&self, name: &str) -> Account {
        let mut accounts = self.accounts().await;
        assert_eq!(accounts.len(), 1, "{accounts:?}");
        accounts.remove(name).expect("it is the only one")
    }
}

/// The effects of attempts, each with the step that it went on from and the last one that it did.
fn effects(attempts: &[(u32, u32, u32)]) -> Vec<(String, u32, u32)> {
    let of = |&(attempt, from, to): &(u32, u32, u32)| {
        let steps = (from + 1..=to).map(move |step| ("step".to_owned(), attempt, step));
        std::iter::once(("begin".to_owned(), attempt, from)).chain(steps)
    };
    attempts.iter().flat_map(of).collect()
}

fn assert_response(operation: &Value, attempt: u32, restored: u32, shown: u32) {
    let response = &operation["response"];
    let number = |field: &str| response[field].as_u64().unwrap_or_default();
    let found = (number("attempt"), number("restored"), number("shown"));
    assert_eq!(found, (attempt.into(), restored.into(), shown.into()), "{operation}");
}

/// Whoever was not answered asks again with the same request id, and there is one operation, which runs once.
async fn start(story: Story) {
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
async fn turn(story: Story) {
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
async fn claim(story: Story) {
    let worker = story.immortal().await;
    let name = story.start(&worker, json!({ "steps": 3, "stuckAt": 2 })).await;
    story.seen_at(&worker, &name, 1).await;
    drop(worker);
    story.death(story.mortal("claim", 1, &[]).await).await;

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
async fn three_steps(story: &Story, write: &str, pass: u32) -> (String, Value) {
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
async fn progress(story: Story) {
    let (name, operation) = three_steps(&story, "progress", 2).await;
    assert_response(&operation, 2, 2, story.pick(1, 2));
    assert_eq!(story.account(&name).await, interrupted_once(effects(&[(1, 0, 2), (2, 2, 3)])));
}

/// A step whose checkpoint was not kept is done again; one whose checkpoint was, is not.
async fn checkpoint(story: Story) {
    let (name, operation) = three_steps(&story, "checkpoint", 2).await;
    let restored = story.pick(1, 2);
    assert_response(&operation, 2, restored, 1);
    assert_eq!(story.account(&name).await, interrupted_once(effects(&[(1, 0, 2), (2, restored, 3)])));
}

/// A result that was kept is not made again, though nobody was told.
async fn completion(story: Story) {
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
async fn delete(story: Story) {
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
async fn cancel(story: Story) {
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
async fn handover(story: Story) {
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
async fn tell<S: Future<Output = ()>>(site: impl AsyncFn() -> Site, story: impl Fn(Story) -> S) {
    let tell = async |is_after| story(Story { site: site().await, client: client(), is_after }).await;
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
