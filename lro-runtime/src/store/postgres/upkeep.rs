//! Workers, purging and what all replicas share: statements that need no batch.
//!
//! `clock_timestamp()` everywhere, and never `now()`: that is the beginning of the transaction, and a lease that is counted
//! from before a long wait for a row is short.

use std::time::Duration;

use uuid::Uuid;

use super::error::Failure;
use super::row::{micros, row_count, value};
use super::session::Sessions;
use crate::store::WorkerId;

pub(super) async fn renew(
    sessions: &Sessions,
    worker: WorkerId,
    methods: &[String],
    lease: Duration,
    first: bool,
) -> Result<bool, Failure> {
    const LEASE_END: &str = "COALESCE(clock_timestamp() + $2::bigint * interval '1 microsecond', 'infinity')";
    let sql = if first {
        format!(
            "INSERT INTO lro_worker (id, lease_end, methods) VALUES ($1, {LEASE_END}, $3)
             ON CONFLICT (id) DO UPDATE SET lease_end = {LEASE_END}, methods = excluded.methods RETURNING id"
        )
    } else {
        format!("UPDATE lro_worker SET lease_end = {LEASE_END}, methods = $3 WHERE id = $1 RETURNING id")
    };
    let rows = sessions.query(&sql, &[&worker.0, &micros(lease), &methods]).await?;
    Ok(!rows.is_empty())
}

/// A row that is just being renewed is passed over: its worker lives.
pub(super) async fn reap(sessions: &Sessions, caller: WorkerId) -> Result<usize, Failure> {
    let sql = "DELETE FROM lro_worker WHERE id IN (
            SELECT id FROM lro_worker WHERE lease_end <= clock_timestamp() AND id <> $1 FOR UPDATE SKIP LOCKED
        ) RETURNING id";
    Ok(sessions.query(sql, &[&caller.0]).await?.len())
}

pub(super) async fn retire(sessions: &Sessions, worker: WorkerId) -> Result<(), Failure> {
    sessions.query("DELETE FROM lro_worker WHERE id = $1", &[&worker.0]).await.map(drop)
}

/// One statement, whose update sees the row as it is when it has its lock: of two processes with one name, one succeeds the other.
pub(super) async fn succeed(
    sessions: &Sessions,
    name: &str,
    worker: WorkerId,
) -> Result<Option<WorkerId>, Failure> {
    let sql = "INSERT INTO lro_worker_name AS known (name, worker) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET worker = excluded.worker,
            predecessor = CASE WHEN known.worker = excluded.worker THEN known.predecessor ELSE known.worker END
        RETURNING predecessor";
    let rows = sessions.query(sql, &[&name, &worker.0]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(value::<Option<Uuid>>(row, 0)?.map(WorkerId))
}

pub(super) async fn put_descriptor(
    sessions: &Sessions,
    type_url: &str,
    descriptor: &[u8],
) -> Result<(), Failure> {
    let sql = "INSERT INTO lro_descriptor (type_url, descriptor) VALUES ($1, $2)
        ON CONFLICT (type_url) DO UPDATE SET descriptor = excluded.descriptor";
    sessions.query(sql, &[&type_url, &descriptor]).await.map(drop)
}

/// Three ways to be spent, and of each only those with which something is to be done: what is kept for its key must not be walked over
/// each time. What another replica purges, or somebody writes just now, is passed over.
pub(super) async fn purge(sessions: &Sessions, limit: usize, keep_keys: Duration) -> Result<usize, Failure> {
    let sql = "WITH clock AS MATERIALIZED (
            SELECT now, now - $2::bigint * interval '1 microsecond' AS key_end FROM (SELECT clock_timestamp() AS now) c
        ), removed AS MATERIALIZED (
            SELECT name FROM lro_operation
            WHERE remove_time IS NOT NULL AND outcome IS NOT NULL AND request_key IS NULL
            LIMIT $1 FOR UPDATE SKIP LOCKED
        ), tombstone AS MATERIALIZED (
            SELECT name FROM lro_operation
            WHERE remove_time <= (SELECT key_end FROM clock) AND outcome IS NOT NULL AND request_key IS NOT NULL
            LIMIT $1 FOR UPDATE SKIP LOCKED
        ), expired AS MATERIALIZED (
            SELECT name, request_key, expire_time FROM lro_operation
            WHERE expire_time <= (SELECT now FROM clock) AND remove_time IS NULL
            LIMIT $1 FOR UPDATE SKIP LOCKED
        ), spent AS MATERIALIZED (
            SELECT name, false AS keep FROM removed
            UNION ALL SELECT name, false FROM tombstone
            UNION ALL SELECT name, request_key IS NOT NULL AND (key_end IS NULL OR expire_time > key_end)
                FROM expired, clock
            LIMIT $1
        ), deleted AS (
            DELETE FROM lro_operation o USING spent WHERE o.name = spent.name AND NOT spent.keep RETURNING o.name
        ), kept AS (
            UPDATE lro_operation o SET remove_time = o.expire_time, metadata = '', state = NULL, request_type = NULL,
                request = NULL, outcome = ''
            FROM spent WHERE o.name = spent.name AND spent.keep RETURNING o.name
        )
        SELECT (SELECT count(*) FROM deleted) + (SELECT count(*) FROM kept)";
    let rows = sessions.query(sql, &[&row_count(limit), &micros(keep_keys)]).await?;
    let Some(row) = rows.first() else { return Ok(0) };
    Ok(usize::try_from(value::<i64>(row, 0)?).unwrap_or(usize::MAX))
}
