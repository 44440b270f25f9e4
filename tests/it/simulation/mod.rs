//! The lease protocol, simulated: real engines, many replicas, one table, and everything between them that can go wrong.
//!
//! A seed decides about everything that happens, on a clock that only tests move. More seeds than usual are
//! `SIMULATION_SEEDS=100000`; one alone, with its whole history if it fails, is
//! `SIMULATION_SEED=17 cargo nextest run -p lro-tests no_seed_breaks`.

mod chance;
mod clients;
mod fleet;
mod history;
mod jobs;
mod link;
mod network;
mod oracle;
mod rules_off;
mod sabotage;
mod spoil;
mod table;
mod way;
mod weather;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::num::NonZero;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{panic, thread};

use tokio::runtime::Builder;
use tokio::task::JoinSet;

use self::chance::{Dice as _, draw};
use self::clients::Client;
use self::fleet::Fleet;
use self::history::Event;
use self::oracle::{Rule, Violation, judge};
use self::sabotage::Sabotage;
use self::weather::Weather;
use self::world::World;

const LEASE: Duration = Duration::from_secs(15);

/// How long everything may take to end from then on. What is under way takes up to three leases to arrive, and may be awaited by
/// something that then has to be found by somebody else, a lease later.
const BOUND: Duration = Duration::from_secs(15 * 16);

/// How many seeds are enough for every day.
const SEEDS: u64 = 1_000;

/// One simulation.
struct Run {
    history: Vec<Event>,
    broken: Vec<Violation>,
}

fn simulate(seed: u64, weather: &Weather, sabotage: Option<Sabotage>) -> Run {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let history = runtime.block_on(async {
        let world = World::new(seed, weather.clone(), sabotage);
        tokio::select! {
            biased;
            () = direct(&world) => {}
            never = world.network.run() => never,
        }
        world.take_history()
    });
    let broken = judge(&history);
    Run { history, broken }
}

/// What happens, from the first replica to the last look.
async fn direct(world: &Arc<World>) {
    let fleet = Fleet::new(world);
    for _ in 0..3 {
        fleet.open(None).await;
    }
    let mut clients = JoinSet::new();
    for call in 0..world.weather.calls {
        let (world, fleet) = (Arc::clone(world), Arc::clone(&fleet));
        clients.spawn(Client { world, fleet, call }.run());
    }
    let (mut rng, chaos) = (draw(world.seed, "deeds"), world.weather.chaos());
    let mut deeds: Vec<_> = (0..world.weather.events)
        .map(|_| (rng.time(Duration::ZERO, chaos), world.weather.deed(&mut rng)))
        .collect();
    deeds.sort_by_key(|(at, _)| *at);
    for (at, deed) in deeds {
        tokio::time::sleep(at.saturating_sub(world.network.now())).await;
        fleet.do_one(deed, &mut rng);
    }
    tokio::time::sleep(chaos.saturating_sub(world.network.now())).await;

    world.calm();
    fleet.open(None).await;
    let over = world.network.now() + BOUND;
    loop {
        while world.network.now() < over && !world.table.open().is_empty() {
            fleet.cancel_endless().await;
            tokio::time::sleep(LEASE / 3).await;
        }
        // Requests arrive, and send their replies; what is under way for long arrives; and who still runs what has ended elsewhere is told.
        tokio::time::sleep(LEASE / 3).await;
        tokio::time::sleep(world.network.longest() + LEASE).await;
        if world.network.now() >= over || world.table.open().is_empty() {
            break;
        }
    }
    while let Some(client) = clients.try_join_next() {
        client.expect("clients do not panic");
    }
    fleet.end();
}

/// What a failing seed has to say.
fn report(seed: u64, run: &Run, whole: bool) -> String {
    let mut text = format!("SIMULATION_SEED={seed} cargo nextest run -p lro-tests no_seed_breaks\n");
    for violation in &run.broken {
        let _ = writeln!(text, "{violation}");
    }
    let op = run.broken.first().and_then(|violation| violation.op).filter(|_| !whole);
    for (index, event) in run.history.iter().enumerate().filter(|(_, event)| whole || event.is_about(op)) {
        let _ = writeln!(text, "{index:>6} {event}");
    }
    text
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// What a seed does, and which rules that breaks.
fn any(seed: u64) -> Run {
    simulate(seed, &Weather::any(&mut draw(seed, "weather")), None)
}

/// The seeds that break something, each with what it breaks. All processors look for them.
fn broken(seeds: Range<u64>) -> BTreeMap<u64, BTreeSet<Rule>> {
    let (next, found) = (AtomicU64::new(seeds.start), Mutex::new(BTreeMap::new()));
    let search = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            let run = panic::catch_unwind(|| any(seed)).unwrap_or_else(|_| panic!("SIMULATION_SEED={seed}"));
            let rules: BTreeSet<_> = run.broken.iter().map(|violation| violation.rule).collect();
            if !rules.is_empty() {
                found.lock().unwrap().insert(seed, rules);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, NonZero::get) {
            scope.spawn(search);
        }
    });
    found.into_inner().unwrap()
}

#[test]
fn no_seed_breaks_the_protocol() {
    let one = number("SIMULATION_SEED");
    let broken = broken(one.map_or(0..number("SIMULATION_SEEDS").unwrap_or(SEEDS), |seed| seed..seed + 1));
    let Some(seed) = broken.keys().next() else { return };
    panic!("{}\nall that broke something: {broken:?}", report(*seed, &any(*seed), one.is_some()));
}

/// What a seed finds, it finds again.
#[test]
fn a_seed_has_one_history() {
    for seed in 0..number("SIMULATION_TWICE").unwrap_or(20) {
        let [first, second] = [(); 2].map(|()| any(seed).history);
        let differs =
            first.iter().zip(&second).position(|(first, second)| first.to_string() != second.to_string());
        let at = differs.unwrap_or_else(|| first.len().min(second.len()));
        let pair = (first.get(at).map(Event::to_string), second.get(at).map(Event::to_string));
        assert_eq!(pair.0, pair.1, "seed {seed}, at {at}");
    }
}
