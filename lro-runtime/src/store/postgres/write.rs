//! The statements of a batch. They say in SQL what `Guard::admits`, `Record::create` and `Record::apply` say in Rust, for many records at once.
//!
//! Their plans are made when a connection is young, perhaps on an empty table, and kept. `open.rs` therefore forbids what reads a whole table, and
//! the update finds its rows by `= ANY (ARRAY[…])`, which can only be looked up in an index: by a plain `=` a join could also
//! begin with all of the table, in the order of its names.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::error::Failure;
use super::row::{head, micros, value};
use crate::OperationName;
use crate::data::operation::Outcome;
use crate::store::{Guard, Head, NewRecord, Patch, Record};

/// What is in the way of a new row is looked up later, by a statement that sees what this one has waited for.
pub(super) const INSERT: &str = "
    INSERT INTO lro_operation (name, parent, method, restartable, worker, attempt, interruptions, create_time, deadline,
        request_key, exclusive_key, request_hash, metadata_type, metadata, request_type, request)
    SELECT name, parent, method, restartable, worker, attempt, 0, now, now + time_limit * interval '1 microsecond',
        request_key, exclusive_key, request_hash, metadata_type, metadata, request_type, request
    FROM (
        SELECT *, clock_timestamp() AS now
        FROM unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bytea[],
            $9::bytea[], $10::bytea[], $11::text[], $12::bytea[], $13::text[], $14::bytea[]) WITH ORDINALITY
            AS given (name, parent, method, restartable, worker, attempt, time_limit, request_key,
                exclusive_key, request_hash, metadata_type, metadata, request_type, request, place)
    ) new
    ORDER BY place
    ON CONFLICT DO NOTHING
    RETURNING name, create_time, deadline";

/// `locked` takes the rows in one order, whatever the order of the batch, so that two batches never wait for each other; `clock` is
/// read when it has them all, and then what is told is told with the same commit.
pub(super) static UPDATE: LazyLock<String> = LazyLock::new(|| {
    // Whether the record becomes a tombstone; whether this is its end.
    let spent =
        "(o.remove_time IS NOT NULL OR p.remove) AND (o.outcome IS NOT NULL OR p.outcome IS NOT NULL)";
    let ends = "o.outcome IS NULL AND p.outcome IS NOT NULL";
    format!(
        "WITH patch AS MATERIALIZED (
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::boolean[], $4::boolean[], $5::boolean[], $6::uuid[],
                $7::bigint[], $8::bigint[], $9::text[], $10::bytea[], $11::bytea[], $12::text[], $13::integer[], $14::bytea[],
                $15::bigint[], $16::boolean[], $17::boolean[], $18::text[]) WITH ORDINALITY
                AS given (name, only_attempt, only_open, only_visible, set_worker, worker,
                    attempt, interruptions, metadata_type, metadata, state, outcome_type, outcome_code, outcome,
                    retention, cancel, remove, told, place)
        ), locked AS MATERIALIZED (
            SELECT FROM lro_operation o WHERE o.name = ANY ($1) ORDER BY o.name FOR UPDATE
        ), clock AS MATERIALIZED (
            SELECT clock_timestamp() AS now FROM (SELECT count(*) FROM locked) all_locked
        ), written AS (
            UPDATE lro_operation o SET
                worker = CASE WHEN p.set_worker THEN p.worker ELSE o.worker END,
                attempt = GREATEST(o.attempt, p.attempt),
                interruptions = COALESCE(p.interruptions, o.interruptions),
                metadata_type = COALESCE(p.metadata_type, o.metadata_type),
                metadata = CASE WHEN {spent} THEN '' ELSE COALESCE(p.metadata, o.metadata) END,
                state = CASE WHEN {spent} THEN NULL ELSE COALESCE(p.state, o.state) END,
                request_type = CASE WHEN {spent} THEN NULL ELSE o.request_type END,
                request = CASE WHEN {spent} THEN NULL ELSE o.request END,
                outcome_type = CASE WHEN {ends} THEN p.outcome_type ELSE o.outcome_type END,
                outcome_code = CASE WHEN {ends} THEN p.outcome_code ELSE o.outcome_code END,
                outcome = CASE WHEN {spent} THEN '' ELSE COALESCE(o.outcome, p.outcome) END,
                end_time = CASE WHEN {ends} THEN GREATEST(clock.now, o.create_time) ELSE o.end_time END,
                expire_time = CASE WHEN {ends} THEN clock.now + p.retention * interval '1 microsecond'
                    ELSE o.expire_time END,
                cancel_time = COALESCE(o.cancel_time, CASE WHEN p.cancel THEN clock.now END),
                remove_time = COALESCE(o.remove_time, CASE WHEN p.remove THEN clock.now END)
            FROM patch p, clock
            WHERE o.name = ANY (ARRAY[p.name])
                AND (p.only_attempt IS NULL OR o.attempt = p.only_attempt)
                AND (NOT p.only_open OR o.outcome IS NULL)
                AND (NOT p.only_visible OR o.remove_time IS NULL)
                AND (o.expire_time IS NULL OR o.expire_time > clock.now)
            RETURNING p.place, p.told, o.attempt, o.outcome IS NOT NULL AS done, o.cancel_time IS NOT NULL AS cancelled,
                o.remove_time IS NOT NULL AS removed
        ), notified AS MATERIALIZED (
            SELECT pg_notify($19, string_agg(told, '')) AS told FROM written HAVING count(told) > 0
        )
        SELECT place, attempt, done, cancelled, removed, notified.told FROM written LEFT JOIN notified ON true"
    )
});

