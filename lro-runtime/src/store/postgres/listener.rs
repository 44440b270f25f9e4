//! The listener: one connection, never in a transaction, on which the server tells what changed.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{sleep, timeout};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Error, Socket};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::options::CONNECT_TIMEOUT;
use super::schema::quote;
use super::write::decode_hashes;
use crate::store::feed::Feed;

/// How long the first attempt to connect again waits; each one after it waits twice as long, up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LAST_PAUSE: Duration = Duration::from_secs(2);

type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;

pub(super) struct Listener {
    pub(super) config: Config,
    pub(super) tls: MakeRustlsConnect,
    pub(super) channel: String,
    pub(super) feed: Arc<Feed>,
}

/// A connection that listens. It ends when its client is dropped.
pub(super) struct Listening {
    _client: Client,
    connection: Connection<Socket, Stream>,
}

impl Listener {
    /// Tells what the server tells, over this connection and over those that follow it, for ever.
    pub(super) async fn run(self, mut listening: Listening) {
        loop {
            let end = poll_fn(|context| self.poll(&mut listening.connection, context)).await;
            tracing::warn!(
                error = end.as_ref().map(tracing::field::display),
                "the connection that listens for changes has ended"
            );
            drop(listening);
            listening = self.connect_again().await;
            // What was told in between was told to nobody.
            self.feed.tell_lost();
        }
    }

    async fn connect_again(&self) -> Listening {
        let mut pause = FIRST_PAUSE;
        loop {
            sleep(pause).await;
            match timeout(CONNECT_TIMEOUT, self.connect()).await {
                Ok(Ok(listening)) => return listening,
                Ok(Err(error)) => tracing::debug!(%error, "the store cannot listen for changes yet"),
                Err(_) => tracing::debug!("the store cannot listen for changes yet"),
            }
            pause = (pause * 2).min(LAST_PAUSE);
        }
    }

    pub(super) async fn connect(&self) -> Result<Listening, Error> {
        let (client, mut connection) = self.config.connect(self.tls.clone()).await?;
        let listen = format!("LISTEN {}", quote(&self.channel));
        {
            let mut answer = pin!(client.batch_execute(&listen));
            // The connection does nothing by itself. If it ends, so does the waiting for the answer.
            poll_fn(|context| {
                let ended = self.poll(&mut connection, context);
                match (answer.as_mut().poll(context), ended) {
                    (Poll::Pending, Poll::Ready(Some(error))) => Poll::Ready(Err(error)),
                    (answer, _) => answer,
                }
            })
            .await?;
        }
        Ok(Listening { _client: client, connection })
    }

    /// Tells what has arrived. Ready when the connection has ended.
    fn poll(
        &self,
        connection: &mut Connection<Socket, Stream>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Error>> {
        loop {
            match connection.poll_message(context) {
                Poll::Ready(Some(Ok(AsyncMessage::Notification(notification)))) => {
                    match decode_hashes(notification.payload()) {
                        Some(hashes) => self.feed.tell(&hashes),
                        None => self.feed.tell_lost(),
                    }
                }
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(error)),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}
