//! What only a store in a file can get wrong: whose file it is, what a killed process leaves, how large its log grows.
//!
//! A test that needs a second process runs itself again, with the path of the store in its environment.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use lro_runtime::store::{
    Conditions, Created, Guard, NewRecord, Patch, Query, SqliteStore, Store, StoreError, SystemClock,
    WorkerId, Written,
};
use lro_runtime::{Any, OperationName};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;
use uuid::Uuid;

const STORE: &str = "LRO_TEST_STORE";

fn directory() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("operations.db");
    (directory, path)
}

async fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path).await.expect("the store opens")
}

/// The error of an open that must fail, as an operator reads it: each cause after its effect.
async fn refusal(path: impl AsRef<Path>) -> (StoreError, String) {
    let error = SqliteStore::open(path).await.expect_err("the store does not open");
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    (error, text)
}

fn new(text: &str, size: usize) -> NewRecord {
    NewRecord {
        name: text.parse().expect("a valid name"),
        method: "acme.disks.v1.Disks/Copy".into(),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("acme.disks.v1.Metadata", vec![7; size]),
        worker: WorkerId(Uuid::from_u128(1)),
        attempt: 1,
    }
}

async fn create(store: &SqliteStore, text: &str) {
    let created = store.create(new(text, 100), None).await.expect("create");
    assert!(matches!(created, Created::New(_)), "{created:?}");
}

async fn exists(store: &SqliteStore, text: &str) -> bool {
    let name: OperationName = text.parse().expect("a valid name");
    store.get(&[name]).await.expect("get")[0].is_some()
}

/// Writes this many times 20 kB, sixteen at a time.
async fn write_much(store: &SqliteStore, times: usize) {
    let mut writers = JoinSet::new();
    for writer in 0..16 {
        let store = store.clone();
        writers.spawn(async move {
            let name = format!("operations/{}", Uuid::new_v4());
            create(&store, &name).await;
            let name: OperationName = name.parse().expect("a valid name");
            for number in 0..times / 16 {
                // What is the same as before would not be written.
                let value = format!("{writer:10}{number:10}").repeat(1000);
                let metadata = Some(Any::new("acme.disks.v1.Metadata", value));
                let patch = Patch { metadata, ..Patch::default() };
                let written = store.update(&name, Guard::Attempt(1), patch).await.expect("update");
                assert!(matches!(written, Written::Applied(_)));
            }
        });
    }
    writers.join_all().await;
}

fn log_size(path: &Path) -> u64 {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).map_or(0, |log| log.len())
}

/// This test again, in a process of its own, on a store.
fn again(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test binary"));
    command.args(["--exact", &format!("stores_sqlite::{test}"), "--nocapture"]).env(STORE, path);
    command
}

/// A process that is killed with the test that started it, and what it prints.
struct Process(Child);

impl Process {
    fn start(mut command: Command) -> (Self, BufReader<ChildStdout>) {
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a child process");
        let output = child.stdout.take().expect("its output is piped");
        (Self(child), BufReader::new(output))
    }

