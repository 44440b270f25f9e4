//! The ledger: what the database was told, in its order. Triggers write it, so that no worker can leave anything out, and a process that
//! is killed leaves exactly what was committed.

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::support::postgres::Sql;

/// The database of a store.
#[derive(Debug, Clone)]
pub(super) enum Database {
    Sqlite(PathBuf),
    Postgres { database: String, schema: String },
}

/// One row of the ledger.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// `create`, `write` and `purge` of an operation, `condemn` of a worker.
    pub(super) what: String,
    pub(super) name: Option<String>,
    pub(super) worker: Option<Vec<u8>>,
    pub(super) attempt: i64,
    pub(super) interruptions: i64,
    pub(super) metadata: Vec<u8>,
    pub(super) state: Option<Vec<u8>>,
    pub(super) response: Option<Vec<u8>>,
    pub(super) done: bool,
    pub(super) cancelled: bool,
    pub(super) removed: bool,
    pub(super) exclusive_key: Option<Vec<u8>>,
}

const TABLE: &str =
    "what TEXT NOT NULL, name TEXT, worker BYTES, attempt BIGINT NOT NULL, interruptions BIGINT NOT NULL,
    metadata BYTES NOT NULL, state BYTES, response BYTES, done BOOLEAN NOT NULL, cancelled BOOLEAN NOT NULL,
    removed BOOLEAN NOT NULL, exclusive_key BYTES";

const COLUMNS: &str = "what, name, worker, attempt, interruptions, metadata, state, response, done, cancelled, removed, exclusive_key";

const VALUES: &str = "r.name, WORKER, r.attempt, r.interruptions, r.metadata, r.state,
    CASE WHEN r.outcome_type IS NOT NULL THEN r.outcome END,
    r.outcome IS NOT NULL, r.cancel_time IS NOT NULL, r.remove_time IS NOT NULL, r.exclusive_key";

/// The triggers: on which change, of which table, what it is called, and which values it leaves.
fn triggers(worker: &str, nothing: &str) -> [(&'static str, &'static str, &'static str, String); 4] {
    let operation = |row: &str| VALUES.replace("WORKER", worker).replace("r.", row);
    let condemned = format!("NULL, {}, 0, 0, {nothing}, NULL, NULL, FALSE, FALSE, FALSE, NULL", "old.id");
    let condemned = if worker.contains("uuid_send") {
        condemned.replace("old.id", "uuid_send(old.id)")
    } else {
        condemned
    };
    [
        ("INSERT", "lro_operation", "create", operation("new.")),
        ("UPDATE", "lro_operation", "write", operation("new.")),
        ("DELETE", "lro_operation", "purge", operation("old.")),
        ("DELETE", "lro_worker", "condemn", condemned),
    ]
}

impl Database {
    /// Adds the ledger to the tables of a store.
    pub(super) async fn add_ledger(&self) {
        match self {
            Self::Sqlite(path) => {
                let mut script = format!(
                    "CREATE TABLE ledger (seq INTEGER PRIMARY KEY, {});",
                    TABLE.replace("BYTES", "BLOB")
                );
                for (change, table, what, values) in triggers("r.worker", "x''") {
                    script += &format!(
                        "CREATE TRIGGER ledger_{what} AFTER {change} ON {table} BEGIN
                            INSERT INTO ledger ({COLUMNS}) VALUES ('{what}', {values});
                        END;"
                    );
                }
                connect(path).execute_batch(&script).expect("SQL");
            }
            Self::Postgres { schema, .. } => {
                let table = TABLE.replace("BYTES", "bytea");
                let mut script =
                    format!("CREATE TABLE {schema}.ledger (seq bigserial PRIMARY KEY, {table});");
                for (change, table, what, values) in triggers("uuid_send(r.worker)", "''") {
                    script += &format!(
                        "CREATE FUNCTION {schema}.ledger_{what}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                            INSERT INTO {schema}.ledger ({COLUMNS}) VALUES ('{what}', {values});
                            RETURN NULL;
                        END $$;
                        CREATE TRIGGER ledger_{what} AFTER {change} ON {schema}.{table}
                            FOR EACH ROW EXECUTE FUNCTION {schema}.ledger_{what}();"
                    );
                }
                self.sql().await.batch_execute(&script).await.expect("SQL");
            }
        }
    }

    /// Everything that was committed, in its order.
    pub(super) async fn ledger(&self) -> Vec<Entry> {
        let query = format!("SELECT {COLUMNS} FROM {} ORDER BY seq", self.table("ledger"));
        // The same columns by the same numbers, but no trait that both kinds of rows have.
        macro_rules! entry {
            ($row:expr) => {
                Entry {
                    what: $row.get(0),
                    name: $row.get(1),
                    worker: $row.get(2),
                    attempt: $row.get(3),
                    interruptions: $row.get(4),
                    metadata: $row.get(5),
                    state: $row.get(6),
                    response: $row.get(7),
                    done: $row.get(8),
                    cancelled: $row.get(9),
                    removed: $row.get(10),
                    exclusive_key: $row.get(11),
                }
            };
        }
        match self {
            Self::Sqlite(path) => {
                let connection = connect(path);
                let mut statement = connection.prepare(&query).expect("SQL");
                let rows = statement.query_map([], |row| {
                    let row = Row(row);
                    Ok(entry!(row))
                });
                rows.expect("SQL").map(|row| row.expect("a row")).collect()
            }
            Self::Postgres { .. } => {
                let rows = self.sql().await.query(&query, &[]).await.expect("SQL");
                rows.iter().map(|row| entry!(row)).collect()
            }
        }
    }

    /// How many operations the store has, and how many of them are open.
    pub(super) async fn records(&self) -> (i64, i64) {
        let query =
            format!("SELECT count(*), count(*) - count(outcome) FROM {}", self.table("lro_operation"));
        match self {
            Self::Sqlite(path) => {
                connect(path).query_row(&query, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("SQL")
            }
            Self::Postgres { .. } => {
                let row = self.sql().await.query_one(&query, &[]).await.expect("SQL");
                (row.get(0), row.get(1))
            }
        }
    }

    fn table(&self, name: &str) -> String {
        match self {
            Self::Sqlite(_) => name.to_owned(),
            Self::Postgres { schema, .. } => format!("{schema}.{name}"),
        }
    }

    async fn sql(&self) -> Sql {
        match self {
            Self::Sqlite(_) => unreachable!("SQLite has connections of its own"),
            Self::Postgres { database, .. } => Sql::connect(database).await,
        }
    }
}

/// A row whose columns are what the ledger says.
struct Row<'r>(&'r rusqlite::Row<'r>);

impl Row<'_> {
    fn get<T: rusqlite::types::FromSql>(&self, column: usize) -> T {
        self.0.get(column).expect("a value of this type")
    }
}

/// A connection beside the worker's.
fn connect(path: &PathBuf) -> Connection {
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).expect("a database");
    connection.busy_timeout(Duration::from_secs(30)).expect("it can be set");
    connection
}
