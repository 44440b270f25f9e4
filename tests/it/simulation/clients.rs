//! The clients: each makes one call, perhaps more than once, and then looks at, cancels and deletes what came of it, at any replica.

use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use lro_runtime::{Code, OperationName, Snapshot, Status};
use tokio::time::timeout;

use super::LEASE;
use super::chance::{Dice as _, draw};
use super::fleet::Fleet;
use super::history::{Answer, Op, Seen, What};
use super::jobs::{JobRequest, Jobs};
use super::link::Phase;
use super::world::World;

/// How long a client waits for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Client {
    pub(super) world: Arc<World>,
    pub(super) fleet: Arc<Fleet>,
    pub(super) call: u32,
}

impl Client {
    pub(super) async fn run(self) {
        let mut rng = draw(self.world.seed, ("client", self.call));
        tokio::time::sleep(rng.time(Duration::ZERO, self.world.weather.chaos() - LEASE)).await;
        let fragile = rng.chance(0.3);
        let request = self.request(&mut rng);
        if request.endless {
            self.world.note_endless(self.call);
        }
        let Some(name) = self.start(&mut rng, &request, fragile).await else { return };
        let (cancels, deletes) = (self.world.weather.cancels, self.world.weather.deletes);
        let mut each = || Rng::with_seed(rng.u64(..));
        let watchers = (self.watch(&name, each()), self.watch(&name, each()));
        let mut rng = each();
        let cancel = rng.chance(cancels);
        // What never ends by itself must stay where it can be cancelled.
        let delete = rng.chance(deletes) && !request.endless;
        let (cancel, delete) = (self.cancel(&name, cancel, each()), self.delete(&name, delete, each()));
        tokio::join!(watchers.0, watchers.1, cancel, delete);
    }

    fn request(&self, rng: &mut Rng) -> JobRequest {
        let keyed = rng.chance(self.world.weather.keyed);
        JobRequest {
            parent: format!("calls/{}", self.call),
            request_id: if rng.chance(0.4) { "once".to_owned() } else { String::new() },
            key: keyed.then(|| format!("disk {}", rng.u32(0..2))),
            steps: rng.u32(0..6),
            pace: rng.u32(1..8_000),
            endless: rng.chance(0.25),
            stubborn: rng.chance(0.3),
            fails: rng.chance(0.2),
            checkpoints: rng.chance(0.5),
            limit: if rng.chance(0.1) { rng.u32(5..60) } else { 1_000_000 },
        }
    }

    /// Starts the operation, and once more if it has a request id and nobody knows what came of the first try.
    async fn start(&self, rng: &mut Rng, request: &JobRequest, fragile: bool) -> Option<OperationName> {
        for _ in 0..4 {
            if self.world.is_calm() {
                return None;
            }
            let Some(jobs) = self.fleet.any(rng) else {
                tokio::time::sleep(LEASE / 3).await;
                continue;
            };
            let asked = self.world.moment();
            let started = async {
                let request = request.clone();
                let operation =
                    if fragile { jobs.fragile(request).await } else { jobs.restartable(request).await };
                operation.map(|operation| operation.snapshot().clone())
            };
            match answered(&jobs, started).await {
                Some(Ok(snapshot)) => {
                    let op = self.world.op(&snapshot.name);
                    self.log(op, asked, Answer::Started);
                    self.log(op, asked, Answer::Saw(seen(&snapshot)));
                    return Some(snapshot.name);
                }
                Some(Err(status)) => match (status.code(), status.reason().as_deref()) {
                    (Code::Unavailable, _) if !request.request_id.is_empty() => {}
                    (Code::Unavailable, _) | (Code::AlreadyExists, Some("REQUEST_ID_SPENT")) => return None,
                    // Something else has the key.
                    (Code::Aborted, Some("OPERATION_IN_PROGRESS")) => {}
                    _ => {
                        self.failed(&status);
                        return None;
                    }
                },
                None if request.request_id.is_empty() => return None,
                None => {}
            }
            tokio::time::sleep(rng.time(Duration::ZERO, LEASE)).await;
        }
        None
    }

    /// Looks at it until the simulation is over.
    async fn watch(&self, name: &OperationName, mut rng: Rng) {
        loop {
            tokio::time::sleep(rng.time(Duration::ZERO, LEASE * 2)).await;
            let Some(jobs) = self.fleet.any(&mut rng) else { continue };
            let waits = rng.bool();
            let asked = self.world.moment();
            let read = async {
                if waits {
                    jobs.operations.wait(name.as_str(), Some(LEASE)).await
                } else {
                    jobs.operations.get(name.as_str()).await
                }
            };
            let seen = match answered(&jobs, read).await {
                Some(Ok(snapshot)) => seen(&snapshot),
                Some(Err(status)) if status.code() == Code::NotFound => Seen::Gone,
                Some(Err(status)) if status.code() != Code::Unavailable => {
                    self.failed(&status);
                    continue;
                }
                _ => continue,
            };
            self.log(self.world.op(name), asked, Answer::Saw(seen));
        }
    }

    async fn cancel(&self, name: &OperationName, cancel: bool, mut rng: Rng) {
        tokio::time::sleep(rng.time(Duration::ZERO, LEASE * 3)).await;
        if let Some(jobs) = self.fleet.any(&mut rng).filter(|_| cancel) {
            let asked = self.world.moment();
            if let Some(Ok(())) = answered(&jobs, jobs.operations.cancel(name.as_str())).await {
                self.log(self.world.op(name), asked, Answer::Cancelled);
            }
        }
    }

    async fn delete(&self, name: &OperationName, delete: bool, mut rng: Rng) {
        tokio::time::sleep(rng.time(Duration::ZERO, LEASE * 3)).await;
        if let Some(jobs) = self.fleet.any(&mut rng).filter(|_| delete) {
            let asked = self.world.moment();
            if let Some(Ok(())) = answered(&jobs, jobs.operations.delete(name.as_str())).await {
                self.log(self.world.op(name), asked, Answer::Deleted);
            }
        }
    }

    fn failed(&self, status: &Status) {
        let error = format!("{:?} {}", status.code(), status.reason().unwrap_or_default());
        self.world.log(What::Failed { call: self.call, error });
    }

    fn log(&self, op: Op, asked: usize, answer: Answer) {
        self.world.log(What::Answered { op, asked, answer });
    }
}

/// A call's answer, unless the client has lost its patience or the replica has died meanwhile.
async fn answered<T>(
    jobs: &Jobs,
    call: impl Future<Output = Result<T, Status>>,
) -> Option<Result<T, Status>> {
    let answer = timeout(PATIENCE, call).await.ok()?;
    (jobs.link.phase() != Phase::Dead).then_some(answer)
}

fn seen(snapshot: &Snapshot) -> Seen {
    snapshot.outcome.clone().map_or(Seen::Open, Seen::Done)
}
