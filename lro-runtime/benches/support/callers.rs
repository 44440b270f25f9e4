//! Concurrent callers, and the time that they need.

use std::time::{Duration, Instant};

/// The time that these callers, all at once, need for so many calls together.
pub(crate) async fn timed<F: Future<Output = ()> + Send>(
    callers: impl IntoIterator<Item = impl FnMut() -> F + Send + 'static>,
    calls: u64,
) -> Duration {
    let callers: Vec<_> = callers.into_iter().collect();
    let count = callers.len() as u64;
    let begin = Instant::now();
    let tasks: Vec<_> = callers
        .into_iter()
        .zip(0..)
        .map(|(mut call, caller)| {
            let share = calls / count + u64::from(caller < calls % count);
            tokio::spawn(async move {
                for _ in 0..share {
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
