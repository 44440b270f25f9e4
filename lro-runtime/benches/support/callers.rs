//! Concurrent callers, and the time that they need.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// The time that these callers, all at once, need for so many calls together. Whoever has made a call makes the next one that is left: with
/// a share for each, there would be fewer and fewer callers towards the end.
pub(crate) async fn timed<F: Future<Output = ()> + Send>(
    callers: impl IntoIterator<Item = impl FnMut() -> F + Send + 'static>,
    calls: u64,
) -> Duration {
    let callers: Vec<_> = callers.into_iter().collect();
    let made = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let tasks: Vec<_> = callers
        .into_iter()
        .map(|mut call| {
            let made = Arc::clone(&made);
            tokio::spawn(async move {
                while made.fetch_add(1, Relaxed) < calls {
                    call().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("the caller ends");
    }
    begin.elapsed()
}
