//! Progress on its way to the store: the newest metadata wins, one write in flight, the last one kept (D11, P-198). A private checkpoint
//! goes the same way (D8).

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::data::payload::any::Any;
use crate::data::record::Patch;

/// The hand-over point between a handler's `update` calls and the one writer of its operation.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    state: Mutex<State>,
    submitted: Notify,
    settled: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// The newest metadata that the store may not have yet.
    metadata: Option<Any>,
    /// The newest checkpoint that the store may not have yet.
    checkpoint: Option<Bytes>,
    /// How many values were submitted.
    version: u64,
    /// Up to which value nobody has to wait any more.
    settled: u64,
    /// Up to which value the store has them.
    written: u64,
    closed: bool,
}

/// The attempt is over: nothing that it submits is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

impl Progress {
    /// Submits newer metadata, and says by which number to wait for it.
    pub(crate) fn submit(&self, metadata: Any) -> Result<u64, Closed> {
        self.submit_by(|state| state.metadata = Some(metadata))
    }

    /// The same for a checkpoint.
    pub(crate) fn submit_checkpoint(&self, checkpoint: Bytes) -> Result<u64, Closed> {
        self.submit_by(|state| state.checkpoint = Some(checkpoint))
    }

    fn submit_by(&self, set: impl FnOnce(&mut State)) -> Result<u64, Closed> {
        let mut state = self.state();
        if state.closed {
            return Err(Closed);
        }
        set(&mut state);
        state.version += 1;
        self.submitted.notify_one();
        Ok(state.version)
    }

    /// Waits until a submitted value, or a newer one, is durable; during an outage of the store not at all, so that
    /// handlers go on, and the value is written later.
    pub(crate) async fn settled(&self, version: u64) -> Result<(), Closed> {
        self.reached(|state| state.settled, version).await
    }

    /// Waits until a submitted value, or a newer one, is durable, however long the store does not answer.
    pub(crate) async fn written_up_to(&self, version: u64) -> Result<(), Closed> {
        self.reached(|state| state.written, version).await
    }

    async fn reached(&self, mark: fn(&State) -> u64, version: u64) -> Result<(), Closed> {
        loop {
            let settled = self.settled.notified();
            {
                let state = self.state();
                if mark(&state) >= version {
                    return Ok(());
                }
                if state.closed {
                    return Err(Closed);
                }
            }
            settled.await;
        }
    }

    /// Waits for something to write. Dropping the future loses nothing.
    pub(crate) async fn next(&self) -> (u64, Patch) {
        loop {
            let submitted = self.submitted.notified();
            {
                let state = self.state();
                if state.metadata.is_some() || state.checkpoint.is_some() {
                    let (metadata, checkpoint) = (state.metadata.clone(), state.checkpoint.clone());
                    return (state.version, Patch { metadata, state: checkpoint, ..Patch::default() });
                }
            }
            submitted.await;
        }
    }

    /// The store has what was submitted up to this version.
    pub(crate) fn written(&self, version: u64) {
        let mut state = self.state();
        if state.version == version {
            (state.metadata, state.checkpoint) = (None, None);
        }
        state.written = state.written.max(version);
        state.settled = state.settled.max(version);
        self.settled.notify_waiters();
    }

    /// The store cannot answer: nobody waits for what was submitted so far.
    pub(crate) fn postponed(&self) {
        let mut state = self.state();
        state.settled = state.version;
        self.settled.notify_waiters();
    }

    /// Ends the attempt's progress, and gives what the store may not have yet: it goes into the last write.
    pub(crate) fn close(&self) -> Patch {
        let mut state = self.state();
        state.closed = true;
        self.settled.notify_waiters();
        Patch { metadata: state.metadata.take(), state: state.checkpoint.take(), ..Patch::default() }
    }

    /// A poisoned lock guards plain values that are whole between two statements: go on with them.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn metadata(value: &'static str) -> Any {
        Any::new("acme.v1.Progress", value)
    }

    #[tokio::test]
    async fn the_newest_value_wins_and_settles_the_older_ones() {
        let progress = Progress::default();
        let first = progress.submit(metadata("1")).unwrap();
        let second = progress.submit(metadata("2")).unwrap();
        let (version, newest) = progress.next().await;
        assert_eq!(newest.metadata, Some(metadata("2")));
        progress.written(version);
        assert_eq!((progress.settled(first).await, progress.settled(second).await), (Ok(()), Ok(())));
        assert_eq!(progress.close(), Patch::default());
    }

    #[tokio::test]
    async fn a_value_that_came_during_a_write_is_kept_for_the_next() {
        let progress = Progress::default();
        progress.submit(metadata("1")).unwrap();
        let (version, _) = progress.next().await;
        progress.submit(metadata("2")).unwrap();
        progress.written(version);
        assert_eq!(progress.close().metadata, Some(metadata("2")), "P-198");
        assert_eq!(progress.submit(metadata("3")), Err(Closed), "P-107");
    }

    /// A write that comes late must not bring an older checkpoint back, nor lose one that came during it.
    #[tokio::test]
    async fn a_checkpoint_goes_with_the_metadata_and_is_kept_like_it() {
        let progress = Progress::default();
        progress.submit(metadata("1")).unwrap();
        progress.submit_checkpoint(Bytes::from_static(b"a")).unwrap();
        let (version, both) = progress.next().await;
        assert_eq!((both.metadata, both.state), (Some(metadata("1")), Some(Bytes::from_static(b"a"))));
        progress.submit_checkpoint(Bytes::from_static(b"b")).unwrap();
        progress.written(version);
        assert_eq!(progress.close().state, Some(Bytes::from_static(b"b")));
    }

    #[tokio::test]
    async fn an_outage_holds_nobody_up_and_loses_nothing() {
        let progress = Progress::default();
        let version = progress.submit(metadata("1")).unwrap();
        progress.postponed();
        assert_eq!(progress.settled(version).await, Ok(()));
        // A checkpoint is one when it is durable.
        assert!(progress.written_up_to(version).now_or_never().is_none());
        assert_eq!(progress.close().metadata, Some(metadata("1")));
    }
}
