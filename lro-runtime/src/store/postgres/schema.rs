//! The tables, and how older ones become them.

use tokio_postgres::{Client, Error};

use super::error::{OpenError, reason};
use crate::store::new_secret;

/// One script for each version; the version of a schema is how many of them it has seen. Never change one that was released.
const MIGRATIONS: &[&str] = &[include_str!("schema_1.sql")];

/// What a store knows of itself: one row. Its shape never changes, so that each release can read what another wrote.
const META: &str = "CREATE TABLE lro_meta (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version integer NOT NULL,
    secret bytea NOT NULL
)";

/// An identifier as it stands in SQL.
pub(super) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}

/// Brings the tables up to date, in one transaction, and answers with the store's secret. Others who do the same wait for each
/// other by `lock`, a number that goes with the schema.
pub(super) async fn migrate(client: &mut Client, schema: &str, lock: i64) -> Result<[u8; 32], OpenError> {
    let database = |error: Error| OpenError::Database { schema: schema.to_owned(), reason: reason(&error) };
    let transaction = client.transaction().await.map_err(database)?;
    // The lock is taken by a statement of its own: the next ones see what its last holder did.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&lock]).await.map_err(database)?;
    // Not IF NOT EXISTS, which asks for the right to create what exists.
    let exists = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1),
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relname = 'lro_meta')";
    let row = transaction.query_one(exists, &[&schema]).await.map_err(database)?;
    let (has_schema, has_meta): (bool, bool) = (row.get(0), row.get(1));
    if !has_schema {
        transaction.batch_execute(&format!("CREATE SCHEMA {}", quote(schema))).await.map_err(database)?;
    }
    if !has_meta {
        transaction.batch_execute(META).await.map_err(database)?;
        let insert = "INSERT INTO lro_meta (version, secret) VALUES (0, $1)";
        transaction.execute(insert, &[&new_secret().as_slice()]).await.map_err(database)?;
    }
    let foreign = || OpenError::Foreign { schema: schema.to_owned() };
    let row = transaction.query_one("SELECT version, secret FROM lro_meta", &[]).await.map_err(|error| {
        // A statement that cannot be prepared, or answers other than with one row.
        if client_is_at_fault(&error) { foreign() } else { database(error) }
    })?;
    let version: i32 = row.try_get(0).map_err(|_| foreign())?;
    let secret: &[u8] = row.try_get(1).map_err(|_| foreign())?;
    let secret = secret.try_into().map_err(|_| foreign())?;
    let missing = missing(MIGRATIONS, version).ok_or_else(|| OpenError::Newer {
        schema: schema.to_owned(),
        found: version,
        known: MIGRATIONS.len() as i32,
    })?;
    for migration in missing {
        transaction.batch_execute(migration).await.map_err(database)?;
    }
    if !missing.is_empty() {
        let known = MIGRATIONS.len() as i32;
        transaction.execute("UPDATE lro_meta SET version = $1", &[&known]).await.map_err(database)?;
    }
    transaction.commit().await.map_err(database)?;
    Ok(secret)
}

/// The scripts that a schema of this version has not seen; `None` when it has seen some that are not known here.
fn missing<'m>(migrations: &'m [&'m str], version: i32) -> Option<&'m [&'m str]> {
    usize::try_from(version).ok().and_then(|version| migrations.get(version..))
}

fn client_is_at_fault(error: &Error) -> bool {
    match error.code() {
        // Syntax, names, rights: of them the names.
        Some(code) => code.code().starts_with("42") && code.code() != "42501",
        None => !error.is_closed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_schema_has_not_seen_is_run() {
        let known = ["first", "second"];
        assert_eq!(missing(&known, 0), Some(&known[..]));
        assert_eq!(missing(&known, 1), Some(&known[1..]));
        assert_eq!(missing(&known, 2), Some(&[][..]));
        assert_eq!((missing(&known, 3), missing(&known, -1)), (None, None));
    }

    #[test]
    fn identifiers_are_quoted() {
        assert_eq!(quote("a \"b\"; --"), "\"a \"\"b\"\"; --\"");
    }
}
