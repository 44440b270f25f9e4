//! Creations: the new records of a group go into the table many at a time.

use std::sync::LazyLock;

use rusqlite::types::ToSqlOutput;
use rusqlite::{ErrorCode, params_from_iter};

use super::command::Creation;
use super::error::is_invalid;
use super::row::{COLUMNS, NEW_WIDTH, columns};
use super::write::{BY_EXCLUSIVE, BY_NAME, BY_REQUEST, Transaction};
use crate::store::{Clock, Created, Record};

/// The most records that one statement creates, by its logarithm. Half of what an insert costs is to open the table and all its indexes,
/// which a statement does once; more than sixteen gained nothing.
const MOST: u32 = 4;

/// The statement for each power of two of records. No look before the insert: what stands against it is looked up only when it fails.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (names, marks) = (COLUMNS[..NEW_WIDTH].join(", "), ["?"; NEW_WIDTH].join(", "));
    let row = format!("({marks})");
    (0..=MOST)
        .map(|power| {
            let rows = vec![row.as_str(); 1 << power].join(", ");
            format!("INSERT INTO lro_operation ({names}) VALUES {rows}")
        })
        .collect()
});

impl Transaction<'_> {
    /// Creates records, in their order. An error is the end of the whole group.
    pub(super) fn create(
        &mut self,
        mut creations: &mut [Creation],
        clock: &dyn Clock,
    ) -> rusqlite::Result<()> {
        while let Some(power) = creations.len().checked_ilog2() {
            let (together, rest) = creations.split_at_mut(1 << power.min(MOST));
            creations = rest;
            // Invariant: nobody has taken the work of any.
            let work = together.iter_mut().filter_map(|creation| creation.work());
            let records: Vec<_> =
                work.map(|new| Record::create(new.record, clock.now(), new.time_limit)).collect();
            let inserted = records.len() > 1
                && match self.insert(&records) {
                    Ok(()) => true,
                    // A statement does all or nothing. Each by itself, then, to know which of them it was.
                    Err(error) if is_invalid(&error) && !self.connection.is_autocommit() => false,
                    Err(error) => return Err(error),
                };
            for (creation, record) in together.iter_mut().zip(records) {
                let created = if inserted { Ok(Created::New(record)) } else { self.create_one(record) };
                creation.settle(created, self)?;
            }
        }
        Ok(())
    }

    fn create_one(&mut self, record: Record) -> rusqlite::Result<Created> {
        self.now = record.create_time;
        match self.insert(std::slice::from_ref(&record)) {
            Ok(()) => return Ok(Created::New(record)),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {}
            Err(error) => return Err(error),
        }
        if let Some(taken) = self.find(&BY_NAME, &record.name.as_str())? {
            return Ok(Created::Name(taken));
        }
        if let Some(key) = record.request_key
            && let Some(taken) = self.find(&BY_REQUEST, &key.0)?
        {
            return Ok(Created::Request(taken));
        }
        if let Some(key) = record.exclusive_key
            && let Some(taken) = self.find(&BY_EXCLUSIVE, &key.0)?
        {
            return Ok(Created::Exclusive(taken));
        }
        // Only a damaged index refuses a record that nothing stands against.
        Err(rusqlite::Error::QueryReturnedNoRows)
    }

    /// Inserts all of these, as many as one of the statements takes, or none.
    fn insert(&self, records: &[Record]) -> rusqlite::Result<()> {
        let Some(sql) = records.len().checked_ilog2().and_then(|power| INSERTS.get(power as usize)) else {
            return Ok(());
        };
        let values = records.iter().flat_map(|record| columns(record, None).into_iter().take(NEW_WIDTH));
        let values = params_from_iter(values.map(ToSqlOutput::Borrowed));
        self.connection.prepare_cached(sql)?.execute(values).map(drop)
    }
}
