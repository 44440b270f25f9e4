//! The tables, and how older ones become them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::error::OpenError;

/// `PRAGMA application_id` of a store: `lro` and a format that only a rewrite from scratch would change.
const APPLICATION_ID: i32 = i32::from_be_bytes(*b"lro1");

/// One script for each version; the version of a file is how many of them it has seen. Never change one
/// that was released.
const MIGRATIONS: &[&str] = &[include_str!("schema_1.sql")];

/// Brings the tables up to date, in one transaction. Tables of others in the same file are left alone.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    migrate_with(connection, path, MIGRATIONS)
}

fn migrate_with(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), OpenError> {
    let database = |source| OpenError::Database { path: path.into(), source };
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(database)?;
    let known = migrations.len() as i32;
    let found = version(&transaction, path, known)?;
    for migration in &migrations[found..] {
        transaction.execute_batch(migration).map_err(database)?;
    }
    if found < migrations.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(database)?;
        transaction.pragma_update(None, "user_version", known).map_err(database)?;
    }
    transaction.commit().map_err(database)
}

/// Checks whose file it is before anything is written to it.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    version(connection, path, MIGRATIONS.len() as i32).map(drop)
}

fn version(connection: &Connection, path: &Path, known: i32) -> Result<usize, OpenError> {
    let read = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i32>(0));
    let numbers =
        read("application_id").and_then(|application_id| Ok((application_id, read("user_version")?)));
    let (application_id, version) = match numbers {
        Ok(numbers) => numbers,
        Err(source) if source.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(OpenError::NotADatabase { path: path.into(), source });
        }
        Err(source) => return Err(OpenError::Database { path: path.into(), source }),
    };
    match (application_id, usize::try_from(version)) {
        (0, Ok(0)) => Ok(0),
        (APPLICATION_ID, Ok(found)) if version <= known => Ok(found),
        (APPLICATION_ID, _) => Err(OpenError::Newer { path: path.into(), found: version, known }),
        _ => Err(OpenError::Foreign { path: path.into(), application_id, version }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE t (a); INSERT INTO t VALUES (1);";
    const SECOND: &str = "ALTER TABLE t ADD COLUMN b NOT NULL DEFAULT 2;";

    fn open() -> (Connection, &'static Path) {
        (Connection::open_in_memory().unwrap(), Path::new("x.db"))
    }

    #[test]
    fn an_older_file_is_brought_up_to_date_and_keeps_its_rows() {
        let (mut connection, path) = open();
        migrate_with(&mut connection, path, &[FIRST]).unwrap();
        migrate_with(&mut connection, path, &[FIRST, SECOND]).unwrap();
        migrate_with(&mut connection, path, &[FIRST, SECOND]).unwrap();
        let row: (i32, i32) =
            connection.query_row("SELECT a, b FROM t", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        assert_eq!(row, (1, 2));
        assert_eq!(version(&connection, path, 2).unwrap(), 2);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_file_as_it_was() {
        let (mut connection, path) = open();
        migrate_with(&mut connection, path, &[FIRST]).unwrap();
        assert!(migrate_with(&mut connection, path, &[FIRST, SECOND, "not SQL"]).is_err());
        assert_eq!(version(&connection, path, 3).unwrap(), 1);
        assert!(connection.prepare("SELECT b FROM t").is_err());
    }

    #[test]
    fn a_newer_file_is_refused() {
        let (mut connection, path) = open();
        migrate_with(&mut connection, path, &[FIRST, SECOND]).unwrap();
        let refused = migrate_with(&mut connection, path, &[FIRST]);
        assert!(matches!(refused, Err(OpenError::Newer { found: 2, known: 1, .. })), "{refused:?}");
    }
}
