//! The least that a durable start and a durable end could cost on PostgreSQL: one row of an operation's size, no index but the key,
//! written in batches over one connection, whose plans cannot go wrong.

use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// As many writes as the store takes into one transaction.
const BATCH: usize = 512;

/// The bytes of an operation's record beside its name: method, type URL, worker, instants.
pub(crate) const ROW_BYTES: usize = 150;

enum Write {
    Insert,
    Update,
}

/// The writer's queue.
#[derive(Clone)]
pub(crate) struct Writer(mpsc::UnboundedSender<(Write, String, oneshot::Sender<()>)>);

impl Writer {
    /// Starts a writer on a table of its own.
    pub(crate) async fn open(database: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(database, NoTls).await.expect("a connection");
        tokio::spawn(async move { connection.await.expect("the server stays") });
        client
            .batch_execute(
                "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off;
                 SET plan_cache_mode = force_generic_plan;
                 DROP TABLE IF EXISTS raw; CREATE TABLE raw (name text COLLATE \"C\" PRIMARY KEY, rest bytea NOT NULL)",
            )
            .await
            .expect("the table is made");
        let (queue, writes) = mpsc::unbounded_channel();
        tokio::spawn(run(client, writes));
        Self(queue)
    }

    /// Writes a row that is new.
    pub(crate) async fn insert(&self) -> String {
        let name = format!("operations/{}", Uuid::now_v7());
        self.write(Write::Insert, name.clone()).await;
        name
    }

    /// Writes a row again.
    pub(crate) async fn update(&self, name: String) {
        self.write(Write::Update, name).await;
    }

    async fn write(&self, write: Write, name: String) {
        let (answer, answered) = oneshot::channel();
        self.0.send((write, name, answer)).expect("the writer lives");
        answered.await.expect("the writer answers");
    }
}

async fn run(client: Client, mut writes: mpsc::UnboundedReceiver<(Write, String, oneshot::Sender<()>)>) {
    let insert = "INSERT INTO raw SELECT * FROM unnest($1::text[], $2::bytea[])";
    let insert = client.prepare(insert).await.expect("it is SQL");
    let update = "UPDATE raw SET rest = given.rest FROM unnest($1::text[], $2::bytea[]) AS given (name, rest)
        WHERE raw.name = given.name";
    let update = client.prepare(update).await.expect("it is SQL");
    let mut batch = Vec::new();
    while writes.recv_many(&mut batch, BATCH).await > 0 {
        let (mut inserts, mut updates, mut answers) = (Vec::new(), Vec::new(), Vec::new());
        for (write, name, answer) in batch.drain(..) {
            match write {
                Write::Insert => inserts.push(name),
                Write::Update => updates.push(name),
            }
            answers.push(answer);
        }
        let rest = [7_u8; ROW_BYTES];
        let (insert_rests, update_rests) = (vec![&rest[..]; inserts.len()], vec![&rest[..]; updates.len()]);
        let values: (
            &[&(dyn tokio_postgres::types::ToSql + Sync)],
            &[&(dyn tokio_postgres::types::ToSql + Sync)],
        ) = (&[&inserts, &insert_rests], &[&updates, &update_rests]);
        let (inserting, updating) = (client.execute(&insert, values.0), client.execute(&update, values.1));
        if updates.is_empty() {
            inserting.await.expect("it is durable");
        } else if inserts.is_empty() {
            updating.await.expect("it is durable");
        } else {
            let (begun, inserted, updated, committed) = tokio::join!(
                biased;
                client.batch_execute("BEGIN"),
                inserting,
                updating,
                client.batch_execute("COMMIT"),
            );
            begun.and(inserted).and(updated).expect("it is written");
            committed.expect("it is durable");
        }
        for answer in answers {
            let _ = answer.send(());
        }
    }
}
