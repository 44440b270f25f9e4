//! The workers, and what is done to them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use rustix::process::Signal;
use tokio::time::{Instant, sleep, sleep_until};

use crate::processes::eventually;
use crate::processes::ledger::{Database, Entry};
use crate::processes::site::{LEASE_MILLIS, Site};
use crate::support::postgres;
use crate::support::programs::{Server, signal};

const LEASE: Duration = Duration::from_millis(LEASE_MILLIS);

/// What is done to a worker, or to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Disturbance {
    /// SIGKILL, and a new process.
    Kill,
    /// SIGTERM, and a new process.
    Terminate,
    /// SIGSTOP, and SIGCONT before the lease is over.
    ShortPause,
    /// SIGSTOP, and SIGCONT long after the lease was over.
    LongPause,
    /// The database is killed, and starts again at once.
    Outage,
    /// The database is killed, and stays away for longer than a lease.
    LongOutage,
}

/// Where the workers listen, in their order; what is dead stands there until its successor serves.
pub(super) type Urls = Arc<Mutex<Vec<String>>>;

/// The workers of one store, and the database's server where it is the test's own.
pub(super) struct Crew {
    site: Site,
    workers: Vec<Server>,
    urls: Urls,
    server: Option<postgres::Server>,
    done: HashMap<Disturbance, u32>,
    processes: usize,
}

impl Crew {
    pub(super) async fn new(site: &Site, count: usize, server: Option<postgres::Server>) -> Self {
        let mut workers = Vec::new();
        for _ in 0..count {
            workers.push(site.worker(&[]).await);
        }
        let urls = workers.iter().map(|worker| worker.url.clone()).collect();
        let urls = Arc::new(Mutex::new(urls));
        // The site's first process has made the tables.
        Self { site: site.clone(), workers, urls, server, done: HashMap::new(), processes: count + 1 }
    }

    pub(super) fn urls(&self) -> Urls {
        Arc::clone(&self.urls)
    }

    /// Disturbs until then: first with each of `first`, in another order, then with any.
    pub(super) async fn disturb(
        &mut self,
        mut rng: Rng,
        until: Instant,
        first: &[Disturbance],
        any: &[Disturbance],
    ) {
        let mut first = first.to_vec();
        rng.shuffle(&mut first);
        loop {
            let rest = Duration::from_millis(rng.u64(100..600));
            sleep_until((Instant::now() + rest).min(until)).await;
            let next = match first.pop() {
                Some(next) => next,
                None if Instant::now() >= until => return,
                None => *rng.choice(any).expect("there are some"),
            };
            self.do_once(next, &mut rng).await;
            *self.done.entry(next).or_default() += 1;
        }
    }

    async fn do_once(&mut self, disturbance: Disturbance, rng: &mut Rng) {
        let at = rng.usize(..self.workers.len());
        match disturbance {
            Disturbance::Kill => self.replace(at).await,
            Disturbance::Terminate => {
                signal(&self.workers[at].child, Signal::TERM);
                let ended = async || self.workers[at].child.try_wait().expect("a status");
                let status = eventually("the worker stops", ended).await;
                assert!(status.success(), "{status}");
                self.replace(at).await;
            }
            Disturbance::ShortPause => self.pause(at, LEASE.mul_f64(rng.f64() * 0.8)).await,
            Disturbance::LongPause => self.pause(at, LEASE.mul_f64(1.5 + rng.f64() * 2.0)).await,
            Disturbance::Outage => self.outage(Duration::ZERO).await,
            Disturbance::LongOutage => self.outage(LEASE * 2).await,
        }
    }

    /// Kills a worker, if it is not dead already, and starts the next one.
    async fn replace(&mut self, at: usize) {
        let worker = &mut self.workers[at];
        worker.child.kill().expect("it is ours");
        worker.child.wait().expect("it was killed");
        self.workers[at] = self.site.worker(&[]).await;
        self.processes += 1;
        self.urls.lock().unwrap()[at] = self.workers[at].url.clone();
    }

    async fn pause(&self, at: usize, pause: Duration) {
        signal(&self.workers[at].child, Signal::STOP);
        // How long it lasts is what this is about.
        sleep(pause).await;
        signal(&self.workers[at].child, Signal::CONT);
    }

    async fn outage(&self, outage: Duration) {
        let server = self.server.as_ref().expect("a server that can be killed");
        server.stop().await;
        sleep(outage).await;
        server.start_again().await;
    }

    /// All disturbances are over, and every worker lives: none has ended by itself.
    pub(super) async fn heal(&mut self) {
        for worker in &mut self.workers {
            let status = worker.child.try_wait().expect("a status");
            assert_eq!(status, None, "a worker has ended by itself");
        }
    }

    pub(super) fn has_done(&self, disturbance: Disturbance) -> bool {
        self.done.contains_key(&disturbance)
    }

    pub(super) fn counts(&self) -> String {
        format!("{} processes, {:?}", self.processes, self.done)
    }

    /// A sole worker that was paused past its lease keeps it: on SQLite every worker's row is gone for the end of its process alone.
    pub(super) fn check(&self, ledger: &[Entry]) {
        if let Database::Sqlite(_) = self.site.database {
            let condemned = ledger.iter().filter(|entry| entry.what == "condemn").count();
            // The site's first process is not in the ledger, but the end of its row is.
            assert!(condemned < self.processes, "{condemned} workers of {} processes", self.processes);
        }
    }
}
