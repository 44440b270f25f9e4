//! One store with its workers, and what they leave: effects in a file, and the ledger.

use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;

use tempfile::TempDir;

use super::ledger::Database;
use crate::support::postgres::{blocking, database, fresh_schema};
use crate::support::programs::Server;

/// What the leases of these workers last. SQLite's workers need not wait for them.
pub(super) const LEASE_MILLIS: u64 = 1_000;

/// A store of processes that come and go. Clones are the same.
#[derive(Clone)]
pub(super) struct Site {
    folder: Arc<TempDir>,
    url: String,
    pub(super) database: Database,
}

/// What a worker did outside of its store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Effect {
    /// `begin`, with the step that it goes on from, `step`, or `kept` once the checkpoint after it was acknowledged.
    pub(super) what: String,
    pub(super) name: String,
    pub(super) attempt: u32,
    pub(super) step: u32,
}

impl Site {
    pub(super) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("operations.db");
        Self::new(folder, format!("sqlite:{}", path.display()), Database::Sqlite(path)).await
    }

    /// In a schema of its own, on the server that the tests share.
    pub(super) async fn postgres() -> Self {
        let url = fresh_schema().await;
        Self::postgres_at(blocking(database).await, url).await
    }

    /// In the schema that the URL's last option names.
    pub(super) async fn postgres_at(database: String, url: String) -> Self {
        let schema = url.rsplit('=').next().expect("a schema").to_owned();
        let folder = tempfile::tempdir().expect("a folder");
        Self::new(folder, url, Database::Postgres { database, schema }).await
    }

    async fn new(folder: TempDir, url: String, database: Database) -> Self {
        let site = Self { folder: Arc::new(folder), url, database };
        // The first worker makes the tables, and is gone before the ledger is added.
        drop(site.worker(&[]).await);
        site.database.add_ledger().await;
        site
    }

    /// Starts a worker, which serves when this returns.
    pub(super) async fn worker(&self, arguments: &[&str]) -> Server {
        let command = self.command(arguments);
        blocking(move || Server::start(command)).await
    }

    /// Starts a worker that ends by itself, be it before it serves, and waits for its end.
    pub(super) async fn short_worker(&self, arguments: &[&str]) -> ExitStatus {
        let mut command = self.command(arguments);
        blocking(move || {
            let mut child = command.stdout(Stdio::null()).spawn().expect("the worker starts");
            // It ends when this is closed, which a wait would do.
            let _stdin = child.stdin.take();
            child.wait().expect("a status")
        })
        .await
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_worker"));
        command.args(["--store", &self.url, "--lease-millis", &LEASE_MILLIS.to_string(), "--effects"]);
        command.arg(self.effects_path()).args(arguments).stdin(Stdio::piped());
        command
    }

    /// All effects of all workers, in their order.
    pub(super) fn effects(&self) -> Vec<Effect> {
        let text = std::fs::read_to_string(self.effects_path()).expect("there are effects");
        let effect = |line: &str| {
            let [what, name, attempt, step] = line.split(' ').collect::<Vec<_>>().try_into().expect(line);
            let number = |text: &str| text.parse().expect("a number");
            Effect { what: what.into(), name: name.into(), attempt: number(attempt), step: number(step) }
        };
        text.lines().map(effect).collect()
    }

    fn effects_path(&self) -> PathBuf {
        self.folder.path().join("effects")
    }
}
