//! The readers: tasks that take turns to read all records that are asked for just then, with one statement. A lone reading goes at once.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Mutex, oneshot};

use super::error::Failure;
use super::read;
use super::session::Sessions;
use crate::OperationName;
use crate::store::{Record, StoreError};

/// How many there are: while the server works on the one's statement, the other's is made or answered.
pub(super) const READERS: usize = 2;

/// A statement that reads as many names is full.
const NAMES: usize = 1000;

/// A reading that waits.
pub(super) struct Reading {
    pub(super) names: Vec<OperationName>,
    pub(super) reply: oneshot::Sender<Result<Vec<Option<Record>>, StoreError>>,
}

/// Serves the queue until its last sender is gone and it is empty.
pub(super) async fn run(sessions: Sessions, queue: Arc<Mutex<UnboundedReceiver<Reading>>>) {
    loop {
        let mut batch = Vec::new();
        let mut names = Vec::new();
        {
            let mut queue = queue.lock().await;
            let mut next = queue.recv().await;
            if next.is_none() {
                return;
            }
            while let Some(reading) = next {
                names.extend_from_slice(&reading.names);
                batch.push(reading);
                next = if names.len() < NAMES { queue.try_recv().ok() } else { None };
            }
        }
        let records = read::get(&sessions, &names).await;
        for Reading { names, reply } in batch {
            let answer = match &records {
                Ok(records) => pick(records, &names),
                Err(failure) => Err(failure.clone()),
            };
            // An error says that the caller has gone.
            let _ = reply.send(answer.map_err(Failure::of_reading));
        }
    }
}

/// The records of one reading. One that is damaged fails those who ask for it, and nobody else.
fn pick(
    records: &HashMap<String, Result<Record, Failure>>,
    names: &[OperationName],
) -> Result<Vec<Option<Record>>, Failure> {
    names.iter().map(|name| records.get(name.as_str()).cloned().transpose()).collect()
}
