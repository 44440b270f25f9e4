//! Readings. All of them go to the primary.

use std::collections::HashMap;

use bytes::Bytes;
use tokio_postgres::types::{ToSql, Type};

use super::error::Failure;
use super::row::{COLUMNS, HEAD, head, record, row_count, value};
use super::session::Sessions;
use crate::OperationName;
use crate::store::{Created, Head, NewRecord, Query, Record};

/// What is not past its expiry by the server's clock.
const UNEXPIRED: &str = "(expire_time IS NULL OR expire_time > clock_timestamp())";

/// Reads records by name, each on its own: one that is damaged says nothing about the others.
pub(super) async fn get(
    sessions: &Sessions,
    names: &[OperationName],
) -> Result<HashMap<String, Result<Record, Failure>>, Failure> {
    let texts: Vec<_> = names.iter().map(OperationName::as_str).collect();
    let rows = match texts.as_slice() {
        [] => return Ok(HashMap::new()),
        [name] => {
            // A plan for one row, which is kept: for an array it would be made each time.
            let sql = format!("SELECT {COLUMNS} FROM lro_operation WHERE name = $1 AND {UNEXPIRED}");
            sessions.query(&sql, &[name]).await?
        }
        names => {
            let sql = format!("SELECT {COLUMNS} FROM lro_operation WHERE name = ANY ($1) AND {UNEXPIRED}");
            sessions.query(&sql, &[&names]).await?
        }
    };
    rows.iter().map(|row| Ok((value(row, 0)?, record(row, 0)))).collect()
}

/// The head of a record that is not expired.
pub(super) async fn get_head(sessions: &Sessions, name: &OperationName) -> Result<Option<Head>, Failure> {
    let sql = format!("SELECT {HEAD} FROM lro_operation WHERE name = $1 AND {UNEXPIRED}");
    let rows = sessions.query(&sql, &[&name.as_str()]).await?;
    rows.first().map(|row| head(row, 0)).transpose()
}

/// What stands against a creation, if anything still does.
pub(super) async fn taken(sessions: &Sessions, new: &NewRecord) -> Result<Option<Created>, Failure> {
    let select = format!("clock_timestamp(), {COLUMNS} FROM lro_operation WHERE");
    let sql = format!(
        "SELECT 0 AS place, {select} name = $1
         UNION ALL SELECT 1, {select} request_key = $2
         UNION ALL SELECT 2, {select} exclusive_key = $3 AND outcome IS NULL
         ORDER BY place LIMIT 1"
    );
    let request_key = new.request_key.as_ref().map(|key| &key.0[..]);
    let exclusive_key = new.exclusive_key.as_ref().map(|key| &key.0[..]);
    let rows = sessions.query(&sql, &[&new.name.as_str(), &request_key, &exclusive_key]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let record = record(row, 2)?.as_of(value(row, 1)?);
    Ok(Some(match value::<i32>(row, 0)? {
        0 => Created::Name(record),
        1 => Created::Request(record),
        _ => Created::Exclusive(record),
    }))
}

pub(super) async fn descriptors(sessions: &Sessions) -> Result<Vec<(String, Bytes)>, Failure> {
    let rows = sessions.query("SELECT type_url, descriptor FROM lro_descriptor", &[]).await?;
    rows.iter().map(|row| Ok((value(row, 0)?, value::<&[u8]>(row, 1)?.to_vec().into()))).collect()
}

type Values<'q> = Vec<(&'q (dyn ToSql + Sync), Type)>;

