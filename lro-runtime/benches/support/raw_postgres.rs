//! The least that a durable start and a durable end could cost on PostgreSQL: the store's own rows and indexes, written by plain
//! statements in batches over one connection, whose plans cannot go wrong. No keys are checked, nothing is guarded, nobody is told.

use tokio::sync::{mpsc, oneshot};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// As many writes as the store takes into one transaction.
const BATCH: usize = 512;

/// The bytes of a response.
pub(crate) const RESPONSE_BYTES: usize = 150;

const SCHEMA: &str = include_str!("../../src/store/postgres/schema_1.sql");

const INSERT: &str = "
    INSERT INTO lro_operation (name, parent, method, restartable, worker, attempt, interruptions, create_time, metadata_type, metadata)
    SELECT name, '', method, false, worker, 1, 0, clock_timestamp(), metadata_type, ''
    FROM unnest($1::text[], $2::text[], $3::uuid[], $4::text[]) AS given (name, method, worker, metadata_type)";

const UPDATE: &str = "
    UPDATE lro_operation o SET outcome_type = given.type, outcome = given.outcome, end_time = clock_timestamp(),
        expire_time = clock_timestamp() + interval '30 days'
    FROM unnest($1::text[], $2::text[], $3::bytea[]) AS given (name, type, outcome)
    WHERE o.name = ANY (ARRAY[given.name])";

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
        let set = "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; SET enable_bitmapscan = off;
            SET plan_cache_mode = force_generic_plan; SET jit = off;
            DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw; SET search_path = raw;";
        client.batch_execute(&format!("{set}{SCHEMA}")).await.expect("the table is made");
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
    let insert = client.prepare(INSERT).await.expect("it is SQL");
    let update = client.prepare(UPDATE).await.expect("it is SQL");
    let worker = Uuid::now_v7();
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
        let methods = vec!["lro.bench.v1.Bench/Hold"; inserts.len()];
        let workers = vec![worker; inserts.len()];
        let empties = vec!["type.googleapis.com/google.protobuf.Empty"; inserts.len()];
        let types = vec!["type.googleapis.com/lro.bench.v1.Ten"; updates.len()];
        let responses = vec![&[7_u8; RESPONSE_BYTES][..]; updates.len()];
        let (new, old): ([&(dyn ToSql + Sync); 4], [&(dyn ToSql + Sync); 3]) =
            ([&inserts, &methods, &workers, &empties], [&updates, &types, &responses]);
        let (inserting, updating) = (client.execute(&insert, &new), client.execute(&update, &old));
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
