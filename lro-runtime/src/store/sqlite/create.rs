//! Creations: the new records of a group go into the table many at a time.

use std::sync::LazyLock;

use rusqlite::types::ToSqlOutput;
use rusqlite::{ErrorCode, params_from_iter};

use super::command::Creation;
use super::error::store_error;
use super::row::{COLUMNS, NEW_WIDTH, columns};
use super::write::{BY_EXCLUSIVE, BY_NAME, BY_REQUEST, Transaction};
use crate::store::{Clock, Created, Record};

/// The most records that one statement creates, by its logarithm. Half of what an insert costs is to open the table and all its indexes,
/// which a statement does once; more than sixteen gained nothing.
const MOST: u32 = 4;

/// The statement for each power of two of records. No look before the insert: what stands against it is looked up only when it fails.
/// `OR FAIL` keeps the rows before the one that is refused; to take them back, SQLite would copy each page before it changes it.
static INSERTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let (names, marks) = (COLUMNS[..NEW_WIDTH].join(", "), ["?"; NEW_WIDTH].join(", "));
    let row = format!("({marks})");
    (0..=MOST)
        .map(|power| {
            let rows = vec![row.as_str(); 1 << power].join(", ");
            format!("INSERT OR FAIL INTO lro_operation ({names}) VALUES {rows}")
        })
        .collect()
});

impl Transaction<'_> {
    /// Creates records, in their order. An error is the end of the whole group.
    pub(super) fn create(
        &mut self,
        creations: &mut [Box<Creation>],
        clock: &dyn Clock,
    ) -> rusqlite::Result<()> {
        creations.iter_mut().for_each(|creation| creation.date(clock.now()));
        let (mut done, mut most) = (0, MOST);
        while let Some(power) = (creations.len() - done).checked_ilog2() {
            let together = &mut creations[done..][..1 << power.min(most)];
            match (self.insert(together), together) {
                (Ok(()), together) => (done, most) = (done + together.len(), MOST),
                (Err(error), [refused]) if self.goes_on(&error) => {
                    self.refuse(refused, error)?;
                    (done, most) = (done + 1, MOST);
                }
                // It has inserted some, and stopped at one that something stands against: goes on with that one alone. `changes` and
                // not `total_changes`, which counts what triggers do.
                (Err(error), _) if is_constraint(&error) && self.goes_on(&error) => {
                    (done, most) = (done + self.connection.changes() as usize, 0);
                }
                (Err(error), _) => return Err(error),
            }
        }
        Ok(())
    }

    fn refuse(&mut self, creation: &mut Creation, error: rusqlite::Error) -> rusqlite::Result<()> {
        self.now = creation.record.create_time;
        let against = if is_constraint(&error) { self.against(&creation.record)? } else { None };
        // Without anything against it, it was a damaged index, or a trigger of the application.
        creation.refuse(against.ok_or_else(|| store_error(error)));
        Ok(())
    }

    /// What stands against a record.
    fn against(&self, record: &Record) -> rusqlite::Result<Option<Created>> {
        if let Some(taken) = self.find(&BY_NAME, &record.name.as_str())? {
            return Ok(Some(Created::Name(taken)));
        }
        if let Some(key) = record.request_key
            && let Some(taken) = self.find(&BY_REQUEST, &key.0)?
        {
            return Ok(Some(Created::Request(taken)));
        }
        let Some(key) = record.exclusive_key else { return Ok(None) };
        Ok(self.find(&BY_EXCLUSIVE, &key.0)?.map(Created::Exclusive))
    }

    /// Inserts these, as many as one of the statements takes, up to the first that is refused.
    fn insert(&self, creations: &[Box<Creation>]) -> rusqlite::Result<()> {
        let Some(sql) = creations.len().checked_ilog2().and_then(|power| INSERTS.get(power as usize)) else {
            return Ok(());
        };
        let values =
            creations.iter().flat_map(|creation| columns(&creation.record, None).into_iter().take(NEW_WIDTH));
        let values = params_from_iter(values.map(ToSqlOutput::Borrowed));
        match self.connection.prepare_cached(sql)?.execute(values)? {
            inserted if inserted == creations.len() => Ok(()),
            // A trigger of the application has swallowed some.
            inserted => Err(rusqlite::Error::StatementChangedRows(inserted)),
        }
    }
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
}
