//! Processes that are killed, paused and started again, on each store that outlives them.

mod boundaries;
mod chaos;
mod ledger;
mod pauses;
mod site;
mod story;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Asks again and again, for as long as a slow machine may take.
async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(45);
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(Instant::now() < limit, "not within 45 seconds: {what}");
        sleep(Duration::from_millis(20)).await;
    }
}
