//! A record as a row: the columns, both ways.

use std::sync::Arc;

use bytes::Bytes;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, FromSqlResult, ValueRef};
use uuid::Uuid;

use crate::data::operation::Outcome;
use crate::data::payload::any::Any;
use crate::store::clock::{from_micros, to_micros};
use crate::store::{Key, Record, WorkerId};
use crate::{OperationName, Status};

/// How many columns a record has.
pub(super) const WIDTH: usize = 23;

/// How many of them, the first ones, a new record can have. The others are NULL in it, and cost nothing when not named.
pub(super) const NEW_WIDTH: usize = 16;

/// The columns of a record, in the order of [`columns`].
pub(super) const COLUMNS: [&str; WIDTH] = [
    "name",
    "parent",
    "method",
    "restartable",
    "worker",
    "attempt",
    "interruptions",
    "create_time",
    "deadline",
    "request_key",
    "exclusive_key",
    "request_hash",
    "metadata_type",
    "metadata",
    "request_type",
    "request",
    "outcome_type",
    "outcome",
    "state",
    "end_time",
    "expire_time",
    "cancel_time",
    "remove_time",
];

/// The parent as the table has it. Never empty: rusqlite binds an empty text by a dangling pointer, and comparing with it
/// was measured at a third of a whole insert.
pub(super) fn parent_column(parent: &str) -> &str {
    if parent.is_empty() { "/" } else { parent }
}

/// The bytes of an outcome, for [`columns`].
pub(super) fn encode(outcome: Option<&Outcome>) -> Option<Bytes> {
    outcome.map(|outcome| match outcome {
        Outcome::Response(response) => response.value.clone(),
        Outcome::Error(error) => error.encode().into(),
    })
}

/// The values of a record's columns.
pub(super) fn columns<'r>(record: &'r Record, outcome: Option<&'r Bytes>) -> [ValueRef<'r>; WIDTH] {
    let text = |text: &'r str| ValueRef::Text(text.as_bytes());
    let instant = |time| ValueRef::Integer(to_micros(time));
    let optional = |time: Option<_>| time.map_or(ValueRef::Null, instant);
    let key = |key: &'r Option<Key>| key.as_ref().map_or(ValueRef::Null, |key| ValueRef::Blob(&key.0));
    let outcome_type = match &record.outcome {
        Some(Outcome::Response(response)) => text(&response.type_url),
        Some(Outcome::Error(_)) | None => ValueRef::Null,
    };
    [
        text(record.name.as_str()),
        text(parent_column(record.name.parent())),
        text(&record.method),
        ValueRef::Integer(record.restartable.into()),
        record.worker.as_ref().map_or(ValueRef::Null, |worker| ValueRef::Blob(worker.0.as_bytes())),
        ValueRef::Integer(record.attempt.into()),
        ValueRef::Integer(record.interruptions.into()),
        instant(record.create_time),
        optional(record.deadline),
        key(&record.request_key),
        key(&record.exclusive_key),
        record.request_hash.as_ref().map_or(ValueRef::Null, |hash| ValueRef::Blob(hash)),
        text(&record.metadata.type_url),
        ValueRef::Blob(&record.metadata.value),
        record.request.as_ref().map_or(ValueRef::Null, |request| text(&request.type_url)),
        record.request.as_ref().map_or(ValueRef::Null, |request| ValueRef::Blob(&request.value)),
        outcome_type,
        outcome.map_or(ValueRef::Null, |outcome| ValueRef::Blob(outcome)),
        record.state.as_ref().map_or(ValueRef::Null, |state| ValueRef::Blob(state)),
        optional(record.end_time),
        optional(record.expire_time),
        optional(record.cancel_time),
        optional(record.remove_time),
    ]
}

/// Reads a record from a row that begins with [`COLUMNS`]. An error says that the row is corrupt.
pub(super) fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    let value = |column| row.get_ref(column);
    let instant =
        |column| Ok::<_, rusqlite::Error>(optional(value(column)?, |value| value.as_i64())?.map(from_micros));
    let key = |column| Ok::<_, rusqlite::Error>(optional(value(column)?, array)?.map(Key));
    let name = OperationName::parse(value(0)?.as_str()?).map_err(corrupt)?;
    let outcome = match (optional(value(16)?, shared)?, optional(value(17)?, bytes)?) {
        (_, None) => None,
        (Some(type_url), Some(value)) => Some(Outcome::Response(Any { type_url, value })),
        (None, Some(status)) => Some(Outcome::Error(Status::decode(&status).map_err(corrupt)?)),
    };
    let request = match (optional(value(14)?, shared)?, optional(value(15)?, bytes)?) {
        (Some(type_url), Some(value)) => Some(Any { type_url, value }),
        _ => None,
    };
    Ok(Record {
        name,
        method: shared(value(2)?)?,
        restartable: value(3)?.as_i64()? != 0,
        worker: optional(value(4)?, array)?.map(|id| WorkerId(Uuid::from_bytes(id))),
        attempt: row.get(5)?,
        interruptions: row.get(6)?,
        create_time: from_micros(value(7)?.as_i64()?),
        end_time: instant(19)?,
        expire_time: instant(20)?,
        deadline: instant(8)?,
        cancel_time: instant(21)?,
        remove_time: instant(22)?,
        request_key: key(9)?,
        exclusive_key: key(10)?,
        request_hash: optional(value(11)?, array)?,
        metadata: Any { type_url: shared(value(12)?)?, value: bytes(value(13)?)? },
        outcome,
        state: optional(value(18)?, bytes)?,
        request,
    })
}

fn optional<'v, T>(
    value: ValueRef<'v>,
    read: impl FnOnce(ValueRef<'v>) -> FromSqlResult<T>,
) -> FromSqlResult<Option<T>> {
    if value == ValueRef::Null { Ok(None) } else { read(value).map(Some) }
}

fn shared(value: ValueRef<'_>) -> FromSqlResult<Arc<str>> {
    value.as_str().map(Into::into)
}

fn bytes(value: ValueRef<'_>) -> FromSqlResult<Bytes> {
    value.as_blob().map(Bytes::copy_from_slice)
}

fn array<const N: usize>(value: ValueRef<'_>) -> FromSqlResult<[u8; N]> {
    let blob = value.as_blob()?;
    blob.try_into().map_err(|_| FromSqlError::InvalidBlobSize { expected_size: N, blob_size: blob.len() })
}

fn corrupt(error: impl std::error::Error + Send + Sync + 'static) -> FromSqlError {
    FromSqlError::Other(Box::new(error))
}
