//! The keys in a PostgreSQL schema, beside the tables of the operations' store: any number of servers share them.

use std::error::Error;
use std::time::{Duration, SystemTime};

use deadpool_postgres::tokio_postgres::{Config, NoTls, Row};
use deadpool_postgres::{Hook, HookError, Manager, Object, Pool, PoolError, Runtime};
use lro_runtime::Status;
use percent_encoding::percent_decode_str;
use prost::Message as _;

use super::{Fault, UNDELETABLE, unknown_token};
use crate::errors;
use crate::messages::{Key, ListKeysRequest};

/// Servers that start at once wait for each other: `IF NOT EXISTS` alone is not enough for them.
const TABLE: &str = "BEGIN;
    SELECT pg_advisory_xact_lock(hashtext('apikeys_key'));
    CREATE TABLE IF NOT EXISTS apikeys_key (
        place       bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        uid         text NOT NULL UNIQUE,
        parent      text NOT NULL,
        name        text NOT NULL UNIQUE,
        key_string  text NOT NULL UNIQUE,
        delete_time timestamptz,
        message     bytea NOT NULL
    );
    CREATE INDEX IF NOT EXISTS apikeys_key_parent ON apikeys_key (parent, place);
    COMMIT";

const CONNECTIONS: usize = 4;

/// Longer than that nobody waits for a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// The connections.
#[derive(Clone)]
pub(crate) struct PostgresKeys(Pool);

impl From<deadpool_postgres::tokio_postgres::Error> for Fault {
    fn from(error: deadpool_postgres::tokio_postgres::Error) -> Self {
        Self::Database(error.into())
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        Self::Database(error.into())
    }
}

impl PostgresKeys {
    /// Opens the table in the schema of the operations' store, which has made it.
    pub(super) async fn open(store: &str) -> Result<Self, Box<dyn Error>> {
        let (url, schema) = without_own_options(store);
        let mut config: Config = url.parse()?;
        config.connect_timeout(PATIENCE);
        let set = format!("SET search_path = \"{}\"", schema.replace('"', "\"\""));
        let set_schema = Hook::async_fn(move |client, _| {
            let set = set.clone();
            Box::pin(async move { client.batch_execute(&set).await.map_err(HookError::Backend) })
        });
        // This example leaves TLS out: its own connections stay unencrypted, or fail where the server wants it.
        let pool = Pool::builder(Manager::new(config, NoTls))
            .max_size(CONNECTIONS)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .post_create(set_schema)
            .build()?;
        pool.get().await?.batch_execute(TABLE).await?;
        Ok(Self(pool))
    }

    async fn connection(&self) -> Result<Object, Fault> {
        Ok(self.0.get().await?)
    }

    pub(super) async fn insert(&self, parent: String, key: Key) -> Result<Key, Fault> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await?;
        let purge = "DELETE FROM apikeys_key WHERE name = $1 AND delete_time < $2";
        transaction.execute(purge, &[&key.name, &purged_before()]).await?;
        let insert =
            "INSERT INTO apikeys_key (uid, parent, name, key_string, message) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (name) DO NOTHING";
        let message = key.encode_to_vec();
        if transaction.execute(insert, &[&key.uid, &parent, &key.name, &key.key_string, &message]).await? == 0
        {
            return Err(errors::key_exists(&key.name).into());
        }
        transaction.commit().await?;
        Ok(key)
    }

    pub(super) async fn get(&self, name: &str) -> Result<Option<Key>, Fault> {
        let connection = self.connection().await?;
        let select = "SELECT message FROM apikeys_key WHERE name = $1";
        connection.query_opt(select, &[&name]).await?.as_ref().map(message).transpose()
    }

    pub(super) async fn change(
        &self,
        name: String,
        change: impl FnOnce(Option<Key>) -> Result<Key, Status>,
    ) -> Result<Key, Fault> {
        let mut connection = self.connection().await?;
        let transaction = connection.transaction().await?;
        let select = "SELECT message FROM apikeys_key WHERE name = $1 FOR UPDATE";
        let found = transaction.query_opt(select, &[&name]).await?;
        let key = change(found.as_ref().map(message).transpose()?)?;
        let delete_time = key.delete_time.and_then(|time| SystemTime::try_from(time).ok());
        let update = "UPDATE apikeys_key SET message = $2, delete_time = $3 WHERE name = $1";
        transaction.execute(update, &[&name, &key.encode_to_vec(), &delete_time]).await?;
        transaction.commit().await?;
        Ok(key)
    }

    pub(super) async fn list(&self, request: ListKeysRequest, most: usize) -> Result<Vec<Key>, Fault> {
        let ListKeysRequest { parent, page_token, show_deleted, .. } = request;
        let connection = self.connection().await?;
        let after: i64 = if page_token.is_empty() {
            0
        } else {
            let select = "SELECT place FROM apikeys_key WHERE uid = $1 AND parent = $2";
            let place = connection.query_opt(select, &[&page_token, &parent]).await?;
            place.ok_or_else(unknown_token)?.try_get(0)?
        };
        let select = "SELECT message FROM apikeys_key WHERE parent = $1 AND place > $2
            AND (delete_time IS NULL OR $3 AND delete_time >= $4) ORDER BY place LIMIT $5";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows =
            connection.query(select, &[&parent, &after, &show_deleted, &purged_before(), &most]).await?;
        rows.iter().map(message).collect()
    }

    pub(super) async fn lookup(&self, key_string: &str) -> Result<Option<(String, Key)>, Fault> {
        let connection = self.connection().await?;
        let select = "SELECT message, parent FROM apikeys_key WHERE key_string = $1";
        let found = connection.query_opt(select, &[&key_string]).await?;
        found.map(|row| Ok((row.try_get(1)?, message(&row)?))).transpose()
    }
}

/// Keys that were deleted before this instant are not there any more.
fn purged_before() -> SystemTime {
    SystemTime::now() - UNDELETABLE
}

fn message(row: &Row) -> Result<Key, Fault> {
    Key::decode(row.try_get::<_, &[u8]>(0)?).map_err(|error| Fault::Database(error.into()))
}

/// The URL without the options that only the operations' store knows, and the schema that they name.
fn without_own_options(store: &str) -> (String, String) {
    let (server, query) = store.split_once('?').unwrap_or((store, ""));
    let mut schema = "lro".to_owned();
    let mut others = Vec::new();
    for option in query.split('&') {
        match option.split_once('=') {
            Some(("schema", name)) => schema = percent_decode_str(name).decode_utf8_lossy().into_owned(),
            Some(("pool" | "sslrootcert", _)) => {}
            _ => others.push(option),
        }
    }
    (format!("{server}?{}", others.join("&")), schema)
}
