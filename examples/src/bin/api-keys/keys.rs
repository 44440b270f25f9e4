//! The table of keys: in the same SQLite file as the operations, or in a database in memory. What the requests mean is the
//! service's matter.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use lro_runtime::Status;
use prost::Message as _;
use prost_types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use crate::errors;
use crate::messages::{Key, ListKeysRequest, ListKeysResponse};

/// How long a deleted key can be undeleted.
const UNDELETABLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS apikeys_key (
    place      INTEGER PRIMARY KEY AUTOINCREMENT,
    uid        TEXT NOT NULL UNIQUE,
    parent     TEXT NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    key_string TEXT NOT NULL UNIQUE,
    message    BLOB NOT NULL
)";

/// The table. Clones share one connection; its calls run on blocking threads.
#[derive(Clone)]
pub(crate) struct Keys(Arc<Mutex<Connection>>);

/// Why a call failed: it was refused, or the database could not do it.
enum Fault {
    Refused(Status),
    Database(rusqlite::Error),
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl Keys {
    /// Opens the table in the file of the store `sqlite:FILE`, or in memory.
    pub(crate) fn open(store: &str) -> rusqlite::Result<Self> {
        let connection = match store.strip_prefix("sqlite:") {
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
    ) -> Result<T, Status> {
        let connection = Arc::clone(&self.0);
        let called = tokio::task::spawn_blocking(move || {
            // A panic leaves no half-made change behind: its transaction is rolled back.
            call(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match called.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(Fault::Refused(status))) => Err(status),
            Ok(Err(Fault::Database(error))) => {
                eprintln!("the table of keys: {error}");
                Err(errors::unavailable())
            }
            Err(_) => Err(errors::unavailable()),
        }
    }

    /// Adds a key, unless its name is taken. Its times, its etag and its uid are set here.
    pub(crate) async fn insert(&self, parent: String, mut key: Key) -> Result<Key, Status> {
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(other) = read(&transaction, &key.name)? {
                if !is_purged(&other) {
                    return Err(errors::key_exists(&key.name).into());
                }
                transaction.execute("DELETE FROM apikeys_key WHERE name = ?1", [&key.name])?;
            }
            key.create_time = Some(now());
            key.update_time = key.create_time;
            key.etag = etag(&key);
            transaction.execute(
                "INSERT INTO apikeys_key (uid, parent, name, key_string, message) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![key.uid, parent, key.name, key.key_string, key.encode_to_vec()],
            )?;
            transaction.commit()?;
            Ok(key)
        })
        .await
    }

    /// Reads a key, also a deleted one.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<Key>, Status> {
        let name = name.to_owned();
        self.call(move |connection| Ok(read(connection, &name)?.filter(|key| !is_purged(key)))).await
    }

    /// Changes a key, if it exists and the change agrees. Its update time and its etag are set here.
    pub(crate) async fn change(
        &self,
        name: String,
        change: impl FnOnce(&mut Key) -> Result<(), Status> + Send + 'static,
    ) -> Result<Key, Status> {
        self.call(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let key = read(&transaction, &name)?.filter(|key| !is_purged(key));
            let mut key = key.ok_or_else(|| errors::unknown_key(&name))?;
            change(&mut key)?;
            key.update_time = Some(now());
            key.etag = etag(&key);
            transaction.execute(
                "UPDATE apikeys_key SET message = ?2 WHERE name = ?1",
                params![name, key.encode_to_vec()],
            )?;
            transaction.commit()?;
            Ok(key)
        })
        .await
    }

    /// One page of a parent's keys, in the order of their creation. A page's token is the uid of its last key: it says
    /// nothing, and permits nothing.
    pub(crate) async fn list(
        &self,
        request: ListKeysRequest,
        size: usize,
    ) -> Result<ListKeysResponse, Status> {
        self.call(move |connection| {
            let ListKeysRequest { parent, page_token, show_deleted, .. } = request;
            let after: i64 = if page_token.is_empty() {
                0
            } else {
                let sql = "SELECT place FROM apikeys_key WHERE uid = ?1 AND parent = ?2";
                let place = connection.query_row(sql, [&page_token, &parent], |row| row.get(0)).optional()?;
                place.ok_or_else(|| errors::invalid("page_token", "was not given by this list"))?
            };
            let mut select = connection.prepare_cached(
                "SELECT message FROM apikeys_key WHERE parent = ?1 AND place > ?2 ORDER BY place",
            )?;
            let mut rows = select.query(params![parent, after])?;
            let mut page = ListKeysResponse::default();
            while let Some(row) = rows.next()? {
                let key = message(row)?;
                if is_purged(&key) || (key.delete_time.is_some() && !show_deleted) {
                    continue;
                }
                if page.keys.len() == size {
                    page.next_page_token = page.keys.last().map(|last| last.uid.clone()).unwrap_or_default();
                    break;
                }
                page.keys.push(key);
            }
            Ok(page)
        })
        .await
    }

    /// The parent and the name of the key with this key string.
    pub(crate) async fn lookup(&self, key_string: String) -> Result<Option<(String, String)>, Status> {
        self.call(move |connection| {
            let sql = "SELECT message, parent FROM apikeys_key WHERE key_string = ?1";
            let found = connection.query_row(sql, [key_string], |row| Ok((message(row)?, row.get(1)?)));
            let found = found.optional()?.filter(|(key, _)| !is_purged(key));
            Ok(found.map(|(key, parent)| (parent, key.name)))
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

/// Whether a key was deleted so long ago that it is not there any more.
fn is_purged(key: &Key) -> bool {
    let deleted = key.delete_time.and_then(|time| SystemTime::try_from(time).ok());
    deleted.is_some_and(|time| time + UNDELETABLE < SystemTime::now())
}

/// The present, in the milliseconds that the API shows.
pub(crate) fn now() -> Timestamp {
    let mut now = Timestamp::from(SystemTime::now());
    now.nanos -= now.nanos % 1_000_000;
    now
}

/// A hash of everything else in the key.
fn etag(key: &Key) -> String {
    let rest = Key { etag: String::new(), ..key.clone() };
    BASE64_STANDARD.encode(&Sha256::digest(rest.encode_to_vec())[..16])
}
