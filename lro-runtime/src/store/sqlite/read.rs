//! Readings. Each is one read transaction, at most one page long: a longer one would keep the write-ahead log from shrinking.

use std::sync::LazyLock;
use std::time::SystemTime;

use bytes::Bytes;
use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OptionalExtension, Params, params, params_from_iter};
use uuid::Uuid;

use super::row::{COLUMNS, parent_column, record};
use super::write::row_count;
use crate::OperationName;
use crate::store::clock::to_micros;
use crate::store::{Conditions, Query, Record};

/// How many names are read in one transaction.
const PAGE: usize = 1000;

static SELECT: LazyLock<String> =
    LazyLock::new(|| format!("SELECT {} FROM lro_operation", COLUMNS.join(", ")));
static BY_NAME: LazyLock<String> = LazyLock::new(|| format!("{} WHERE name = ?1", *SELECT));
/// `IS`, so that NULL finds the records that were handed over.
static BY_WORKER: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} INDEXED BY lro_operation_open WHERE outcome IS NULL AND worker IS ?1 AND name > ?2
         AND (?3 IS NULL OR NOT restartable OR method IN (SELECT value FROM json_each(?3)))
         ORDER BY name LIMIT ?4",
        *SELECT
    )
});
static UNREGISTERED: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} INDEXED BY lro_operation_open WHERE outcome IS NULL AND worker IS ?1 AND name > ?2
         AND restartable AND method NOT IN (SELECT value FROM json_each(?3))
         ORDER BY name LIMIT ?4",
        *SELECT
    )
});
static BY_REQUEST: LazyLock<String> =
    LazyLock::new(|| format!("{} INDEXED BY lro_operation_request WHERE request_key = ?1", *SELECT));
static OVERDUE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{} INDEXED BY lro_operation_deadline WHERE outcome IS NULL AND deadline <= ?1 AND name > ?2
         ORDER BY name LIMIT ?3",
        *SELECT
    )
});

pub(super) fn get(
    connection: &Connection,
    names: &[OperationName],
    now: SystemTime,
) -> rusqlite::Result<Vec<Option<Record>>> {
    let mut records = Vec::with_capacity(names.len());
    for page in names.chunks(PAGE) {
        // One statement is a transaction of its own.
        let transaction = if page.len() > 1 { Some(connection.unchecked_transaction()?) } else { None };
        let mut statement = connection.prepare_cached(&BY_NAME)?;
        for name in page {
            let read = statement.query_row([name.as_str()], record).optional()?;
            records.push(read.filter(|record| !record.is_expired(now)));
        }
        drop(statement);
        transaction.map(rusqlite::Transaction::commit).transpose()?;
    }
    Ok(records)
}

pub(super) fn list(connection: &Connection, query: &Query, now: SystemTime) -> rusqlite::Result<Vec<Record>> {
    match query {
        Query::Public { parent, conditions, after, limit } => {
            let after = after.as_ref().map(|after| (to_micros(after.create_time), after.name.as_str()));
            let (sql, values) = public(parent.as_deref(), conditions, after, *limit, now);
            select(connection, &sql, params_from_iter(values))
        }
        Query::Claimable { methods, after, limit } => {
            let transaction = connection.unchecked_transaction()?;
            let page = by_gone(&transaction, &BY_WORKER, methods, after.as_ref(), *limit)?;
            transaction.commit()?;
            Ok(page)
        }
        Query::Unregistered { after, limit } => {
            let transaction = connection.unchecked_transaction()?;
            let methods = registered(&transaction)?;
            let page = by_gone(&transaction, &UNREGISTERED, &methods, after.as_ref(), *limit)?;
            transaction.commit()?;
            Ok(page)
        }
        Query::OwnedBy { worker, after, limit } => {
            by_worker(connection, &BY_WORKER, Some(worker.0), None, after.as_ref(), *limit)
        }
        Query::Request { key } => {
            let found = select(connection, &BY_REQUEST, [key.0.as_slice()])?;
            Ok(found.iter().map(|record| record.as_of(now)).collect())
        }
        Query::Overdue { after, limit } => {
            select(connection, &OVERDUE, params![to_micros(now), text(after.as_ref()), row_count(*limit)])
        }
    }
}

