//! What one simulation consists of: the table, the network, the replicas' links to it, and the history.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use lro_runtime::OperationName;
use lro_runtime::store::{Change, WorkerId};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use super::chance::{Dice as _, draw};
use super::history::{Event, Life, Op, ReplicaId, What, Worker};
use super::network::Network;
use super::sabotage::Sabotage;
use super::table::Table;
use super::weather::{Kind, Trip, Weather};

pub(super) struct World {
    pub(super) seed: u64,
    pub(super) weather: Weather,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) network: Network,
    pub(super) table: Table,
    links: Mutex<Vec<Arc<Link>>>,
    history: Mutex<Vec<Event>>,
    labels: Mutex<Labels>,
    outage: Mutex<Option<Obstacle>>,
    calm: AtomicBool,
}

#[derive(Default)]
struct Labels {
    ops: HashMap<OperationName, Op>,
    /// How many names each call has.
    names: HashMap<u32, u32>,
    workers: HashMap<WorkerId, Worker>,
    /// The calls whose operations never end by themselves.
    endless: HashSet<u32>,
}

/// Nothing passes until then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Obstacle {
    pub(super) until: Duration,
    /// What comes meanwhile waits and goes on, and is not refused.
    pub(super) hangs: bool,
}

/// A replica as the world knows it.
pub(super) struct Link {
    pub(super) id: ReplicaId,
    /// Where it runs: the next replica there has perhaps its name.
    pub(super) host: u32,
    phase: Mutex<Phase>,
    turned: Notify,
    obstacle: Mutex<Option<Obstacle>>,
    gray_until: Mutex<Duration>,
    pub(super) ear: Mutex<Option<UnboundedSender<Change>>>,
    /// The worker that it is now.
    pub(super) worker: Mutex<Option<WorkerId>>,
    calls: Mutex<HashMap<(Kind, Op), u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Up,
    Paused,
    Dead,
}

impl World {
    pub(super) fn new(seed: u64, weather: Weather, sabotage: Option<Sabotage>) -> Arc<Self> {
        Arc::new(Self {
            seed,
            weather,
            sabotage,
            network: Network::new(),
            table: Table::new(),
            links: Mutex::default(),
            history: Mutex::default(),
            labels: Mutex::default(),
            outage: Mutex::default(),
            calm: AtomicBool::new(false),
        })
    }

    /// A new replica.
    pub(super) fn link(&self, host: Option<u32>) -> Arc<Link> {
        let mut links = self.links.lock().unwrap();
        let id = ReplicaId::try_from(links.len()).expect("not so many");
        let link = Arc::new(Link {
            id,
            host: host.unwrap_or(id),
            phase: Mutex::new(Phase::Up),
            turned: Notify::new(),
            obstacle: Mutex::default(),
            gray_until: Mutex::default(),
            ear: Mutex::default(),
            worker: Mutex::default(),
            calls: Mutex::default(),
        });
        links.push(Arc::clone(&link));
        link
    }

    pub(super) fn is(&self, sabotage: Sabotage) -> bool {
        self.sabotage == Some(sabotage)
    }

    pub(super) fn log(&self, what: What) {
        self.history.lock().unwrap().push(Event { at: self.network.now(), what });
    }

    /// How long the history is.
    pub(super) fn moment(&self) -> usize {
        self.history.lock().unwrap().len()
    }

    pub(super) fn take_history(&self) -> Vec<Event> {
        std::mem::take(&mut *self.history.lock().unwrap())
    }

    /// The label of an operation. The parent is the number of its call.
    pub(super) fn op(&self, name: &OperationName) -> Op {
        let mut labels = self.labels.lock().unwrap();
        if let Some(op) = labels.ops.get(name) {
            return *op;
        }
        let call = name.parent().strip_prefix("calls/").and_then(|call| call.parse().ok());
        let call = call.expect("every operation here has a call's number for its parent");
        let names = labels.names.entry(call).or_default();
        let op = Op { call, nth: *names };
        *names += 1;
        labels.ops.insert(name.clone(), op);
        op
    }

    /// The label of a worker, which is this replica's if it is new.
    pub(super) fn worker(&self, worker: WorkerId, replica: ReplicaId) -> Worker {
        let mut labels = self.labels.lock().unwrap();
        let nth = labels.workers.values().filter(|worker| worker.replica == replica).count();
        let nth = u32::try_from(nth).expect("not so many");
        *labels.workers.entry(worker).or_insert(Worker { replica, nth })
    }

    pub(super) fn known_worker(&self, worker: WorkerId) -> Worker {
        self.labels.lock().unwrap().workers[&worker]
    }

    pub(super) fn note_endless(&self, call: u32) {
        self.labels.lock().unwrap().endless.insert(call);
    }

    /// Whether an operation ends only when it is cancelled.
    pub(super) fn is_endless(&self, name: &OperationName) -> bool {
        let call = self.op(name).call;
        self.labels.lock().unwrap().endless.contains(&call)
    }

