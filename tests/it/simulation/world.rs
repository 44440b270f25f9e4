//! What one simulation consists of: the table, the network, the replicas' links to it, and the history.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fastrand::Rng;
use lro_runtime::OperationName;
use lro_runtime::store::{Change, WorkerId};

use super::chance::Dice as _;
use super::history::{Event, Life, Op, ReplicaId, What, Worker};
use super::link::{Barrier, Link, Obstacle, Phase};
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
    outage: Barrier,
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
            outage: Barrier::default(),
            calm: AtomicBool::new(false),
        })
    }

    /// A new replica.
    pub(super) fn link(&self, host: Option<u32>) -> Arc<Link> {
        let mut links = self.links.lock().unwrap();
        let id = ReplicaId::try_from(links.len()).expect("not so many");
        let link = Arc::new(Link::new(id, host));
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
        self.outage.at(now).or_else(|| link.obstacle.at(now))
    }

    pub(super) fn begin_outage(&self, obstacle: Obstacle) {
        if self.outage.put(self.network.now(), obstacle) {
            self.log(What::Outage { until: obstacle.until });
        }
    }

    /// From now on nothing goes wrong. What is under way still arrives as late as it does.
    pub(super) fn calm(&self) {
        self.log(What::Calm);
        self.calm.store(true, Ordering::SeqCst);
        for link in self.links.lock().unwrap().iter().filter(|link| link.phase() == Phase::Paused) {
            self.turn(link, Phase::Up, Life::Resumed);
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
        self.log(What::Replica { replica: link.id, life });
        link.turn(phase);
    }

    /// Pauses a replica: what it asks, and what it is told, waits.
    pub(super) fn pause(&self, link: &Link, until: Duration) {
        self.log(What::Disturbed { replica: link.id, until });
        self.turn(link, Phase::Paused, Life::Paused);
    }

    /// Disturbs one replica's way.
    pub(super) fn cut(&self, link: &Link, obstacle: Obstacle) {
        if link.obstacle.put(self.network.now(), obstacle) {
            self.log(What::Disturbed { replica: link.id, until: obstacle.until });
        }
    }

    /// Most replies to one replica are lost for a while.
    pub(super) fn gray(&self, link: &Link, until: Duration) {
        self.log(What::Disturbed { replica: link.id, until });
        *link.gray_until.lock().unwrap() = until;
    }
}