/// The page of visible records, as SQL with its values. The newest first: the index is read backwards.
fn public<'q>(
    parent: Option<&'q str>,
    wanted: &'q Conditions,
    after: Option<(i64, &'q str)>,
    limit: usize,
    now: SystemTime,
) -> (String, Vec<ToSqlOutput<'q>>) {
    let mut conditions = String::from("remove_time IS NULL AND (expire_time IS NULL OR expire_time > ?1)");
    match wanted.done {
        Some(true) => conditions.push_str(" AND outcome IS NOT NULL"),
        Some(false) => conditions.push_str(" AND outcome IS NULL"),
        None => {}
    }
    let mut values: Vec<ToSqlOutput<'q>> = vec![to_micros(now).into(), row_count(limit).into()];
    let mut also = |condition: &str, value: Option<ToSqlOutput<'q>>| {
        if let Some(value) = value {
            values.push(value);
            conditions.push_str(&format!(" AND {condition} ?{}", values.len()));
        }
    };
    also("create_time >=", wanted.created_from.map(|from| to_micros(from).into()));
    also("create_time <=", wanted.created_to.map(|to| to_micros(to).into()));
    also("metadata_type =", wanted.metadata_type.as_deref().map(Into::into));
    also("outcome_type =", wanted.response_type.as_deref().map(Into::into));
    if let Some((create_time, name)) = after {
        values.extend([create_time.into(), name.into()]);
        let place = values.len();
        conditions.push_str(&format!(" AND (create_time, name) < (?{}, ?{place})", place - 1));
    }
    let order = "ORDER BY create_time DESC, name DESC LIMIT ?2";
    let sql = if let Some(parent) = parent {
        conditions.push_str(&format!(" AND parent = ?{}", values.len() + 1));
        values.push(parent_column(parent).into());
        format!("{} INDEXED BY lro_operation_public WHERE {conditions} {order}", *SELECT)
    } else {
        // One index serves both: the parents are hopped over, and a page is merged from the first page of each.
        // A second index, by time alone, would cost every create.
        format!(
            "WITH RECURSIVE each (parent) AS (
                 SELECT min(parent) FROM lro_operation INDEXED BY lro_operation_public WHERE remove_time IS NULL
                 UNION ALL
                 SELECT (SELECT min(o.parent) FROM lro_operation o INDEXED BY lro_operation_public
                         WHERE o.parent > each.parent AND o.remove_time IS NULL)
                 FROM each WHERE each.parent IS NOT NULL
             )
             SELECT {} FROM each CROSS JOIN lro_operation record ON record.id IN (
                 SELECT id FROM lro_operation INDEXED BY lro_operation_public
                 WHERE {conditions} AND parent = each.parent {order}
             ) {order}",
            COLUMNS.map(|column| format!("record.{column}")).join(", ")
        )
    };
    (sql, values)
}

/// The owners of open records that have no row, so that what they own can be claimed. One seek an owner: the
/// open records of living workers are not walked over.
fn gone(connection: &Connection) -> rusqlite::Result<Vec<Option<Uuid>>> {
    let mut statement = connection.prepare_cached(
        "WITH RECURSIVE owner (id) AS (
             SELECT min(worker) FROM lro_operation INDEXED BY lro_operation_open WHERE outcome IS NULL
             UNION ALL
             SELECT (SELECT min(o.worker) FROM lro_operation o INDEXED BY lro_operation_open
                     WHERE o.worker > owner.id AND o.outcome IS NULL)
             FROM owner WHERE owner.id IS NOT NULL
         )
         SELECT id FROM owner WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM lro_worker)",
    )?;
    let mut owners = vec![None];
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        owners.push(Some(Uuid::from_bytes(row.get(0)?)));
    }
    Ok(owners)
}

/// The methods that workers with a row can run again.
fn registered(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut methods = Vec::new();
    let mut statement = connection.prepare_cached("SELECT methods FROM lro_worker")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let lines: String = row.get(0)?;
        methods.extend(lines.lines().map(str::to_owned));
    }
    Ok(methods)
}

/// One page of what the workers own that are gone, by name.
fn by_gone(
    connection: &Connection,
    sql: &str,
    methods: &[String],
    after: Option<&OperationName>,
    limit: usize,
) -> rusqlite::Result<Vec<Record>> {
    let methods = serde_json::to_string(methods)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    let mut page = Vec::new();
    for worker in gone(connection)? {
        page.extend(by_worker(connection, sql, worker, Some(&methods), after, limit)?);
    }
    page.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    page.truncate(limit);
    Ok(page)
}

fn by_worker(
    connection: &Connection,
    sql: &str,
    worker: Option<Uuid>,
    methods: Option<&str>,
    after: Option<&OperationName>,
    limit: usize,
) -> rusqlite::Result<Vec<Record>> {
    let worker = worker.map(|id| Value::Blob(id.into_bytes().into()));
    select(connection, sql, params![worker, text(after), methods, row_count(limit)])
}

pub(super) fn descriptors(connection: &Connection) -> rusqlite::Result<Vec<(String, Bytes)>> {
    let mut statement = connection.prepare_cached("SELECT type_url, descriptor FROM lro_descriptor")?;
    let rows = statement.query_map([], |row| {
        let descriptor: Vec<u8> = row.get(1)?;
        Ok((row.get(0)?, descriptor.into()))
    })?;
    rows.collect()
}

fn select(connection: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<Vec<Record>> {
    connection.prepare_cached(sql)?.query_map(values, record)?.collect()
}

/// The name after which a page begins. No name is empty, so the empty text stands before all.
fn text(after: Option<&OperationName>) -> &str {
    after.map_or("", OperationName::as_str)
}
