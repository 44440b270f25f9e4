//! The least that a durable start could cost: one row of an operation's size, no index but the key, committed in groups by one thread.

use std::path::Path;
use std::sync::mpsc;

use rusqlite::{Connection, params};
use tokio::sync::oneshot;
use uuid::Uuid;

/// As many commands as the store takes into one transaction.
const GROUP: usize = 512;

/// The bytes of an operation's record beside its name: method, type URL, worker, instants.
const ROW_BYTES: usize = 150;

/// The writer's queue.
#[derive(Debug, Clone)]
pub(crate) struct Writer(mpsc::Sender<(String, oneshot::Sender<()>)>);

impl Writer {
    pub(crate) fn open(path: &Path) -> Self {
        let connection = Connection::open(path).expect("the database opens");
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
                 CREATE TABLE row (name TEXT PRIMARY KEY, rest BLOB) WITHOUT ROWID;",
            )
            .expect("the table is made");
        let (queue, commands) = mpsc::channel::<(String, oneshot::Sender<()>)>();
        std::thread::spawn(move || {
            while let Ok(first) = commands.recv() {
                let group: Vec<_> =
                    std::iter::once(first).chain(commands.try_iter().take(GROUP - 1)).collect();
                connection.execute_batch("BEGIN IMMEDIATE").expect("a transaction begins");
                {
                    let mut insert =
                        connection.prepare_cached("INSERT INTO row VALUES (?1, ?2)").expect("it is SQL");
                    for (name, _) in &group {
                        insert.execute(params![name, [7_u8; ROW_BYTES]]).expect("the row is new");
                    }
                }
                connection.execute_batch("COMMIT").expect("the group is durable");
                for (_, answer) in group {
                    let _ = answer.send(());
                }
            }
        });
        Self(queue)
    }

    pub(crate) async fn insert(&self) {
        let (answer, answered) = oneshot::channel();
        let name = format!("operations/{}", Uuid::now_v7());
        self.0.send((name, answer)).expect("the writer lives");
        answered.await.expect("the writer answers");
    }
}
