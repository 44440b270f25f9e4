//! A replica as the world knows it: whether it lives, and what stands between it and the store.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use fastrand::Rng;
use lro_runtime::store::{Change, WorkerId};
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use super::chance::draw;
use super::history::{Op, ReplicaId};
use super::weather::Kind;

pub(super) struct Link {
    pub(super) id: ReplicaId,
    /// Where it runs: the next replica there has perhaps its name.
    pub(super) host: u32,
    phase: Mutex<Phase>,
    turned: Notify,
    pub(super) obstacle: Barrier,
    /// Until when most replies to it are lost.
    pub(super) gray_until: Mutex<Duration>,
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

/// Nothing passes until then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Obstacle {
    pub(super) until: Duration,
    /// What comes meanwhile waits and goes on, and is not refused.
    pub(super) hangs: bool,
}

/// A place where an obstacle may stand.
#[derive(Default)]
pub(super) struct Barrier(Mutex<Option<Obstacle>>);

impl Link {
    pub(super) fn new(id: ReplicaId, host: Option<u32>) -> Self {
        Self {
            id,
            host: host.unwrap_or(id),
            phase: Mutex::new(Phase::Up),
            turned: Notify::new(),
            obstacle: Barrier::default(),
            gray_until: Mutex::default(),
            ear: Mutex::default(),
            worker: Mutex::default(),
            calls: Mutex::default(),
        }
    }

    pub(super) fn phase(&self) -> Phase {
        *self.phase.lock().unwrap()
    }

    pub(super) fn turn(&self, phase: Phase) {
        *self.phase.lock().unwrap() = phase;
        self.turned.notify_waiters();
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

impl Barrier {
    /// What stands there now.
    pub(super) fn at(&self, now: Duration) -> Option<Obstacle> {
        self.0.lock().unwrap().filter(|obstacle| now < obstacle.until)
    }

    /// Puts an obstacle there, if there is none: what hangs at one knows when that is over.
    pub(super) fn put(&self, now: Duration, obstacle: Obstacle) -> bool {
        let free = self.at(now).is_none();
        if free {
            *self.0.lock().unwrap() = Some(obstacle);
        }
        free
    }
}
