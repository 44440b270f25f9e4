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

/// So few operations may run at once that others wait for their turn.
const ARGUMENTS: [&str; 2] = ["--running", "6"];

/// What is done to workers, or to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Disturbance {
    /// SIGKILL, and new processes.
    Kill,
    /// SIGTERM, and new processes.
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
            workers.push(site.worker(&ARGUMENTS).await);
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
        // One worker at least, and sometimes all of them.
        let count = rng.usize(1..=self.workers.len());
        let some = rng.choose_multiple(0..self.workers.len(), count);
        match disturbance {
            Disturbance::Kill => self.kill(&some),
            Disturbance::Terminate => self.terminate(&some).await,
            Disturbance::ShortPause => self.pause(&some, LEASE.mul_f64(rng.f64() * 0.8)).await,
            Disturbance::LongPause => self.pause(&some, LEASE.mul_f64(1.5 + rng.f64() * 2.0)).await,
            Disturbance::Outage => self.outage(&some, Duration::ZERO, rng).await,
            Disturbance::LongOutage => self.outage(&some, LEASE * 2, rng).await,
        }
        for at in some {
            if self.workers[at].child.try_wait().expect("a status").is_some() {
                self.workers[at] = self.site.worker(&ARGUMENTS).await;
                self.processes += 1;
                self.urls.lock().unwrap()[at] = self.workers[at].url.clone();
            }
        }
    }

    fn kill(&mut self, some: &[usize]) {
        for &at in some {
            let child = &mut self.workers[at].child;
            child.kill().expect("it is ours");
            child.wait().expect("it was killed");
        }
    }

    async fn terminate(&mut self, some: &[usize]) {
        for &at in some {
            signal(&self.workers[at].child, Signal::TERM);
        }
        for &at in some {
            let ended = async || self.workers[at].child.try_wait().expect("a status");
            let status = eventually("the worker stops", ended).await;
            assert!(status.success(), "{status}");
        }
    }

    async fn pause(&self, some: &[usize], pause: Duration) {
        for &at in some {
            signal(&self.workers[at].child, Signal::STOP);
        }
        // How long it lasts is what this is about.
        sleep(pause).await;
        for &at in some {
            signal(&self.workers[at].child, Signal::CONT);
        }
    }

    /// Kills the database, and sometimes workers in the meantime.
    async fn outage(&mut self, some: &[usize], outage: Duration, rng: &mut Rng) {
        self.server.as_ref().expect("a server that can be killed").stop().await;
        if rng.bool() {
            self.kill(some);
        }
        sleep(outage).await;
        self.server.as_ref().expect("a server that can be killed").start_again().await;
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
