//! One operation after the other, over workers that come and go, and the account of what came of each.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt as _;

use reqwest::{Client, Method};
use serde_json::Value;

use super::eventually;
use super::site::Site;
use crate::support::postgres::blocking;
use crate::support::programs::{Server, client};

/// What there is of one operation when all is over.
#[derive(Debug, PartialEq)]
pub(super) struct Account {
    pub(super) creations: usize,
    pub(super) claims: usize,
    pub(super) ends: usize,
    pub(super) interruptions: i64,
    /// Each with its attempt and its step.
    pub(super) effects: Vec<(String, u32, u32)>,
}

/// A store, and a client of its workers.
pub(super) struct Story {
    pub(super) site: Site,
    client: Client,
}

impl Story {
    pub(super) fn on(site: Site) -> Self {
        Self { site, client: client() }
    }

    /// A call whose answer is lost when the worker dies.
    pub(super) async fn call(
        &self,
        worker: &Server,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Option<Value> {
        let request = self.client.request(method, format!("{}/v1/{path}", worker.url));
        let request = match &body {
            Some(body) => request.json(body),
            None => request,
        };
        let response = request.send().await.ok()?;
        response.json().await.ok()
    }

    pub(super) async fn start(&self, worker: &Server, request: Value) -> String {
        let operation = self.call(worker, Method::POST, "works", Some(request)).await.expect("an answer");
        operation["name"].as_str().unwrap_or_else(|| panic!("{operation}")).to_owned()
    }

    /// Waits until this step is in the metadata that clients see.
    pub(super) async fn seen_at(&self, worker: &Server, name: &str, step: u32) {
        eventually("the metadata", async || {
            let operation = self.call(worker, Method::GET, name, None).await?;
            (operation["metadata"]["step"] == step).then_some(())
        })
        .await;
    }

    pub(super) async fn end(&self, worker: &Server, name: &str) -> Value {
        eventually("the end", async || {
            let operation = self.call(worker, Method::POST, &format!("{name}:wait"), None).await;
            operation.filter(|operation| operation["done"] == true)
        })
        .await
    }

    /// Waits for the death of a worker by its own fail point.
    pub(super) async fn death(&self, mut worker: Server) {
        let status = blocking(move || worker.child.wait()).await;
        assert_eq!(status.expect("a status").signal(), Some(9));
    }

    /// What is written of each operation, and what was done for it.
    pub(super) async fn accounts(&self) -> HashMap<String, Account> {
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
    pub(super) async fn account(&self, name: &str) -> Account {
        let mut accounts = self.accounts().await;
        assert_eq!(accounts.len(), 1, "{accounts:?}");
        accounts.remove(name).expect("it is the only one")
    }
}

/// The effects of attempts, each with the step that it went on from and the last one that it did.
pub(super) fn effects(attempts: &[(u32, u32, u32)]) -> Vec<(String, u32, u32)> {
    let of = |&(attempt, from, to): &(u32, u32, u32)| {
        let steps = (from + 1..=to).map(move |step| ("step".to_owned(), attempt, step));
        std::iter::once(("begin".to_owned(), attempt, from)).chain(steps)
    };
    attempts.iter().flat_map(of).collect()
}

pub(super) fn assert_response(operation: &Value, attempt: u32, restored: u32, shown: u32) {
    let response = &operation["response"];
    let number = |field: &str| response[field].as_u64().unwrap_or_default();
    let found = (number("attempt"), number("restored"), number("shown"));
    assert_eq!(found, (attempt.into(), restored.into(), shown.into()), "{operation}");
}
