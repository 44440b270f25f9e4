//! The replicas, and what is done to them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use futures_util::FutureExt as _;
use lro_runtime::Operations;
use tokio::task::JoinSet;

use super::LEASE;
use super::chance::{Dice as _, draw};
use super::history::Life;
use super::jobs::Jobs;
use super::link::{Link, Obstacle, Phase};
use super::way::Way;
use super::world::World;

/// What is done to a replica, or to all.
#[derive(Debug, Clone, Copy)]
pub(super) enum Deed {
    Kill,
    Pause,
    Leave,
    Outage,
    Cut,
    Gray,
    Open,
}

pub(super) struct Fleet {
    world: Arc<World>,
    /// Those that clients may call: what is opened and not known to be gone.
    open: Mutex<Vec<Jobs>>,
    /// All that were ever opened.
    all: Mutex<Vec<Jobs>>,
    tasks: Mutex<JoinSet<()>>,
}

impl Fleet {
    pub(super) fn new(world: &Arc<World>) -> Arc<Self> {
        let world = Arc::clone(world);
        Arc::new(Self { world, open: Mutex::default(), all: Mutex::default(), tasks: Mutex::default() })
    }

    /// A replica that a client may take for alive.
    pub(super) fn any(&self, rng: &mut Rng) -> Option<Jobs> {
        let open = self.open.lock().unwrap();
        (!open.is_empty()).then(|| open[rng.usize(..open.len())].clone())
    }

    /// Starts a replica; it is open when the store lets it.
    pub(super) fn start(self: &Arc<Self>, host: Option<u32>) {
        let fleet = Arc::clone(self);
        self.tasks.lock().unwrap().spawn(async move { fleet.open(host).await });
    }

    pub(super) async fn open(&self, host: Option<u32>) {
        let link = self.world.link(host);
        let mut rng = draw(self.world.seed, ("replica", link.id));
        let running = if rng.chance(self.world.weather.narrow) { 2 } else { 1_000 };
        // As where a pod has the name of the one that it replaces.
        let named = rng.bool().then(|| format!("host {}", link.host));
        let forgets = self.world.weather.forgets() && rng.chance(0.2);
        let retention = if forgets { LEASE * 4 } else { LEASE * 1_000 };
        let operations = loop {
            let mut builder = Operations::builder().lease(LEASE).running(running).retention(retention);
            if let Some(name) = &named {
                builder = builder.worker_name(name);
            }
            match builder.open_store(Way::new(&self.world, &link)).await {
                Ok(operations) => break operations,
                Err(_) => tokio::time::sleep(Duration::from_secs(2)).await,
            }
        };
        let jobs = Jobs::new(operations.clone(), &self.world, &link);
        self.all.lock().unwrap().push(jobs.clone());
        // One that only starts operations, and runs none again.
        let only_starts = !self.world.is_calm() && rng.chance(0.2);
        if !only_starts {
            jobs.register();
            while operations.run().await.is_err() {
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
        self.world.turn(&link, link.phase(), Life::Opened);
        self.open.lock().unwrap().push(jobs);
    }

    pub(super) fn do_one(self: &Arc<Self>, deed: Deed, rng: &mut Rng) {
        let now = self.world.network.now();
        let chaos = self.world.weather.chaos();
        let spell = |rng: &mut Rng| Obstacle {
            // What hangs would hang into the calm otherwise.
            until: (now + rng.time(LEASE / 15, LEASE * 2)).min(chaos),
            hangs: rng.bool(),
        };
        match deed {
            Deed::Open => return self.start(None),
            Deed::Outage => return self.world.begin_outage(spell(rng)),
            _ => {}
        }
        let Some(jobs) = self.any(rng) else { return self.start(None) };
        let link = Arc::clone(&jobs.link);
        match deed {
            Deed::Kill => self.kill(&link, rng),
            Deed::Pause => self.pause(&link, rng),
            Deed::Leave => self.leave(jobs, rng),
            Deed::Cut => self.world.cut(&link, spell(rng)),
            Deed::Gray => self.world.gray(&link, now + rng.time(LEASE / 15, LEASE)),
            Deed::Open | Deed::Outage => {}
        }
    }

    fn kill(self: &Arc<Self>, link: &Arc<Link>, rng: &mut Rng) {
        self.world.turn(link, Phase::Dead, Life::Killed);
        self.forget(link);
        self.replace(link, rng);
    }

    /// Often another one comes in its place, soon or at once.
    fn replace(self: &Arc<Self>, link: &Link, rng: &mut Rng) {
        if rng.chance(0.7) {
            let (fleet, host) = (Arc::clone(self), Some(link.host));
            let pause = rng.time(Duration::ZERO, LEASE);
            self.tasks.lock().unwrap().spawn(async move {
                tokio::time::sleep(pause).await;
                fleet.open(host).await;
            });
        }
    }

    fn pause(self: &Arc<Self>, link: &Arc<Link>, rng: &mut Rng) {
        if link.phase() != Phase::Up {
            return;
        }
        let pause = rng.time(LEASE / 15, LEASE * 3);
        self.world.pause(link, self.world.network.now() + pause);
        let (world, link) = (Arc::clone(&self.world), Arc::clone(link));
        self.tasks.lock().unwrap().spawn(async move {
            tokio::time::sleep(pause).await;
            if link.phase() == Phase::Paused {
                world.turn(&link, Phase::Up, Life::Resumed);
            }
        });
    }

    fn leave(self: &Arc<Self>, jobs: Jobs, rng: &mut Rng) {
        self.world.turn(&jobs.link, jobs.link.phase(), Life::Leaving);
        self.forget(&jobs.link);
        self.replace(&jobs.link, rng);
        let grace = rng.time(Duration::ZERO, LEASE);
        let world = Arc::clone(&self.world);
        self.tasks.lock().unwrap().spawn(async move {
            jobs.operations.shutdown(grace).await;
            jobs.link.awake().await;
            world.turn(&jobs.link, Phase::Dead, Life::Left);
        });
    }

    /// Cancels what would not end otherwise.
    pub(super) async fn cancel_endless(&self) {
        let Some(jobs) = self.open.lock().unwrap().last().cloned() else { return };
        for name in self.world.table.open() {
            if self.world.is_endless(&name) {
                // If it is over by now, so much the better.
                let _ = jobs.operations.cancel(name.as_str()).await;
            }
        }
    }

    fn forget(&self, link: &Link) {
        self.open.lock().unwrap().retain(|jobs| jobs.link.id != link.id);
    }

    /// Takes the engines apart: each holds its services, and those hold it.
    pub(super) fn end(&self) {
        for jobs in self.all.lock().unwrap().drain(..) {
            // What it waits for is gone with the runtime.
            let _ = jobs.operations.shutdown(Duration::ZERO).now_or_never();
        }
        self.tasks.lock().unwrap().abort_all();
    }
}
