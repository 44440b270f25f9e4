//! The keys in a SQLite file, beside the tables of the operations' store.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lro_runtime::Status;
use prost::Message as _;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};

use super::{Fault, is_purged, unknown_token};
use crate::errors;
use crate::messages::{Key, ListKeysRequest};

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS apikeys_key (
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    uid        TEXT NOT NULL UNIQUE,
    parent     TEXT NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    key_string TEXT NOT NULL UNIQUE,
    message    BLOB NOT NULL
)";

/// One connection; its calls run on blocking threads.
#[derive(Clone)]
pub(crate) struct SqliteKeys(Arc<Mutex<Connection>>);

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.into())
    }
}

impl SqliteKeys {
    /// Opens the table in a file, or in memory.
    pub(super) fn open(file: Option<&str>) -> rusqlite::Result<Self> {
        let connection = match file {
            Some(file) => Connection::open(file)?,
            None => Connection::open_in_memory()?,
        };
        // The operations' store writes to the same file.
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    async fn call<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let connection = Arc::clone(&self.0);
        let called = tokio::task::spawn_blocking(move || {
            // A panic leaves no half-made change behind: its transaction is rolled back.
            call(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        called.await.unwrap_or_else(|ended| Err(Fault::Database(ended.into())))
    }

    pub(super) async fn insert(&self, parent: String, key: Key) -> Result<Key, Fault> {
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(other) = read(&transaction, &key.name)? {
                if !is_purged(&other) {
                    return Err(errors::key_exists(&key.name).into());
                }
                transaction.execute("DELETE FROM apikeys_key WHERE name = ?1", [&key.name])?;
            }
            transaction.execute(
                "INSERT INTO apikeys_key (uid, parent, name, key_string, message) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![key.uid, parent, key.name, key.key_string, key.encode_to_vec()],
            )?;
            transaction.commit()?;
            Ok(key)
        })
        .await
    }

    pub(super) async fn get(&self, name: String) -> Result<Option<Key>, Fault> {
        self.call(move |connection| Ok(read(connection, &name)?)).await
    }

    pub(super) async fn change(
        &self,
        name: String,
        change: impl FnOnce(Option<Key>) -> Result<Key, Status> + Send + 'static,
    ) -> Result<Key, Fault> {
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let key = change(read(&transaction, &name)?)?;
            transaction.execute(
                "UPDATE apikeys_key SET message = ?2 WHERE name = ?1",
                params![name, key.encode_to_vec()],
            )?;
            transaction.commit()?;
            Ok(key)
        })
        .await
    }

    pub(super) async fn list(&self, request: ListKeysRequest, most: usize) -> Result<Vec<Key>, Fault> {
        self.call(move |connection| {
            let ListKeysRequest { parent, page_token, show_deleted, .. } = request;
            let after: i64 = if page_token.is_empty() {
                0
            } else {
                let sql = "SELECT place FROM apikeys_key WHERE uid = ?1 AND parent = ?2";
                let place = connection.query_row(sql, [&page_token, &parent], |row| row.get(0)).optional()?;
                place.ok_or_else(unknown_token)?
            };
            let mut select = connection.prepare_cached(
                "SELECT message FROM apikeys_key WHERE parent = ?1 AND place > ?2 ORDER BY place",
            )?;
            let mut rows = select.query(params![parent, after])?;
            let mut keys = Vec::new();
            while keys.len() < most
                && let Some(row) = rows.next()?
            {
                let key = message(row)?;
                if !is_purged(&key) && (key.delete_time.is_none() || show_deleted) {
                    keys.push(key);
                }
            }
            Ok(keys)
        })
        .await
    }

    pub(super) async fn lookup(&self, key_string: String) -> Result<Option<(String, Key)>, Fault> {
        self.call(move |connection| {
            let sql = "SELECT message, parent FROM apikeys_key WHERE key_string = ?1";
            Ok(connection.query_row(sql, [key_string], |row| Ok((row.get(1)?, message(row)?))).optional()?)
        })
        .await
    }
}

fn read(connection: &Connection, name: &str) -> rusqlite::Result<Option<Key>> {
    connection.query_row("SELECT message FROM apikeys_key WHERE name = ?1", [name], message).optional()
}

fn message(row: &Row<'_>) -> rusqlite::Result<Key> {
    let bytes = row.get_ref(0)?.as_blob()?;
    Key::decode(bytes).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(error))
    })
}
