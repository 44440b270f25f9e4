//! The writers: tasks that take turns to commit all that waits in one transaction, each over a connection of its own.

use std::collections::HashMap;
use std::sync::Arc;

use deadpool_postgres::Object;
use tokio_postgres::{Error, Row};

use super::batch::{Batch, Queue};
use super::error::{Failure, FailureKind};
use super::session::{Session, Sessions};
use super::write::{INSERT, Inserted, Inserts, UPDATE, Updates, read_updated};
use crate::store::Head;

/// The statements of a batch keep the plans of their first preparation.
const KEEP_PLANS: &str = "SET plan_cache_mode = force_generic_plan";

/// How many there are. While the server works on the one's batch, the other's is made or answered.
pub(super) const WRITERS: usize = 2;

pub(super) struct Writer {
    sessions: Sessions,
    /// Where changes are told.
    channel: String,
    /// The connection, while it lasts.
    session: Option<Session>,
}

/// What became of the entries of a batch, in their order.
struct Answers {
    inserted: Vec<Option<Inserted>>,
    updated: Vec<Option<Head>>,
}

impl Writer {
    pub(super) fn new(sessions: Sessions, channel: String) -> Self {
        Self { sessions, channel, session: None }
    }

    /// Serves the queue until its last sender is gone and it is empty.
    pub(super) async fn run(mut self, queue: Arc<Queue>) {
        while let Some(batch) = queue.next().await {
            let entries = batch.len();
            self.write(batch).await;
            queue.answered(entries);
        }
    }

    async fn write(&mut self, batch: Batch) {
        match self.commit(&batch).await {
            Err(Failure { kind: FailureKind::Refused { .. }, .. }) if batch.len() > 1 => {
                // One entry is at fault, or one that another transaction was preferred to. It fails alone.
                for single in batch.split() {
                    let answers = self.commit(&single).await;
                    answer(single, answers);
                }
            }
            answers => answer(batch, answers),
        }
    }

    async fn commit(&mut self, batch: &Batch) -> Result<Answers, Failure> {
        let session = match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => session,
            None => self.connect().await?,
        };
        let (mut inserts, mut updates) = (Inserts::default(), Updates::default());
        for create in &batch.creates {
            inserts.push(&create.new, create.time_limit);
        }
        for update in &batch.updates {
            updates.push(&update.name, update.guard, &update.patch);
        }
        let (session, rows) = session
            .run_and_keep(async |client| execute(client, &inserts, &updates, &self.channel).await)
            .await;
        self.session = session;
        let (inserted, updated) = rows?;
        let inserted: HashMap<_, _> = inserted.iter().map(Inserted::read).collect::<Result<_, _>>()?;
        let updated: HashMap<_, _> = updated.iter().map(read_updated).collect::<Result<_, _>>()?;
        Ok(Answers {
            inserted: batch
                .creates
                .iter()
                .map(|create| inserted.get(create.new.name.as_str()).copied())
                .collect(),
            updated: (0..batch.updates.len()).map(|place| updated.get(&place).copied()).collect(),
        })
    }

    async fn connect(&self) -> Result<Session, Failure> {
        let (session, set) = self
            .sessions
            .take()
            .await?
            .run_and_keep(async |client| client.batch_execute(KEEP_PLANS).await)
            .await;
        // Nothing of the batch was sent.
        set.map_err(Failure::before_all)?;
        session.ok_or_else(Failure::closed)
    }
}

/// Sends all at once, creations before updates, and waits for the answers: one round trip. One statement alone is a transaction of its own.
async fn execute(
    client: &Object,
    inserts: &Inserts<'_>,
    updates: &Updates<'_>,
    channel: &String,
) -> Result<(Vec<Row>, Vec<Row>), Error> {
    let values = updates.values(channel);
    if updates.is_empty() {
        let insert = client.prepare_cached(INSERT).await?;
        return Ok((client.query(&insert, &inserts.values()).await?, Vec::new()));
    }
    let update = client.prepare_cached(&UPDATE).await?;
    if inserts.is_empty() {
        return Ok((Vec::new(), client.query(&update, &values).await?));
    }
    let insert = client.prepare_cached(INSERT).await?;
    let insert_values = inserts.values();
    let (begun, inserted, updated, committed) = tokio::join!(
        biased;
        client.batch_execute("BEGIN"),
        client.query(&insert, &insert_values),
        client.query(&update, &values),
        client.batch_execute("COMMIT"),
    );
    begun?;
    // Before the answer to COMMIT, which is no error when it rolls back what has failed already.
    let rows = (inserted?, updated?);
    committed?;
    Ok(rows)
}

/// Answers the entries of a batch. An error of the sending says that the caller has gone.
fn answer(batch: Batch, answers: Result<Answers, Failure>) {
    match answers {
        Ok(Answers { inserted, updated }) => {
            for (create, inserted) in batch.creates.into_iter().zip(inserted) {
                let _ = create.reply.send(Ok((create.new, inserted)));
            }
            for (update, head) in batch.updates.into_iter().zip(updated) {
                let _ = update.reply.send(Ok((update.patch, head)));
            }
        }
        Err(failure) => {
            for create in batch.creates {
                let _ = create.reply.send(Err(failure.clone().of_writing()));
            }
            for update in batch.updates {
                let _ = update.reply.send(Err(failure.clone().of_writing()));
            }
        }
    }
}
