//! The table of keys: where the operations are, in the same SQLite file or PostgreSQL schema, or in a database in memory. What the
//! requests mean is the service's matter.

mod postgres;
mod sqlite;

use std::error::Error;
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use lro_runtime::Status;
use prost::Message as _;
use prost_types::Timestamp;
use sha2::{Digest as _, Sha256};

use self::postgres::PostgresKeys;
use self::sqlite::SqliteKeys;
use crate::errors;
use crate::messages::{Key, ListKeysRequest, ListKeysResponse};

/// How long a deleted key can be undeleted.
const UNDELETABLE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The table. Clones share it.
#[derive(Clone)]
pub(crate) enum Keys {
    Sqlite(SqliteKeys),
    Postgres(PostgresKeys),
}

/// Why a call failed: it was refused, or the database could not do it.
enum Fault {
    Refused(Status),
    Database(Box<dyn Error + Send + Sync>),
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(status) => status,
            Fault::Database(error) => {
                eprintln!("the table of keys: {error}");
                errors::unavailable()
            }
        }
    }
}

impl Keys {
    /// Opens the table beside the operations of this store.
    pub(crate) async fn open(store: &str) -> Result<Self, Box<dyn Error>> {
        if store.starts_with("postgres") {
            return Ok(Self::Postgres(PostgresKeys::open(store).await?));
        }
        Ok(Self::Sqlite(SqliteKeys::open(store.strip_prefix("sqlite:"))?))
    }

    /// Adds a key, unless its name is taken. Its times and its etag are set here.
    pub(crate) async fn insert(&self, parent: String, mut key: Key) -> Result<Key, Status> {
        key.create_time = Some(now());
        key.update_time = key.create_time;
        key.etag = etag(&key);
        Ok(match self {
            Self::Sqlite(keys) => keys.insert(parent, key).await,
            Self::Postgres(keys) => keys.insert(parent, key).await,
        }?)
    }

    /// Reads a key, also a deleted one.
    pub(crate) async fn get(&self, name: &str) -> Result<Option<Key>, Status> {
        let found = match self {
            Self::Sqlite(keys) => keys.get(name.to_owned()).await,
            Self::Postgres(keys) => keys.get(name).await,
        }?;
        Ok(found.filter(|key| !is_purged(key)))
    }

    /// Changes a key, if it exists and the change agrees. Its update time and its etag are set here.
    pub(crate) async fn change(
        &self,
        name: String,
        change: impl FnOnce(&mut Key) -> Result<(), Status> + Send + 'static,
    ) -> Result<Key, Status> {
        let not_found = errors::unknown_key(&name);
        let change = move |found: Option<Key>| {
            let mut key = found.filter(|key| !is_purged(key)).ok_or(not_found)?;
            change(&mut key)?;
            key.update_time = Some(now());
            key.etag = etag(&key);
            Ok(key)
        };
        Ok(match self {
            Self::Sqlite(keys) => keys.change(name, change).await,
            Self::Postgres(keys) => keys.change(name, change).await,
        }?)
    }

    /// One page of a parent's keys, in the order of their creation. A page's token is the uid of its last key: it says
    /// nothing, and permits nothing.
    pub(crate) async fn list(
        &self,
        request: ListKeysRequest,
        size: usize,
    ) -> Result<ListKeysResponse, Status> {
        // One more, to know whether there is another page.
        let mut keys = match self {
            Self::Sqlite(keys) => keys.list(request, size + 1).await,
            Self::Postgres(keys) => keys.list(request, size + 1).await,
        }?;
        let mut page = ListKeysResponse::default();
        if keys.len() > size {
            keys.truncate(size);
            page.next_page_token = keys.last().map(|last| last.uid.clone()).unwrap_or_default();
        }
        page.keys = keys;
        Ok(page)
    }

    /// The parent and the name of the key with this key string.
    pub(crate) async fn lookup(&self, key_string: String) -> Result<Option<(String, String)>, Status> {
        let found = match self {
            Self::Sqlite(keys) => keys.lookup(key_string).await,
            Self::Postgres(keys) => keys.lookup(&key_string).await,
        }?;
        Ok(found.filter(|(_, key)| !is_purged(key)).map(|(parent, key)| (parent, key.name)))
    }
}

fn unknown_token() -> Status {
    errors::invalid("page_token", "was not given by this list")
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