    /// SIGKILL, and the wait for its end.
    fn kill(&mut self) {
        self.0.kill().expect("kill");
        self.0.wait().expect("wait");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A line of the child's own, between those of the test harness.
fn tell(line: &str) {
    let mut output = std::io::stdout();
    writeln!(output, "\n> {line}").and_then(|()| output.flush()).expect("the parent reads");
}

fn told(output: &mut impl BufRead) -> Option<String> {
    let mut lines = output.lines().map(|line| line.expect("the child's output"));
    lines.find_map(|line| line.strip_prefix("> ").map(str::to_owned))
}

#[tokio::test]
async fn a_second_store_on_the_file_is_refused_until_the_first_is_gone() {
    let (directory, path) = directory();
    let first = open(&path).await;
    create(&first, "operations/a").await;
    let link = directory.path().join("link.db");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    #[cfg(not(unix))]
    let link = path.clone();
    let indirect = directory.path().join("../").join(directory.path().file_name().expect("a name"));
    for same in [path.clone(), link, indirect.join("operations.db")] {
        let (error, text) = refusal(&same).await;
        assert!(matches!(error, StoreError::Unavailable { maybe_applied: false, .. }), "{error:?}");
        assert!(text.contains("operations.db` is in use by another process"), "{text}");
        assert!(text.contains("use another file"), "{text}");
    }
    let clone = first.clone();
    drop(first);
    create(&clone, "operations/b").await;
    refusal(&path).await;
    drop(clone);
    assert!(exists(&open(&path).await, "operations/b").await);
}

/// The child acknowledges on its output what the store acknowledged to it, until it is killed.
#[tokio::test]
async fn a_killed_process_leaves_its_writes_and_no_lock() {
    if let Some(path) = std::env::var_os(STORE) {
        let store = open(path.as_ref()).await;
        assert!(store.renew(WorkerId(Uuid::from_u128(1)), &[], Duration::MAX, true).await.expect("renew"));
        let mut writers = JoinSet::new();
        for writer in 0..16 {
            let store = store.clone();
            writers.spawn(async move {
                for number in 0.. {
                    let name = format!("operations/{writer}-{number}");
                    create(&store, &name).await;
                    tell(&name);
                }
            });
        }
        writers.join_all().await;
    }
    let (_directory, path) = directory();
    let (mut process, mut output) =
        Process::start(again("a_killed_process_leaves_its_writes_and_no_lock", &path));
    let mut acknowledged: Vec<_> = (0..500).filter_map(|_| told(&mut output)).collect();
    assert_eq!(acknowledged.len(), 500);
    let (_, text) = refusal(&path).await;
    assert!(text.contains("is in use by another process"), "{text}");
    process.kill();
    while let Some(name) = told(&mut output) {
        acknowledged.push(name);
    }
    // The last line may have been cut short.
    acknowledged.pop();

    let store = open(&path).await;
    for name in &acknowledged {
        assert!(exists(&store, name).await, "{name} was acknowledged");
    }
    // Recovery need not wait for the dead worker's lease, which would never end.
    let claimable = Query::Claimable { methods: Vec::new(), after: None, limit: usize::MAX };
    assert!(store.list(&claimable).await.expect("list").len() >= acknowledged.len());
}

/// The child's writes fail when its files may not grow, and it says how; then they may, and it goes on.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_store_works_on_after_the_disk_has_room_again() {
    let test = "the_store_works_on_after_the_disk_has_room_again";
    if let Some(path) = std::env::var_os(STORE) {
        let store = open(path.as_ref()).await;
        let mut number = 0;
        let error = loop {
            let name = format!("operations/{number}");
            match store.create(new(&name, 10_000), None).await {
                Ok(_) => tell(&name),
                Err(error) => break error,
            }
            number += 1;
        };
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error:?}");
        assert!(exists(&store, "operations/0").await, "reading goes on");
        let limit = ["--pid", &std::process::id().to_string(), "--fsize=unlimited"].map(str::to_owned);
        assert!(Command::new("prlimit").args(limit).status().expect("prlimit").success());
        for number in number + 1..number + 10 {
            let name = format!("operations/{number}");
            store.create(new(&name, 10_000), None).await.expect("there is room again");
            tell(&name);
        }
        tell("done");
        return;
    }
    let (_directory, path) = directory();
    // The write fails with an error, instead of a signal that ends the process. A soft limit, so that it can be raised.
    let child = again(test, &path);
    let mut shell = Command::new("bash");
    shell.args(["-c", "trap '' XFSZ; ulimit -S -f 1000; exec \"$0\" \"$@\""]);
    shell.arg(child.get_program()).args(child.get_args()).env(STORE, &path);
    let (process, mut output) = Process::start(shell);
    let mut acknowledged: Vec<_> = std::iter::from_fn(|| told(&mut output)).collect();
    assert_eq!(acknowledged.pop().as_deref(), Some("done"));
    assert!(acknowledged.len() > 20, "{acknowledged:?}");
    drop(process);
    let store = open(&path).await;
    for name in &acknowledged {
        assert!(exists(&store, name).await, "{name} was acknowledged");
    }
}

