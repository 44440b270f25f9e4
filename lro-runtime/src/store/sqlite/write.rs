//! What commands do inside the writer's transaction. The rules are `Record`'s and `Guard`'s: SQL only keeps the outcome.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};
use uuid::Uuid;

use super::error::is_invalid;
use super::row::{COLUMNS, WIDTH, columns, encode, record};
use crate::OperationName;
use crate::store::clock::{later, to_micros};
use crate::store::{Guard, Patch, Record, WorkerId, Written};

/// One transaction, as its commands see it.
pub(super) struct Transaction<'c> {
    pub(super) connection: &'c Connection,
    /// The instant of what runs.
    pub(super) now: SystemTime,
    /// The name hashes to tell of after the commit.
    pub(super) touched: &'c mut Vec<u64>,
}

pub(super) static BY_NAME: LazyLock<String> = LazyLock::new(|| select("name = ?1"));
pub(super) static BY_REQUEST: LazyLock<String> = LazyLock::new(|| select("request_key = ?1"));
pub(super) static BY_EXCLUSIVE: LazyLock<String> =
    LazyLock::new(|| select("exclusive_key = ?1 AND outcome IS NULL"));
static BY_ID: LazyLock<String> = LazyLock::new(|| select("id = ?1"));

fn select(condition: &str) -> String {
    format!("SELECT {}, id FROM lro_operation WHERE {condition}", COLUMNS.join(", "))
}

