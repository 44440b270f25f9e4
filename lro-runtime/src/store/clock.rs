//! The clock of a store: the only one that decides about leases, retention and deadlines.

use std::fmt::Debug;
use std::time::SystemTime;

pub(super) use crate::data::instant::later;
#[cfg(feature = "sqlite")]
pub(super) use crate::data::instant::{from_micros, to_micros};

/// Tells a store the time. Every instant in a record comes from its store's clock, so that nobody compares
/// two machines' clocks.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The present instant. Stores keep whole microseconds of it.
    fn now(&self) -> SystemTime;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}
