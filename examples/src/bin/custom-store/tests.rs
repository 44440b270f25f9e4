//! The conformance suite, stamped on the store, and what only a log can get wrong.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lro_runtime::store::Store;
use lro_runtime::store::conformance::{ManualClock, Subject};
use tempfile::TempDir;

use crate::store::LogStore;

struct Log {
    clock: ManualClock,
    // `None` only between closing and reopening.
    store: Option<LogStore>,
    folder: TempDir,
}

impl Log {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut log = Self { clock: ManualClock::new(), store: None, folder };
        log.open();
        log
    }

    fn open(&mut self) {
        self.store = None;
        let store = LogStore::open(self.folder.path(), self.clock.clone());
        self.store = Some(store.expect("the store opens"));
    }
}

#[async_trait]
impl Subject for Log {
    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.store.clone().expect("the store is open"))
    }

    async fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    async fn reopen(&mut self) -> bool {
        self.open();
        true
    }
}

lro_runtime::store_conformance!(Log::new());

#[tokio::test]
async fn half_a_line_at_the_end_was_never_acknowledged() {
    let mut log = Log::new();
    log.store().put_descriptor("acme/a", "kept".into()).await.expect("it is put");
    let path = log.folder.path().join("log");
    let whole = fs::read_to_string(&path).expect("the log is read");
    let last = whole.lines().last().expect("a line").to_owned();
    for end in [&last[..last.len() / 2], &last, "\0\0\0"] {
        log.store = None;
        fs::write(&path, format!("{whole}{end}")).expect("the log is written");
        log.open();
        let descriptors = log.store().descriptors().await.expect("they are read");
        assert_eq!(descriptors, [("acme/a".into(), "kept".into())]);
    }
}

#[tokio::test]
async fn a_damaged_log_is_refused() {
    let mut log = Log::new();
    log.store = None;
    let path = log.folder.path().join("log");
    let whole = fs::read_to_string(&path).expect("the log is read");
    fs::write(&path, whole.replacen("secret ", "secret \0", 1)).expect("the log is written");
    let error = LogStore::open(log.folder.path(), log.clock.clone()).expect_err("it is damaged");
    assert_eq!(error.to_string(), "the log is damaged");
}

#[tokio::test]
async fn reopening_shortens_the_log() {
    let mut log = Log::new();
    let length = |log: &Log| fs::metadata(log.folder.path().join("log")).expect("the log is there").len();
    log.store().put_descriptor("acme/a", "descriptor".into()).await.expect("it is put");
    let once = length(&log);
    log.store().put_descriptor("acme/a", "descriptor".into()).await.expect("it is put");
    assert!(length(&log) > once);
    log.open();
    assert_eq!(length(&log), once);
}
