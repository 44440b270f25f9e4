//! A record as a row, and what the contract's values are in SQL.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::error::Failure;
use crate::data::operation::Outcome;
use crate::data::payload::any::Any;
use crate::store::{Head, Key, Record, WorkerId};
use crate::{Code, OperationName, Status};

/// The columns of a record, in the order in which [`record`] reads them.
pub(super) const COLUMNS: &str = "name, method, restartable, worker, attempt, interruptions, create_time, end_time, \
     expire_time, deadline, cancel_time, remove_time, request_key, exclusive_key, request_hash, metadata_type, metadata, \
     outcome_type, outcome_code, outcome, state, request_type, request";

/// The columns of a record's head, in the order in which [`head`] reads them.
pub(super) const HEAD: &str =
    "attempt, outcome IS NOT NULL, cancel_time IS NOT NULL, remove_time IS NOT NULL";

/// A longer duration is for ever: PostgreSQL can neither add it to an instant nor take it away.
const FOR_EVER: i64 = 5_000 * 366 * 24 * 60 * 60 * 1_000_000;

/// A duration in microseconds; `None` is for ever.
pub(super) fn micros(duration: Duration) -> Option<i64> {
    i64::try_from(duration.as_micros()).ok().filter(|micros| *micros < FOR_EVER)
}

/// A number of rows, as SQL takes it.
pub(super) fn row_count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Reads a record from a row in which [`COLUMNS`] begin at this column.
pub(super) fn record(row: &Row, at: usize) -> Result<Record, Failure> {
    read_record(row, at).map_err(Failure::corrupt_row)
}

/// Reads a head from a row in which [`HEAD`] begins at this column.
pub(super) fn head(row: &Row, at: usize) -> Result<Head, Failure> {
    let read = || -> Result<Head, Corrupt> {
        Ok(Head {
            attempt: count(row, at)?,
            done: row.try_get(at + 1)?,
            cancelled: row.try_get(at + 2)?,
            removed: row.try_get(at + 3)?,
        })
    };
    read().map_err(Failure::corrupt_row)
}

/// Reads one value.
pub(super) fn value<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, Failure> {
    row.try_get(column).map_err(|error| Failure::corrupt_row(error.into()))
}

type Corrupt = Box<dyn Error + Send + Sync>;

fn read_record(row: &Row, at: usize) -> Result<Record, Corrupt> {
    let bytes = |column: usize| {
        Ok::<_, Corrupt>(row.try_get::<_, Option<&[u8]>>(at + column)?.map(Bytes::copy_from_slice))
    };
    let text =
        |column: usize| Ok::<_, Corrupt>(row.try_get::<_, Option<&str>>(at + column)?.map(Arc::<str>::from));
    let instant = |column: usize| Ok::<_, Corrupt>(row.try_get::<_, Option<SystemTime>>(at + column)?);
    let outcome = match (text(17)?, row.try_get::<_, Option<i32>>(at + 18)?, bytes(19)?) {
        (_, _, None) => None,
        (Some(type_url), _, Some(value)) => Some(Outcome::Response(Any { type_url, value })),
        // A tombstone.
        (None, Some(code), Some(value)) if value.is_empty() => {
            Some(Outcome::Error(Status::new(Code::from_number(code).unwrap_or(Code::Unknown), "")))
        }
        (None, _, Some(value)) => Some(Outcome::Error(Status::decode(&value)?)),
    };
    let request = match (text(21)?, bytes(22)?) {
        (Some(type_url), Some(value)) => Some(Any { type_url, value }),
        _ => None,
    };
    Ok(Record {
        name: OperationName::parse(row.try_get(at)?)?,
        method: row.try_get::<_, &str>(at + 1)?.into(),
        restartable: row.try_get(at + 2)?,
        worker: row.try_get::<_, Option<Uuid>>(at + 3)?.map(WorkerId),
        attempt: count(row, at + 4)?,
        interruptions: count(row, at + 5)?,
        create_time: row.try_get(at + 6)?,
        end_time: instant(7)?,
        expire_time: instant(8)?,
        deadline: instant(9)?,
        cancel_time: instant(10)?,
        remove_time: instant(11)?,
        request_key: array(row, at + 12)?.map(Key),
        exclusive_key: array(row, at + 13)?.map(Key),
        request_hash: array(row, at + 14)?,
        metadata: Any {
            type_url: row.try_get::<_, &str>(at + 15)?.into(),
            value: bytes(16)?.unwrap_or_default(),
        },
        outcome,
        state: bytes(20)?,
        request,
    })
}

/// `u32` is a `bigint` there: PostgreSQL has no unsigned numbers.
fn count(row: &Row, column: usize) -> Result<u32, Corrupt> {
    Ok(u32::try_from(row.try_get::<_, i64>(column)?)?)
}

fn array<const N: usize>(row: &Row, column: usize) -> Result<Option<[u8; N]>, Corrupt> {
    Ok(row.try_get::<_, Option<&[u8]>>(column)?.map(<[u8; N]>::try_from).transpose()?)
}
