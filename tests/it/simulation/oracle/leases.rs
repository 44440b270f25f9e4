//! Who was condemned, and whether that was right.

use std::time::Duration;

use super::{Oracle, Rule};
use crate::simulation::LEASE;
use crate::simulation::history::{ReplicaId, Worker};

impl Oracle {
    pub(super) fn renewed(&mut self, worker: Worker, alive: bool) {
        let revived = alive && self.condemned.contains(&worker);
        self.check(!revived, Rule::Condemned, None, || format!("{worker} was condemned, and lives again"));
    }

    pub(super) fn reaped(&mut self, by: ReplicaId, asked: Duration, gone: &[Worker]) {
        self.condemned.extend(gone);
        // What was decided long ago, and was long on its way, is not the decider's fault.
        let prompt = self.now - asked < Duration::from_secs(1);
        for worker in gone {
            let owns = |row: &super::Row| row.worker == Some(*worker) && row.outcome.is_none();
            let works = self.ops.values().any(|state| state.row.as_ref().is_some_and(owns));
            if !works || !prompt || !self.was_well(worker.replica) {
                continue;
            }
            self.check(false, Rule::Robbed, None, || {
                format!("{worker} was well, and replica {by} condemned it")
            });
        }
    }

    /// Whether a replica has lived, and nothing but the store was against it, for two leases.
    fn was_well(&self, replica: ReplicaId) -> bool {
        let since = self.now.saturating_sub(LEASE * 2);
        let disturbed = self.disturbed.iter().any(|(who, _, until)| *who == replica && *until >= since);
        !disturbed && !self.down.contains(&replica) && !self.leaving.contains(&replica)
    }
}
