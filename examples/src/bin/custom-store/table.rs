//! What the store keeps: the records and what else must last, in memory, as its log says.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD as BASE64;
use bytes::Bytes;
use lro_runtime::OperationName;
use lro_runtime::store::{Feed, Record, Workers, new_secret};

use crate::log::Log;

#[derive(Debug)]
pub(crate) struct Table {
    log: Log,
    pub(crate) records: BTreeMap<OperationName, Record>,
    pub(crate) descriptors: BTreeMap<String, Bytes>,
    pub(crate) secret: [u8; 32],
    /// Not in the log, which belongs to one process: whoever opens it finds no worker alive.
    pub(crate) workers: Workers,
    pub(crate) feed: Feed,
}

impl Table {
    /// Replays the log in a folder, and shortens it to what still matters.
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let (log, lines) = Log::open(folder)?;
        let mut table = Self {
            log,
            records: BTreeMap::new(),
            descriptors: BTreeMap::new(),
            secret: new_secret(),
            workers: Workers::default(),
            feed: Feed::new(),
        };
        table.replay(&lines)?;
        let records = table.records.values().map(record_line);
        let descriptors = table.descriptors.iter().map(|(url, bytes)| descriptor_line(url, bytes));
        let lines: String = records.chain(descriptors).chain([line("secret", &[&table.secret])]).collect();
        table.log.rewrite(&lines)?;
        Ok(table)
    }

    /// The record of a name, unless it has expired.
    pub(crate) fn get(&self, name: &OperationName, now: SystemTime) -> Option<&Record> {
        self.records.get(name).filter(|record| !record.is_expired(now))
    }

    /// Writes lines to the log, and then does what they say: the table is what its log replays to, always.
    pub(crate) fn write(&mut self, lines: &str) -> io::Result<()> {
        self.log.append(lines)?;
        self.replay(lines)
    }

    fn replay(&mut self, lines: &str) -> io::Result<()> {
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "the log is damaged");
        lines.lines().try_for_each(|line| self.replay_line(line).ok_or_else(damaged))
    }

    fn replay_line(&mut self, line: &str) -> Option<()> {
        let (kind, values) = line.split_once(' ')?;
        let values: Result<Vec<_>, _> = values.split(' ').map(|value| BASE64.decode(value)).collect();
        match (kind, &values.ok()?[..]) {
            ("record", [bytes]) => {
                let record = Record::decode(bytes).ok()?;
                self.records.insert(record.name.clone(), record);
            }
            ("purged", [name]) => {
                self.records.remove(&OperationName::parse(str::from_utf8(name).ok()?).ok()?)?;
            }
            ("descriptor", [url, bytes]) => {
                self.descriptors.insert(String::from_utf8(url.clone()).ok()?, bytes.clone().into());
            }
            ("secret", [bytes]) => self.secret = bytes[..].try_into().ok()?,
            _ => return None,
        }
        Some(())
    }
}

/// The line that creates or replaces a record.
pub(crate) fn record_line(record: &Record) -> String {
    line("record", &[&record.encode()])
}

/// The line that deletes a record.
pub(crate) fn purged_line(name: &OperationName) -> String {
    line("purged", &[name.as_str().as_bytes()])
}

/// The line that keeps a descriptor.
pub(crate) fn descriptor_line(type_url: &str, descriptor: &[u8]) -> String {
    line("descriptor", &[type_url.as_bytes(), descriptor])
}

/// A kind, and values in base64.
fn line(kind: &str, values: &[&[u8]]) -> String {
    let values: Vec<_> = values.iter().map(|value| BASE64.encode(value)).collect();
    format!("{kind} {}\n", values.join(" "))
}
