//! The least that the news of an end could cost: two durable writes of one row over one connection, the second with a notification, and
//! its arrival at another connection.

use std::future::poll_fn;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio_postgres::{AsyncMessage, Client, NoTls, Statement};
use uuid::Uuid;

pub(crate) struct Pair {
    writer: Client,
    insert: Statement,
    update: Statement,
    told: mpsc::UnboundedReceiver<Instant>,
    /// Ends the listening when it is dropped.
    _listener: Client,
}

impl Pair {
    /// Opens both connections, on a table of their own.
    pub(crate) async fn open(database: &str) -> Self {
        let (writer, connection) = tokio_postgres::connect(database, NoTls).await.expect("a connection");
        tokio::spawn(async move { connection.await.expect("the server stays") });
        let table = "DROP TABLE IF EXISTS told; CREATE TABLE told (name text COLLATE \"C\" PRIMARY KEY, rest bytea NOT NULL)";
        writer.batch_execute(table).await.expect("the table is made");
        let insert = "INSERT INTO told VALUES ($1, $2)";
        let insert = writer.prepare(insert).await.expect("it is SQL");
        let update = "UPDATE told SET rest = $2 WHERE name = $1 RETURNING pg_notify('told', $1)";
        let update = writer.prepare(update).await.expect("it is SQL");
        let (listener, mut connection) =
            tokio_postgres::connect(database, NoTls).await.expect("a connection");
        let (tell, told) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(_) = message.expect("the server stays") {
                    let _ = tell.send(Instant::now());
                }
            }
        });
        listener.batch_execute("LISTEN told").await.expect("it listens");
        Self { writer, insert, update, told, _listener: listener }
    }

    /// The time from the first write to the arrival of the notification.
    pub(crate) async fn round_trip(&mut self) -> Duration {
        let (name, rest) = (format!("operations/{}", Uuid::now_v7()), [7_u8; super::raw::RESPONSE_BYTES]);
        let begin = Instant::now();
        self.writer.execute(&self.insert, &[&name, &&rest[..]]).await.expect("it is durable");
        self.writer.execute(&self.update, &[&name, &&rest[..]]).await.expect("it is durable");
        self.told.recv().await.expect("it is told") - begin
    }
}
