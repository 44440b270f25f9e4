//! The change feed of a store, as far as it is in this process.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::broadcast::{self, Receiver, Sender};

use super::{Change, Changes};

/// How many commits a subscriber may lag behind before it is told `Lost`.
const CAPACITY: usize = 1024;

/// Where a store tells its process what changed: what its own writes did, and what it hears from other processes.
///
/// ```
/// use lro_runtime::store::{Change, Feed};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let feed = Feed::new();
/// let mut changes = feed.subscribe(); // what `Store::changes` returns
/// feed.tell(&[7]); // after a commit, and before the next one
/// assert_eq!(changes.next().await, Change::Touched(vec![7]));
/// # }
/// ```
#[derive(Debug)]
pub struct Feed(
    /// `None` is [`Change::Lost`].
    Sender<Option<Arc<[u64]>>>,
);

impl Feed {
    /// A feed without subscribers.
    pub fn new() -> Self {
        Self(broadcast::channel(CAPACITY).0)
    }

    /// Subscribes to what is told from now on. A subscriber that lags far behind is told [`Change::Lost`] instead.
    pub fn subscribe(&self) -> Box<dyn Changes> {
        Box::new(Subscription(self.0.subscribe()))
    }

    /// Tells the [name hashes](crate::OperationName::hash64) of what one commit touched, if its
    /// [patches are told](super::Patch::is_told).
    pub fn tell(&self, hashes: &[u64]) {
        if !hashes.is_empty() && self.0.receiver_count() > 0 {
            // An error says that the last subscriber has just left.
            let _ = self.0.send(Some(hashes.into()));
        }
    }

    /// Tells [`Change::Lost`]: something may have changed that was not told, as when a connection was lost.
    pub fn tell_lost(&self) {
        // As above.
        let _ = self.0.send(None);
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

struct Subscription(Receiver<Option<Arc<[u64]>>>);

#[async_trait]
impl Changes for Subscription {
    async fn next(&mut self) -> Change {
        let mut hashes = match self.0.recv().await {
            Ok(Some(hashes)) => hashes.to_vec(),
            Ok(None) | Err(RecvError::Lagged(_)) => return Change::Lost,
            Err(RecvError::Closed) => std::future::pending().await,
        };
        // What waits already is told at once: one reading for the subscriber instead of many.
        loop {
            match self.0.try_recv() {
                Ok(Some(more)) => hashes.extend_from_slice(&more),
                Ok(None) | Err(TryRecvError::Lagged(_)) => return Change::Lost,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Change::Touched(hashes),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn commits_that_wait_are_told_together() {
        let feed = Feed::new();
        let mut changes = feed.subscribe();
        feed.tell(&[1, 2]);
        feed.tell(&[3]);
        assert_eq!(changes.next().await, Change::Touched(vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn a_subscriber_that_lags_is_told_so_and_goes_on() {
        let feed = Feed::new();
        let mut changes = feed.subscribe();
        for hash in 0..=CAPACITY as u64 {
            feed.tell(&[hash]);
        }
        assert_eq!(changes.next().await, Change::Lost);
        assert!(matches!(changes.next().await, Change::Touched(_)));
    }
}
