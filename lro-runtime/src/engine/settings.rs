//! What an engine can be set to. The builder writes it, everyone else reads.

use std::time::Duration;

use super::access::Authorize;
use super::alias::FilterAlias;

/// The settings of one engine; their meaning is documented on the builder's methods.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) lease: Duration,
    pub(crate) worker_name: Option<String>,
    pub(crate) retention: Duration,
    pub(crate) keep_request_ids: Duration,
    pub(crate) wait_cap: Duration,
    pub(crate) cancel_grace: Duration,
    pub(crate) running: usize,
    pub(crate) waiting: usize,
    pub(crate) waiters: usize,
    pub(crate) payload_limit: usize,
    pub(crate) id_prefix: String,
    pub(crate) authorize: Option<Authorize>,
    pub(crate) filter_alias: Option<FilterAlias>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(15),
            worker_name: None,
            retention: Duration::from_secs(30 * 24 * 60 * 60),
            keep_request_ids: Duration::from_secs(7 * 24 * 60 * 60),
            wait_cap: Duration::from_secs(60),
            cancel_grace: Duration::from_secs(10),
            running: 1_000,
            waiting: 100_000,
            waiters: 100_000,
            payload_limit: 4 * 1024 * 1024 - 64 * 1024,
            id_prefix: String::new(),
            authorize: None,
            filter_alias: None,
        }
    }
}

impl Settings {
    /// How often the lease is renewed and the store is tidied: twice more than needed, so that one lost renewal costs nothing.
    pub(crate) fn beat(&self) -> Duration {
        self.lease / 3
    }
}
