//! Chaos: clients start, watch, cancel and delete operations while processes are killed, paused past their lease and stopped, and
//! PostgreSQL goes away. What the clients saw and what the database was told are checked afterwards.
//!
//! The seed is printed, and `CHAOS_SEED` repeats what is asked and disturbed; when it happens is the machine's.
//! `CHAOS_SECONDS` is how long, on each store.

mod audit;
mod checkers;
mod clients;
mod crew;
mod history;

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

pub(super) use self::audit::faults;
use self::clients::Stage;
use self::crew::{Crew, Disturbance};
use crate::processes::site::Site;
use crate::support::postgres::{self, blocking, in_schema};

const CLIENTS: usize = 12;

/// How long nothing may end when all is well.
const PATIENCE: Duration = Duration::from_secs(15);

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().expect("a number"))
}

/// Lets clients and disturbances loose, waits until all is quiet, and checks.
async fn run(site: Site, mut crew: Crew, first: &[Disturbance], any: &[Disturbance]) {
    let seed = setting("CHAOS_SEED").unwrap_or_else(|| fastrand::u64(..));
    let lasts = Duration::from_secs(setting("CHAOS_SECONDS").unwrap_or(120));
    let mut seeds = Rng::with_seed(seed);
    let stage = Stage::new(crew.urls(), Instant::now() + lasts);

    let clients: Vec<_> = (0..CLIENTS).map(|_| stage.client(seeds.fork())).collect();
    let disturb = crew.disturb(seeds.fork(), stage.until, first, any);
    tokio::join!(join_all(clients), disturb);
    crew.heal().await;
    quiet(&site, seed).await;
    stage.watch_all_end().await;
    stage.read_all().await;

    let history = stage.into_history();
    let ledger = site.database.ledger().await;
    let effects = site.effects();
    let mut faults = history.faults();
    faults.extend(audit::faults(&ledger, &effects));
    faults.extend(audit::unjustified(&history, &ledger, &effects));
    let counts = format!(
        "seed {seed}, {} seconds: {}; {}; {}",
        lasts.as_secs(),
        history.counts(),
        audit::counts(&ledger, &effects),
        crew.counts()
    );
    assert!(faults.is_empty(), "{counts}\n{faults:#?}");
    report(&counts);
    // Otherwise it has tested nothing.
    assert!(history.started() > 100 && audit::claims(&ledger) > 0, "{counts}");
    assert!(first.iter().all(|disturbance| crew.has_done(*disturbance)), "{counts}");
    crew.check(&ledger);
}

/// Waits until no operation is open, also of those that nobody was told of: there is no limit but that some of them must end.
async fn quiet(site: &Site, seed: u64) {
    let (mut fewest, mut since) = (i64::MAX, Instant::now());
    loop {
        let (_, open) = site.database.records().await;
        if open == 0 {
            return;
        }
        if open < fewest {
            (fewest, since) = (open, Instant::now());
        }
        if since.elapsed() > PATIENCE {
            let ledger = site.database.ledger().await;
            let mut last = HashMap::new();
            last.extend(ledger.iter().filter_map(|entry| Some((entry.name.as_deref()?, entry))));
            last.retain(|_, entry| !entry.done && entry.what != "purge");
            panic!("seed {seed}: {open} operations are stuck: {last:#?}");
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[expect(clippy::print_stdout, reason = "for those who look at a long run")]
fn report(counts: &str) {
    println!("{counts}");
}

/// One process on SQLite.
#[tokio::test]
async fn sqlite() {
    use Disturbance::{Kill, LongPause, ShortPause, Terminate};
    let site = Site::sqlite().await;
    let crew = Crew::new(&site, 1, None).await;
    run(site, crew, &[Kill, LongPause, Terminate], &[Kill, LongPause, ShortPause, Terminate]).await;
}

/// Several processes on PostgreSQL, which itself is killed, once for longer than a lease.
#[tokio::test]
async fn postgres() {
    use Disturbance::{Kill, LongOutage, LongPause, Outage, ShortPause, Terminate};
    let server = blocking(postgres::Server::start).await;
    let site = Site::postgres_at(server.database(), in_schema(&server.database(), "chaos")).await;
    let crew = Crew::new(&site, 3, Some(server)).await;
    let any = [Kill, Kill, LongPause, LongPause, ShortPause, Terminate, Outage];
    run(site, crew, &[Kill, LongPause, Terminate, Outage, LongPause, LongOutage], &any).await;
}