pub(super) async fn list(sessions: &Sessions, query: &Query) -> Result<Vec<Record>, Failure> {
    match query {
        Query::Public { parent, conditions: wanted, after, limit } => {
            let limit = row_count(*limit);
            let mut values: Values<'_> = vec![(&limit, Type::INT8)];
            let mut conditions = format!("remove_time IS NULL AND {UNEXPIRED}");
            match wanted.done {
                Some(true) => conditions.push_str(" AND outcome IS NOT NULL"),
                Some(false) => conditions.push_str(" AND outcome IS NULL"),
                None => {}
            }
            for (condition, time) in
                [("create_time >=", &wanted.created_from), ("create_time <=", &wanted.created_to)]
            {
                if let Some(time) = time {
                    values.push((time, Type::TIMESTAMPTZ));
                    conditions.push_str(&format!(" AND {condition} ${}", values.len()));
                }
            }
            let types = [("metadata_type", &wanted.metadata_type), ("outcome_type", &wanted.response_type)]
                .map(|(column, url)| (column, url.as_deref()));
            for (column, url) in &types {
                if let Some(url) = url {
                    values.push((url, Type::TEXT));
                    conditions.push_str(&format!(" AND {column} = ${}", values.len()));
                }
            }
            let after = after.as_ref().map(|after| (after.create_time, after.name.as_str()));
            if let Some((create_time, name)) = &after {
                values.extend([(create_time as _, Type::TIMESTAMPTZ), (name as _, Type::TEXT)]);
                let place = values.len();
                conditions.push_str(&format!(" AND (create_time, name) < (${}, ${place})", place - 1));
            }
            // The inner order is the index's, so that no more is read than the page, whatever the planner believes about the table.
            // Only the records of one instant are left to be sorted.
            let page = |parent: &str| {
                format!(
                    "(SELECT {COLUMNS} FROM lro_operation WHERE {conditions} AND parent = {parent}
                      ORDER BY create_time DESC FETCH FIRST $1 ROWS WITH TIES) page"
                )
            };
            let from = if let Some(parent) = parent {
                values.push((parent, Type::TEXT));
                format!("SELECT * FROM {}", page(&format!("${}", values.len())))
            } else {
                format!("{EACH_PARENT} SELECT page.* FROM each CROSS JOIN LATERAL {}", page("each.parent"))
            };
            let sql = format!("{from} ORDER BY create_time DESC, name DESC LIMIT $1");
            select(sessions, &sql, &values).await
        }
        Query::Claimable { methods, after, limit } => {
            let (after, limit) = (text(after.as_ref()), row_count(*limit));
            let sql = of_gone("(NOT restartable OR method = ANY ($3))");
            let values: Values<'_> =
                vec![(&after, Type::TEXT), (&limit, Type::INT8), (methods, Type::TEXT_ARRAY)];
            select(sessions, &sql, &values).await
        }
        Query::Unregistered { after, limit } => {
            let (after, limit) = (text(after.as_ref()), row_count(*limit));
            let sql =
                of_gone("restartable AND method <> ALL (ARRAY (SELECT unnest(methods) FROM lro_worker))");
            select(sessions, &sql, &[(&after, Type::TEXT), (&limit, Type::INT8)]).await
        }
        Query::Request { key } => {
            let sql =
                format!("SELECT clock_timestamp(), {COLUMNS} FROM lro_operation WHERE request_key = $1");
            let rows = sessions.query(&sql, &[&&key.0[..]]).await?;
            rows.iter().map(|row| Ok(record(row, 1)?.as_of(value(row, 0)?))).collect()
        }
        Query::OwnedBy { worker, after, limit } => {
            let (after, limit) = (text(after.as_ref()), row_count(*limit));
            let sql = format!(
                "SELECT {COLUMNS} FROM lro_operation WHERE outcome IS NULL AND worker = $1 AND name > $2
                ORDER BY name LIMIT $3"
            );
            let values: Values<'_> =
                vec![(&worker.0, Type::UUID), (&after, Type::TEXT), (&limit, Type::INT8)];
            select(sessions, &sql, &values).await
        }
        Query::Overdue { after, limit } => {
            let (after, limit) = (text(after.as_ref()), row_count(*limit));
            let sql = format!(
                "SELECT {COLUMNS} FROM lro_operation WHERE outcome IS NULL
                AND deadline <= (SELECT clock_timestamp()) AND name > $1 ORDER BY name LIMIT $2"
            );
            select(sessions, &sql, &[(&after, Type::TEXT), (&limit, Type::INT8)]).await
        }
    }
}

/// The parents of visible records: one seek a parent. A page is merged from the first page of each; a second index, by time
/// alone, would cost every create.
const EACH_PARENT: &str = "WITH RECURSIVE each (parent) AS (
        (SELECT parent FROM lro_operation WHERE remove_time IS NULL ORDER BY parent LIMIT 1)
        UNION ALL
        SELECT (SELECT o.parent FROM lro_operation o WHERE o.remove_time IS NULL AND o.parent > each.parent
            ORDER BY o.parent LIMIT 1)
        FROM each WHERE each.parent IS NOT NULL
    )";

/// The owners of open records that have no row: one seek an owner. The open records of living workers are not walked over.
const EACH_GONE: &str = "WITH RECURSIVE owner (id) AS (
        (SELECT worker FROM lro_operation WHERE outcome IS NULL AND worker IS NOT NULL ORDER BY worker LIMIT 1)
        UNION ALL
        SELECT (SELECT o.worker FROM lro_operation o WHERE o.outcome IS NULL AND o.worker > owner.id
            ORDER BY o.worker LIMIT 1)
        FROM owner WHERE owner.id IS NOT NULL
    ), gone (id) AS MATERIALIZED (
        SELECT id FROM owner WHERE id IS NOT NULL AND NOT EXISTS (SELECT FROM lro_worker WHERE lro_worker.id = owner.id)
    )";

/// A page of what the workers own that are gone, or nobody does, by name. By worker first, though there is but one in each part:
/// that is the index's order, which the planner does not see in `IS NULL`.
fn of_gone(condition: &str) -> String {
    let page = |worker: &str| {
        format!(
            "SELECT {COLUMNS} FROM lro_operation WHERE outcome IS NULL AND worker {worker} AND name > $1
             AND {condition} ORDER BY worker, name LIMIT $2"
        )
    };
    format!(
        "{EACH_GONE} SELECT page.* FROM gone CROSS JOIN LATERAL ({}) page UNION ALL ({}) ORDER BY name LIMIT $2",
        page("= gone.id"),
        page("IS NULL")
    )
}

async fn select(
    sessions: &Sessions,
    sql: &str,
    values: &[(&(dyn ToSql + Sync), Type)],
) -> Result<Vec<Record>, Failure> {
    sessions.query_planned(sql, values).await?.iter().map(|row| record(row, 0)).collect()
}

/// The name after which a page begins. No name is empty, so the empty text stands before all.
fn text(after: Option<&OperationName>) -> &str {
    after.map_or("", OperationName::as_str)
}
