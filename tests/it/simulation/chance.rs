//! Chance. Whatever is drawn depends on the seed and on what it is drawn for, and not on who asks first: names and the order of hash
//! tables differ from run to run, and a history must not.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use fastrand::Rng;

/// A generator for one purpose.
pub(super) fn draw(seed: u64, purpose: impl Hash) -> Rng {
    let mut hash = DefaultHasher::new();
    (seed, purpose).hash(&mut hash);
    Rng::with_seed(hash.finish())
}

/// What is drawn most.
pub(super) trait Dice {
    fn chance(&mut self, probability: f64) -> bool;

    /// A time between two, in whole milliseconds: those of tokio's clock.
    fn time(&mut self, from: Duration, to: Duration) -> Duration;
}

impl Dice for Rng {
    fn chance(&mut self, probability: f64) -> bool {
        self.f64() < probability
    }

    fn time(&mut self, from: Duration, to: Duration) -> Duration {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(self.u64(millis(from)..=millis(to)))
    }
}