impl Transaction<'_> {
    /// Whether only the statement failed, because of what it was given.
    pub(super) fn goes_on(&self, error: &rusqlite::Error) -> bool {
        // SQLite ends a transaction by itself when the disk is full, say. What follows would commit alone.
        is_invalid(error) && !self.connection.is_autocommit()
    }

    pub(super) fn find(&self, sql: &str, key: &dyn ToSql) -> rusqlite::Result<Option<Record>> {
        Ok(self.read(sql, key)?.map(|(_, record)| record.as_of(self.now)))
    }

    fn read(&self, sql: &str, key: &dyn ToSql) -> rusqlite::Result<Option<(i64, Record)>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        statement.query_row([key], |row| Ok((row.get(WIDTH)?, record(row)?))).optional()
    }

    pub(super) fn update(
        &mut self,
        name: &OperationName,
        guard: Guard,
        patch: Patch,
    ) -> rusqlite::Result<Written> {
        let Some((id, before)) = self.read(&BY_NAME, &name.as_str())? else { return Ok(Written::Absent) };
        if before.is_expired(self.now) {
            return Ok(Written::Absent);
        }
        if !guard.admits(&before.head()) {
            return Ok(Written::Refused(before.head()));
        }
        let told = patch.is_told();
        let mut after = before.clone();
        after.apply(patch, self.now);
        self.write_changes(id, &before, &after)?;
        if told {
            self.touched.push(name.hash64());
        }
        Ok(Written::Applied(after.head()))
    }

    /// Sets the columns that changed, and no other: SQLite rewrites the entries of every index of a column
    /// that is set, whether its value changes or not.
    fn write_changes(&self, id: i64, before: &Record, after: &Record) -> rusqlite::Result<()> {
        let (old_outcome, new_outcome) = (encode(before.outcome.as_ref()), encode(after.outcome.as_ref()));
        let old = columns(before, old_outcome.as_ref());
        let new = columns(after, new_outcome.as_ref());
        let mut sql = String::from("UPDATE lro_operation SET ");
        let mut values = Vec::new();
        for (column, (old, new)) in COLUMNS.iter().zip(old.into_iter().zip(new)) {
            if old != new {
                sql.push_str(column);
                sql.push_str(" = ?, ");
                values.push(ToSqlOutput::Borrowed(new));
            }
        }
        if values.is_empty() {
            return Ok(());
        }
        sql.truncate(sql.len() - ", ".len());
        sql.push_str(" WHERE id = ?");
        values.push(id.into());
        self.connection.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        Ok(())
    }

    pub(super) fn purge(&mut self, limit: usize, keep_keys: Duration) -> rusqlite::Result<usize> {
        // Three ways to be spent, and of each only those with which something is to be done: what is kept for its
        // key must not be walked over each time.
        let mut spent = self.connection.prepare_cached(
            "SELECT id, FALSE FROM lro_operation INDEXED BY lro_operation_removed
             WHERE remove_time IS NOT NULL AND outcome IS NOT NULL AND (request_key IS NULL) = 1
             UNION ALL
             SELECT id, FALSE FROM lro_operation INDEXED BY lro_operation_removed
             WHERE remove_time <= ?1 AND outcome IS NOT NULL AND (request_key IS NULL) = 0
             UNION ALL
             SELECT id, request_key IS NOT NULL AND expire_time > ?1
             FROM lro_operation INDEXED BY lro_operation_expired
             WHERE expire_time <= ?2 AND remove_time IS NULL
             LIMIT ?3",
        )?;
        let now = to_micros(self.now);
        let keep_keys = i64::try_from(keep_keys.as_micros()).unwrap_or(i64::MAX);
        let rows = spent
            .query_map(params![now.saturating_sub(keep_keys), now, row_count(limit)], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })?
            .collect::<rusqlite::Result<Vec<(i64, bool)>>>()?;
        let mut delete = self.connection.prepare_cached("DELETE FROM lro_operation WHERE id = ?1")?;
        for &(id, keep) in &rows {
            if !keep {
                delete.execute([id])?;
            } else if let Some((id, record)) = self.read(&BY_ID, &id)? {
                self.write_changes(id, &record, &record.as_of(self.now))?;
            }
        }
        Ok(rows.len())
    }

    pub(super) fn renew(
        &mut self,
        worker: WorkerId,
        methods: &str,
        lease: Duration,
        first: bool,
    ) -> rusqlite::Result<bool> {
        let lease_end = later(self.now, lease).map_or(i64::MAX, to_micros);
        let sql = if first {
            "INSERT INTO lro_worker (id, lease_end, methods) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET lease_end = excluded.lease_end, methods = excluded.methods"
        } else {
            "UPDATE lro_worker SET lease_end = ?2, methods = ?3 WHERE id = ?1"
        };
        let renewed =
            self.connection.prepare_cached(sql)?.execute(params![worker.0.as_bytes(), lease_end, methods]);
        Ok(renewed? == 1)
    }

    pub(super) fn reap(&mut self, caller: WorkerId) -> rusqlite::Result<usize> {
        let sql = "DELETE FROM lro_worker WHERE lease_end <= ?1 AND id <> ?2";
        self.connection.prepare_cached(sql)?.execute(params![to_micros(self.now), caller.0.as_bytes()])
    }

    pub(super) fn retire(&mut self, worker: WorkerId) -> rusqlite::Result<()> {
        let mut delete = self.connection.prepare_cached("DELETE FROM lro_worker WHERE id = ?1")?;
        delete.execute([worker.0.as_bytes()]).map(drop)
    }

    pub(super) fn succeed(&mut self, name: &str, worker: WorkerId) -> rusqlite::Result<Option<WorkerId>> {
        let mut put = self.connection.prepare_cached(
            "INSERT INTO lro_worker_name (name, worker) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET worker = excluded.worker,
                 predecessor = CASE WHEN worker = excluded.worker THEN predecessor ELSE worker END
             RETURNING predecessor",
        )?;
        let predecessor: Option<[u8; 16]> =
            put.query_row(params![name, worker.0.as_bytes()], |row| row.get(0))?;
        Ok(predecessor.map(|id| WorkerId(Uuid::from_bytes(id))))
    }

    pub(super) fn put_descriptor(&mut self, type_url: &str, descriptor: &[u8]) -> rusqlite::Result<()> {
        let mut put = self.connection.prepare_cached(
            "INSERT INTO lro_descriptor (type_url, descriptor) VALUES (?1, ?2)
             ON CONFLICT (type_url) DO UPDATE SET descriptor = excluded.descriptor",
        )?;
        put.execute(params![type_url, descriptor]).map(drop)
    }
}

/// A number of rows, as SQL takes it.
pub(super) fn row_count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