/// The instants of a row that was inserted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inserted {
    create_time: SystemTime,
    deadline: Option<SystemTime>,
}

impl Inserted {
    pub(super) fn record(self, new: NewRecord) -> Record {
        Record { deadline: self.deadline, ..Record::create(new, self.create_time, None) }
    }

    /// Reads a row of [`INSERT`].
    pub(super) fn read(row: &Row) -> Result<(&str, Self), Failure> {
        Ok((value(row, 0)?, Self { create_time: value(row, 1)?, deadline: value(row, 2)? }))
    }
}

/// Reads a row of [`UPDATE`]: which entry it is of, from 0, and the head.
pub(super) fn read_updated(row: &Row) -> Result<(usize, Head), Failure> {
    let place: i64 = value(row, 0)?;
    Ok((usize::try_from(place - 1).unwrap_or(usize::MAX), head(row, 1)?))
}

/// The columns of [`INSERT`], an entry a record.
#[derive(Default)]
pub(super) struct Inserts<'a> {
    name: Vec<&'a str>,
    parent: Vec<&'a str>,
    method: Vec<&'a str>,
    restartable: Vec<bool>,
    worker: Vec<Uuid>,
    attempt: Vec<i64>,
    time_limit: Vec<Option<i64>>,
    request_key: Vec<Option<&'a [u8]>>,
    exclusive_key: Vec<Option<&'a [u8]>>,
    request_hash: Vec<Option<&'a [u8]>>,
    metadata_type: Vec<&'a str>,
    metadata: Vec<&'a [u8]>,
    request_type: Vec<Option<&'a str>>,
    request: Vec<Option<&'a [u8]>>,
}

impl<'a> Inserts<'a> {
    pub(super) fn push(&mut self, new: &'a NewRecord, time_limit: Option<Duration>) {
        self.name.push(new.name.as_str());
        self.parent.push(new.name.parent());
        self.method.push(&new.method);
        self.restartable.push(new.restartable);
        self.worker.push(new.worker.0);
        self.attempt.push(new.attempt.into());
        self.time_limit.push(time_limit.and_then(micros));
        self.request_key.push(new.request_key.as_ref().map(|key| &key.0[..]));
        self.exclusive_key.push(new.exclusive_key.as_ref().map(|key| &key.0[..]));
        self.request_hash.push(new.request_hash.as_ref().map(|hash| &hash[..]));
        self.metadata_type.push(&new.metadata.type_url);
        self.metadata.push(&new.metadata.value);
        self.request_type.push(new.request.as_ref().map(|request| &*request.type_url));
        self.request.push(new.request.as_ref().map(|request| &*request.value));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    pub(super) fn values(&self) -> [&(dyn ToSql + Sync); 14] {
        [
            &self.name,
            &self.parent,
            &self.method,
            &self.restartable,
            &self.worker,
            &self.attempt,
            &self.time_limit,
            &self.request_key,
            &self.exclusive_key,
            &self.request_hash,
            &self.metadata_type,
            &self.metadata,
            &self.request_type,
            &self.request,
        ]
    }
}

/// The columns of [`UPDATE`], an entry a patch.
#[derive(Default)]
pub(super) struct Updates<'a> {
    name: Vec<&'a str>,
    only_attempt: Vec<Option<i64>>,
    only_open: Vec<bool>,
    only_visible: Vec<bool>,
    set_worker: Vec<bool>,
    worker: Vec<Option<Uuid>>,
    attempt: Vec<Option<i64>>,
    interruptions: Vec<Option<i64>>,
    metadata_type: Vec<Option<&'a str>>,
    metadata: Vec<Option<&'a [u8]>>,
    state: Vec<Option<&'a [u8]>>,
    outcome_type: Vec<Option<&'a str>>,
    outcome_code: Vec<Option<i32>>,
    outcome: Vec<Option<Vec<u8>>>,
    retention: Vec<Option<i64>>,
    cancel: Vec<bool>,
    remove: Vec<bool>,
    told: Vec<Option<String>>,
}