    /// The worker that a replica is now, as it knows itself.
    pub(super) fn worker_of(&self, replica: ReplicaId) -> Option<WorkerId> {
        let links = self.links.lock().unwrap();
        *links[replica as usize].worker.lock().unwrap()
    }

    /// What stands between this replica and the table.
    pub(super) fn obstacle(&self, link: &Link) -> Option<Obstacle> {
        let now = self.network.now();
        let all = *self.outage.lock().unwrap();
        [all, *link.obstacle.lock().unwrap()].into_iter().flatten().find(|obstacle| now < obstacle.until)
    }

    pub(super) fn begin_outage(&self, obstacle: Obstacle) {
        if self.stand(&self.outage, obstacle) {
            self.log(What::Outage { until: obstacle.until });
        }
    }

    /// Puts an obstacle where there is none: what hangs at one knows when that is over.
    fn stand(&self, place: &Mutex<Option<Obstacle>>, obstacle: Obstacle) -> bool {
        let mut place = place.lock().unwrap();
        let free = place.is_none_or(|before| before.until <= self.network.now());
        if free {
            *place = Some(obstacle);
        }
        free
    }

    /// From now on nothing goes wrong. What is under way still arrives as late as it does.
    pub(super) fn calm(&self) {
        self.log(What::Calm);
        self.calm.store(true, Ordering::SeqCst);
        *self.outage.lock().unwrap() = None;
        for link in self.links.lock().unwrap().iter() {
            *link.obstacle.lock().unwrap() = None;
            *link.gray_until.lock().unwrap() = Duration::ZERO;
            if link.phase() == Phase::Paused {
                self.turn(link, Phase::Up, Life::Resumed);
            }
        }
    }

    pub(super) fn is_calm(&self) -> bool {
        self.calm.load(Ordering::SeqCst)
    }

    /// The way of a replica's next call of this kind.
    pub(super) fn trip(&self, link: &Link, kind: Kind, rng: &mut Rng) -> Trip {
        if self.is_calm() {
            return Trip::fair(rng);
        }
        let gray = self.network.now() < *link.gray_until.lock().unwrap();
        self.weather.trip(rng, kind, gray)
    }

    /// Tells the replicas that something has changed: some late, some twice, some not.
    pub(super) fn tell(self: &Arc<Self>, name: &OperationName) {
        let op = self.op(name);
        for link in self.links.lock().unwrap().iter() {
            let Some(ear) = link.ear.lock().unwrap().clone() else { continue };
            let mut rng = link.draw(self.seed, Kind::Notification, op);
            if !self.is_calm() && rng.chance(self.weather.deaf) {
                continue;
            }
            let change = if rng.chance(0.05) { Change::Lost } else { Change::Touched(vec![name.hash64()]) };
            for _ in 0..if rng.chance(0.1) { 2 } else { 1 } {
                let (ear, change) = (ear.clone(), change.clone());
                let trip = self.trip(link, Kind::Notification, &mut rng);
                self.network.send(trip.there, rng.u64(..), move || {
                    // Nobody listens any more.
                    let _ = ear.send(change);
                });
            }
        }
    }

    /// Kills, pauses or wakes a replica.
    pub(super) fn turn(&self, link: &Link, phase: Phase, life: Life) {
        *link.phase.lock().unwrap() = phase;
        self.log(What::Replica { replica: link.id, life });
        link.turned.notify_waiters();
    }

    /// Pauses a replica: what it asks, and what it is told, waits.
    pub(super) fn pause(&self, link: &Link, until: Duration) {
        self.log(What::Disturbed { replica: link.id, until });
        self.turn(link, Phase::Paused, Life::Paused);
    }

    /// Disturbs one replica's way.
    pub(super) fn cut(&self, link: &Link, obstacle: Obstacle) {
        if self.stand(&link.obstacle, obstacle) {
            self.log(What::Disturbed { replica: link.id, until: obstacle.until });
        }
    }

    /// Most replies to one replica are lost for a while.
    pub(super) fn gray(&self, link: &Link, until: Duration) {
        self.log(What::Disturbed { replica: link.id, until });
        *link.gray_until.lock().unwrap() = until;
    }
}

impl Link {
    pub(super) fn phase(&self) -> Phase {
        *self.phase.lock().unwrap()
    }

    /// Goes on when the replica is not paused; never, when it is dead.
    pub(super) async fn awake(&self) {
        loop {
            let turned = self.turned.notified();
            match self.phase() {
                Phase::Up => return,
                Phase::Dead => std::future::pending().await,
                Phase::Paused => turned.await,
            }
        }
    }

    /// A generator for the next call of this kind about this operation.
    pub(super) fn draw(&self, seed: u64, kind: Kind, op: Op) -> Rng {
        let mut calls = self.calls.lock().unwrap();
        let nth = calls.entry((kind, op)).or_default();
        *nth += 1;
        draw(seed, (self.id, kind, op, *nth))
    }
}
