//! Connections from the pool, and how long anybody waits for one or for its answer.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use super::error::{Failure, FailureKind};

/// How long a statement may take: far more than any of the store's needs. After that the server is taken to have gone.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// The store's connections. Clones share them.
#[derive(Clone)]
pub(super) struct Sessions(Pool);

impl Sessions {
    pub(super) fn new(pool: Pool) -> Self {
        Self(pool)
    }

    pub(super) async fn take(&self) -> Result<Session, Failure> {
        Ok(Session(self.0.get().await.map_err(Failure::of_pool)?))
    }

    /// Runs a statement that is planned once a connection: one whose plan does not depend on how much there is.
    pub(super) async fn query(&self, sql: &str, values: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        self.take()
            .await?
            .run(async |client| client.query(&client.prepare_cached(sql).await?, values).await)
            .await
    }

    /// Runs a statement that is planned anew: a plan that was made when the table was empty would be kept for ever.
    pub(super) async fn query_planned(
        &self,
        sql: &str,
        values: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Row>, Failure> {
        self.take().await?.run(async |client| client.query_typed(sql, values).await).await
    }
}

/// A connection that was taken. One that does not answer is given up; another one goes back when it is dropped.
pub(super) struct Session(Object);

impl Session {
    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    pub(super) async fn run<T>(
        self,
        statements: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> Result<T, Failure> {
        let (_, result) = self.run_and_keep(statements).await;
        result
    }

    /// As [`run`](Self::run), and gives the connection back as long as it can be used.
    pub(super) async fn run_and_keep<T>(
        self,
        statements: impl AsyncFnOnce(&Object) -> Result<T, tokio_postgres::Error>,
    ) -> (Option<Self>, Result<T, Failure>) {
        let result = match timeout(ANSWER_TIMEOUT, statements(&self.0)).await {
            Ok(result) => result.map_err(|error| Failure::of_statement(error, &self.0)),
            Err(_) => Err(Failure::timeout()),
        };
        if matches!(result, Err(Failure { kind: FailureKind::Unanswered, .. })) {
            // Not into the pool: that it is closed may not be known yet.
            drop(Object::take(self.0));
            return (None, result);
        }
        (Some(self), result)
    }
}