impl<'a> Updates<'a> {
    pub(super) fn push(&mut self, name: &'a OperationName, guard: Guard, patch: &'a Patch) {
        let (only_attempt, only_open, only_visible) = match guard {
            Guard::Attempt(attempt) => (Some(attempt.into()), true, false),
            Guard::Open => (None, true, true),
            Guard::Visible => (None, false, true),
        };
        let (outcome_type, outcome_code, outcome) = match &patch.outcome {
            Some(Outcome::Response(any)) => (Some(&*any.type_url), None, Some(any.value.to_vec())),
            Some(Outcome::Error(error)) => (None, Some(error.code() as i32), Some(error.encode())),
            None => (None, None, None),
        };
        self.name.push(name.as_str());
        self.only_attempt.push(only_attempt);
        self.only_open.push(only_open);
        self.only_visible.push(only_visible);
        self.set_worker.push(patch.worker.is_some());
        self.worker.push(patch.worker.flatten().map(|worker| worker.0));
        self.attempt.push(patch.attempt.map(Into::into));
        self.interruptions.push(patch.interruptions.map(Into::into));
        self.metadata_type.push(patch.metadata.as_ref().map(|metadata| &*metadata.type_url));
        self.metadata.push(patch.metadata.as_ref().map(|metadata| &*metadata.value));
        self.state.push(patch.state.as_deref());
        self.outcome_type.push(outcome_type);
        self.outcome_code.push(outcome_code);
        self.outcome.push(outcome);
        self.retention.push(patch.retention.and_then(micros));
        self.cancel.push(patch.cancel);
        self.remove.push(patch.remove);
        self.told.push(patch.is_told().then(|| encode_hash(name.hash64())));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.name.is_empty()
    }

    pub(super) fn values<'v>(&'v self, channel: &'v String) -> [&'v (dyn ToSql + Sync); 19] {
        [
            &self.name,
            &self.only_attempt,
            &self.only_open,
            &self.only_visible,
            &self.set_worker,
            &self.worker,
            &self.attempt,
            &self.interruptions,
            &self.metadata_type,
            &self.metadata,
            &self.state,
            &self.outcome_type,
            &self.outcome_code,
            &self.outcome,
            &self.retention,
            &self.cancel,
            &self.remove,
            &self.told,
            channel,
        ]
    }
}

/// How many characters a name hash has in a notification.
pub(super) const HASH_WIDTH: usize = 11;

fn encode_hash(hash: u64) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(hash.to_be_bytes())
}

/// Reads the name hashes of a notification; `None` when it is not one of this release.
pub(super) fn decode_hashes(payload: &str) -> Option<Vec<u64>> {
    let hashes = payload.as_bytes().chunks(HASH_WIDTH).map(|hash| {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(hash).ok()?;
        Some(u64::from_be_bytes(bytes.try_into().ok()?))
    });
    hashes.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_survive_a_notification() {
        let hashes = [0, 1, u64::MAX, 0x0123_4567_89ab_cdef];
        let payload: String = hashes.into_iter().map(encode_hash).collect();
        assert_eq!(payload.len(), hashes.len() * HASH_WIDTH);
        assert_eq!(decode_hashes(&payload), Some(hashes.to_vec()));
        for other in ["*", "AAAAAAAAAAA*", &payload[1..]] {
            assert_eq!(decode_hashes(other), None, "{other}");
        }
    }
}
