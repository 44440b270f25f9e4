//! What is under way between the replicas and their store, by when it arrives.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// Something that arrives.
type Delivery = Box<dyn FnOnce() + Send>;

/// When it arrives; what decides between deliveries of the same instant; and how many were sent before.
type Due = (Duration, u64, u64);

pub(super) struct Network {
    start: Instant,
    under_way: Mutex<(BTreeMap<Due, Delivery>, u64)>,
    earlier: Notify,
}

impl Network {
    pub(super) fn new() -> Self {
        Self { start: Instant::now(), under_way: Mutex::default(), earlier: Notify::new() }
    }

    /// Since the beginning.
    pub(super) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    /// Sends something. What arrives in the same instant arrives in the order of `tie`, which is drawn, whoever sent first.
    pub(super) fn send(&self, delay: Duration, tie: u64, delivery: impl FnOnce() + Send + 'static) {
        let mut guard = self.under_way.lock().unwrap();
        let (queue, sent) = &mut *guard;
        *sent += 1;
        // At least a millisecond: an instant is over before what was sent in it arrives.
        let due = (self.now() + delay.max(Duration::from_millis(1)), tie, *sent);
        queue.insert(due, Box::new(delivery));
        if queue.first_key_value().is_some_and(|(first, _)| *first == due) {
            self.earlier.notify_one();
        }
    }

    /// How long from now the last of what is under way will arrive.
    pub(super) fn longest(&self) -> Duration {
        let last = self.under_way.lock().unwrap().0.keys().next_back().map(|due| due.0);
        last.map_or(Duration::ZERO, |last| last.saturating_sub(self.now()))
    }

    /// Delivers, for ever.
    pub(super) async fn run(&self) -> ! {
        loop {
            let next = self.under_way.lock().unwrap().0.keys().next().map(|due| due.0);
            let Some(next) = next else {
                self.earlier.notified().await;
                continue;
            };
            tokio::select! {
                biased;
                () = self.earlier.notified() => continue,
                () = sleep_until(self.start + next) => {}
            }
            while let Some(delivery) = self.arrived() {
                delivery();
            }
        }
    }

    fn arrived(&self) -> Option<Delivery> {
        let mut guard = self.under_way.lock().unwrap();
        let first = guard.0.first_entry().filter(|first| first.key().0 <= self.now());
        first.map(|first| first.remove())
    }
}