#[tokio::test]
async fn a_drop_writes_what_was_asked_for() {
    let (_directory, path) = directory();
    let store = open(&path).await;
    let names: Vec<_> = (0..1000).map(|number| format!("operations/{number}")).collect();
    for name in &names {
        // Asked for, and not waited for.
        tokio::select! {
            biased;
            _ = store.create(new(name, 100), None) => {}
            () = std::future::ready(()) => {}
        }
    }
    drop(store);
    assert_eq!(log_size(&path), 0, "the log is moved into the file");
    let store = open(&path).await;
    for name in &names {
        assert!(exists(&store, name).await, "{name}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (_directory, path) = directory();
    drop(open(&path).await);
    Connection::open(&path)
        .and_then(|file| file.pragma_update(None, "user_version", 99))
        .expect("a newer file");
    let (error, text) = refusal(&path).await;
    assert!(matches!(error, StoreError::Invalid { .. }), "{error:?}");
    assert!(text.contains("newer release") && text.contains("upgrade this program"), "{text}");
}

#[tokio::test]
async fn a_file_of_another_application_is_refused_and_left_alone() {
    for (pragma, value) in [("application_id", 252_006_674), ("user_version", 3)] {
        let (_directory, path) = directory();
        let file = Connection::open(&path).expect("a database");
        file.execute_batch("CREATE TABLE theirs (a)").expect("a table");
        file.pragma_update(None, pragma, value).expect("a pragma");
        let (error, text) = refusal(&path).await;
        assert!(matches!(error, StoreError::Invalid { .. }), "{error:?}");
        assert!(text.contains("belongs to another application"), "{text}");
        let tables: i32 =
            file.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).expect("a count");
        let mode: String = file.query_row("PRAGMA journal_mode", [], |row| row.get(0)).expect("a mode");
        assert_eq!((tables, mode.as_str()), (1, "delete"));
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused() {
    let (_directory, path) = directory();
    for content in ["no database, ".repeat(1000), "x".repeat(1000)] {
        std::fs::write(&path, &content).expect("a file");
        let (error, text) = refusal(&path).await;
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(text.contains("operations.db` is not a SQLite database"), "{text}");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), content);
    }
}

#[tokio::test]
async fn a_damaged_file_is_an_error_and_no_panic() {
    let (_directory, path) = directory();
    let store = open(&path).await;
    write_much(&store, 160).await;
    drop(store);
    let mut content = std::fs::read(&path).expect("the file");
    // The first page, with the schema, stays.
    content[4096..].fill(0xA5);
    std::fs::write(&path, &content).expect("a damaged file");
    let (error, text) = refusal(&path).await;
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(text.contains("operations.db"), "{text}");

    content.truncate(100);
    std::fs::write(&path, &content).expect("a file cut short");
    let (error, _) = refusal(&path).await;
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_path_that_cannot_be_a_store_is_explained() {
    let (directory, path) = directory();
    for (wrong, reason) in [
        (path.join("missing/operations.db"), "create it"),
        (directory.path().join("missing/operations.db"), "create it"),
        (directory.path().into(), "cannot be opened"),
        (PathBuf::from("/"), "names no file"),
        (PathBuf::new(), "names no file"),
        (PathBuf::from(":memory:"), "use `MemoryStore`"),
    ] {
        let (_, text) = refusal(&wrong).await;
        assert!(text.contains(reason), "{}: {text}", wrong.display());
    }
}

#[tokio::test]
async fn a_program_may_keep_tables_of_its_own_in_the_file() {
    let (_directory, path) = directory();
    let own = Connection::open(&path).expect("a connection of its own");
    own.execute_batch("CREATE TABLE keys (id INTEGER PRIMARY KEY)").expect("a table");
    let store = open(&path).await;
    for number in 0..10 {
        own.execute("INSERT INTO keys DEFAULT VALUES", []).expect("a write of its own");
        create(&store, &format!("operations/{number}")).await;
    }
    drop(store);
    let store = open(&path).await;
    assert!(exists(&store, "operations/9").await);
    let keys: i32 = own.query_row("SELECT count(*) FROM keys", [], |row| row.get(0)).expect("a count");
    assert_eq!(keys, 10);
}

#[tokio::test]
async fn a_write_of_another_connection_that_does_not_end_is_an_outage() {
    let (_directory, path) = directory();
    let store = open(&path).await;
    let own = Connection::open(&path).expect("a connection of its own");
    own.execute_batch("CREATE TABLE keys (id); BEGIN IMMEDIATE; INSERT INTO keys VALUES (1)")
        .expect("a write");
    let result = store.create(new("operations/a", 100), None).await;
    assert!(matches!(result, Err(StoreError::Unavailable { maybe_applied: false, .. })), "{result:?}");
    own.execute_batch("COMMIT").expect("its end");
    assert!(!exists(&store, "operations/a").await);
    create(&store, "operations/a").await;
}

/// Larger than the limit of the log by what one group can add.
const LOG_BOUND: u64 = 40 << 20;

/// Readers that overlap leave no instant in which SQLite could begin its log anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_stays_bounded_under_overlapping_readers() {
    let (_directory, path) = directory();
    let store = open(&path).await;
    write_much(&store, 160).await;
    let mut readers = JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        readers.spawn(async move {
            loop {
                let all = Query::Public {
                    parent: None,
                    conditions: Conditions::default(),
                    after: None,
                    limit: 100,
                };
                assert!(!store.list(&all).await.expect("list").is_empty());
            }
        });
    }
    let mut largest = 0;
    for _ in 0..40 {
        write_much(&store, 160).await;
        largest = largest.max(log_size(&path));
    }
    readers.shutdown().await;
    assert!(largest < LOG_BOUND, "the log grew to {largest} bytes");
}

/// A reader of another process cannot be held back: the log grows meanwhile, writes go on, and it shrinks afterwards.
#[tokio::test(flavor = "multi_thread")]
async fn the_log_shrinks_after_a_long_reader() {
    let (_directory, path) = directory();
    let store = open(&path).await;
    create(&store, "operations/a").await;
    let own = Connection::open(&path).expect("a connection of its own");
    own.execute_batch("BEGIN; SELECT count(*) FROM lro_operation").expect("a long reader");
    write_much(&store, 4000).await;
    let grown = log_size(&path);
    assert!(grown > LOG_BOUND, "the reader keeps the log, which has {grown} bytes");
    own.execute_batch("COMMIT").expect("its end");
    write_much(&store, 4000).await;
    let size = log_size(&path);
    assert!(size < LOG_BOUND, "the log has still {size} bytes");
}

#[tokio::test]
async fn a_store_says_what_it_is_and_not_what_it_knows() {
    let (_directory, path) = directory();
    let store = SqliteStore::open_with_clock(&path, SystemClock).await.expect("the store opens");
    assert_eq!(format!("{store:?}"), "SqliteStore { .. }");
}
