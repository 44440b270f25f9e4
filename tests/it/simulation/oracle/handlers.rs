//! Which handlers began, and what they went on from.

use super::{Oracle, Rule, State};
use crate::simulation::history::{Op, ReplicaId};
use crate::simulation::jobs::MAX_ATTEMPTS;

impl Oracle {
    pub(super) fn began(&mut self, replica: ReplicaId, op: Op, attempt: u32) {
        let state = self.state(op);
        let (written, cancelled, key) = (state.attempts.get(&attempt).copied(), state.cancelled, state.key);
        let before = state.began.insert(attempt, replica);
        self.check(before.is_none(), Rule::Exclusive, Some(op), || {
            format!("attempt {attempt} began at replica {before:?} and at replica {replica}")
        });
        self.check(written.is_some(), Rule::Fenced, Some(op), || {
            format!("attempt {attempt} began, and is not recorded")
        });
        let late = written.zip(cancelled).is_some_and(|(written, cancelled)| cancelled < written);
        self.check(!late, Rule::Cancelled, Some(op), || format!("attempt {attempt} began after the cancel"));
        let interrupted = self.interrupted(op, attempt);
        self.check(interrupted < MAX_ATTEMPTS, Rule::Capped, Some(op), || {
            format!("attempt {attempt} began after {interrupted} interruptions")
        });
        self.living.insert((replica, op, attempt));
        if key.is_none() || !self.is_effective(op, attempt) {
            return;
        }
        let rivals = self.living.iter().filter(|(_, other, _)| *other != op);
        let rival = rivals.copied().find(|(_, other, attempt)| {
            self.ops.get(other).is_some_and(|state| state.key == key) && self.is_effective(*other, *attempt)
        });
        self.check(rival.is_none(), Rule::Exclusive, Some(op), || {
            format!("attempt {attempt} began beside {rival:?}, which has the same key")
        });
    }

    /// Whether what this attempt writes counts.
    fn is_effective(&self, op: Op, attempt: u32) -> bool {
        let row = self.ops.get(&op).and_then(|state| state.row.as_ref());
        row.is_some_and(|row| row.attempt == attempt && row.outcome.is_none())
    }

    pub(super) fn check_checkpoints(&mut self, op: Op, state: &State) {
        for (attempt, step) in &state.kept {
            let lost = state.restored.iter().find(|(later, restored)| later > attempt && restored < step);
            self.check(lost.is_none(), Rule::Kept, Some(op), || {
                format!("attempt {attempt} kept step {step}, and a later one restored {lost:?}")
            });
        }
    }
}
