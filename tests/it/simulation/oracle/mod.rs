//! What must be true of every history: the invariants of the lease protocol, and what clients and handlers were promised.

mod clients;
mod handlers;
mod leases;
mod rows;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::time::Duration;

use lro_runtime::store::Key;

use super::history::{Event, Life, Op, ReplicaId, Row, What, Worker};

/// What was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Rule {
    /// I1: one terminal write.
    OneEnd,
    /// I2: an accepted write carries the row's attempt.
    Fenced,
    /// I3: the attempt only rises.
    Rising,
    /// I4: a claim follows a condemnation, and condemnation is final.
    Condemned,
    /// I5: every open row is run by its live owner or can be claimed. Seen from the end: none stays open when the faults are over.
    Live,
    /// I6: one effective handler per exclusivity key, and per attempt.
    Exclusive,
    /// I7: no attempt starts after an acknowledged cancel.
    Cancelled,
    /// I8: caps count only interruptions, and all of them.
    Capped,
    /// I9: what was removed never returns.
    Gone,
    /// Every acknowledged start exists, once.
    Started,
    /// No client sees done and then not done, nor two results.
    Seen,
    /// A client is refused for a reason.
    Answered,
    /// A handler whose attempt is over is told and stopped.
    Told,
    /// A healthy worker is not condemned, whatever the store went through.
    Robbed,
    /// An acknowledged checkpoint is what a later attempt goes on from.
    Kept,
    /// DEADLINE_EXCEEDED is not written before the deadline.
    Deadline,
}

#[derive(Debug, Clone)]
pub(super) struct Violation {
    pub(super) rule: Rule,
    pub(super) at: Duration,
    pub(super) op: Option<Op>,
    text: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} at {:?}", self.rule, self.at)?;
        self.op.map_or(Ok(()), |op| write!(f, ", {op}"))?;
        write!(f, ": {}", self.text)
    }
}

/// One operation, as far as the history was read.
#[derive(Default)]
struct State {
    created: bool,
    row: Option<Row>,
    key: Option<Key>,
    /// Where in the history each attempt was written.
    attempts: HashMap<u32, usize>,
    /// Which were handed over by a replica that shut down.
    handed_over: HashSet<u32>,
    /// Which have begun, and where.
    began: HashMap<u32, ReplicaId>,
    cancelled: Option<usize>,
    kept: Vec<(u32, i64)>,
    restored: Vec<(u32, i64)>,
    answers: Vec<clients::Told>,
}

#[derive(Default)]
struct Oracle {
    ops: BTreeMap<Op, State>,
    request_keys: HashMap<Key, Op>,
    /// The handlers that are there.
    living: BTreeSet<(ReplicaId, Op, u32)>,
    /// Workers that have no row any more.
    condemned: HashSet<Worker>,
    leaving: HashSet<ReplicaId>,
    down: HashSet<ReplicaId>,
    /// What starts were answered with.
    acknowledged: BTreeSet<Op>,
    /// When each replica's way was not what it should be.
    disturbed: Vec<(ReplicaId, Duration, Duration)>,
    broken: Vec<Violation>,
    now: Duration,
    index: usize,
}

/// Reads a history, and says what is wrong with it.
pub(super) fn judge(history: &[Event]) -> Vec<Violation> {
    let mut oracle = Oracle::default();
    for (index, event) in history.iter().enumerate() {
        (oracle.index, oracle.now) = (index, event.at);
        oracle.read(&event.what);
    }
    oracle.finish();
    oracle.broken
}

impl Oracle {
    fn read(&mut self, what: &What) {
        match what {
            What::Wrote(write) if write.accepted => self.wrote(write),
            What::Renewed { worker, alive } => self.renewed(*worker, *alive),
            What::Reaped { by, asked, gone } => self.reaped(*by, *asked, gone),
            What::Retired { worker } => {
                self.condemned.insert(*worker);
            }
            What::Began { replica, op, attempt } => self.began(*replica, *op, *attempt),
            What::Stopped { replica, op, attempt } => {
                self.living.remove(&(*replica, *op, *attempt));
            }
            What::Kept { op, attempt, step } => self.state(*op).kept.push((*attempt, *step)),
            What::Restored { op, attempt, step } => self.state(*op).restored.push((*attempt, *step)),
            What::Answered { op, asked, answer } => self.answered(*op, *asked, answer),
            What::Failed { call, error } => {
                self.check(false, Rule::Answered, Some(Op { call: *call, nth: 0 }), || error.clone());
            }
            What::Disturbed { replica, until } => self.disturbed.push((*replica, self.now, *until)),
            What::Replica { replica, life } => self.turned(*replica, life),
            What::Wrote(_) | What::Outage { .. } | What::Calm => {}
        }
    }

    fn turned(&mut self, replica: ReplicaId, life: &Life) {
        match life {
            Life::Leaving => {
                self.leaving.insert(replica);
            }
            Life::Killed => {
                self.down.insert(replica);
                self.living.retain(|(at, ..)| *at != replica);
            }
            Life::Left => {
                self.down.insert(replica);
                for (at, op, attempt) in self.living.clone() {
                    self.check(at != replica, Rule::Told, Some(op), || {
                        format!("attempt {attempt} is there after the shutdown of replica {replica}")
                    });
                }
            }
            Life::Opened | Life::Paused | Life::Resumed => {}
        }
    }

    fn finish(&mut self) {
        for (op, state) in std::mem::take(&mut self.ops) {
            let open = state.row.as_ref().filter(|row| row.outcome.is_none());
            self.check(open.is_none(), Rule::Live, Some(op), || {
                format!("it never ended: {}", open.map(Row::to_string).unwrap_or_default())
            });
            self.check_checkpoints(op, &state);
            self.check_answers(op, &state.answers);
        }
        for (replica, op, attempt) in std::mem::take(&mut self.living) {
            self.check(false, Rule::Told, Some(op), || {
                format!("attempt {attempt} still runs at replica {replica}")
            });
        }
        self.check_calls();
    }

    fn state(&mut self, op: Op) -> &mut State {
        self.ops.entry(op).or_default()
    }

    fn check(&mut self, holds: bool, rule: Rule, op: Option<Op>, text: impl FnOnce() -> String) {
        if !holds {
            self.broken.push(Violation { rule, at: self.now, op, text: text() });
        }
    }
}
