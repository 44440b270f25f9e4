//! What the table accepted.

use lro_runtime::store::{Guard, Key};
use lro_runtime::{Code, Outcome, Payload as _};

use super::{Oracle, Rule};
use crate::simulation::history::{Op, Request, Row, Write, of};
use crate::simulation::jobs::{JobResponse, MAX_ATTEMPTS};

impl Oracle {
    pub(super) fn wrote(&mut self, write: &Write) {
        match &write.request {
            Request::Create { request_key, exclusive_key } => {
                self.created(write, *request_key, *exclusive_key);
            }
            Request::Update(guard) => {
                if let (Some(before), Some(after)) = (&write.before, &write.after) {
                    self.updated(write, *guard, before, after);
                }
            }
        }
        let (attempt, index) = (write.after.as_ref().map(|row| row.attempt), self.index);
        let state = self.state(write.op);
        if let Some(attempt) = attempt {
            state.attempts.entry(attempt).or_insert(index);
        }
        state.row.clone_from(&write.after);
    }

    fn created(&mut self, write: &Write, request_key: Option<Key>, exclusive_key: Option<Key>) {
        let op = write.op;
        let again = self.state(op).created;
        self.check(!again, Rule::Gone, Some(op), || "it was created for the second time".to_owned());
        if let Some(other) = request_key.and_then(|key| self.request_keys.insert(key, op)) {
            self.check(false, Rule::Started, Some(op), || format!("{other} has the same request id"));
        }
        let state = self.state(op);
        (state.created, state.key) = (true, exclusive_key);
        // A creation that the table has only acknowledged.
        self.check(write.after.is_some(), Rule::Started, Some(op), || "it was not kept".to_owned());
    }

    fn updated(&mut self, write: &Write, guard: Guard, before: &Row, after: &Row) {
        let op = Some(write.op);
        self.check_end(write, before, after);
        if let Guard::Attempt(attempt) = guard {
            let fits = attempt == before.attempt && before.outcome.is_none();
            self.check(fits, Rule::Fenced, op, || format!("attempt {attempt} wrote to {before}"));
            let own = before.worker.is_none_or(|worker| worker.replica == write.by);
            self.check(own || after.attempt > before.attempt, Rule::Fenced, op, || {
                format!("replica {} wrote to {before}", write.by)
            });
        }
        let taken = after.worker.is_some() && after.worker != before.worker;
        let rises = after.attempt == before.attempt + 1 || (after.attempt == before.attempt && !taken);
        self.check(rises, Rule::Rising, op, || format!("{before} became {after}"));
        let overdue = after.outcome.as_ref().is_some_and(is_deadline);
        if let Some(owner) = before.worker.filter(|_| taken && !overdue) {
            let condemned = self.condemned.contains(&owner);
            self.check(condemned, Rule::Condemned, op, || {
                format!("it was taken from {owner}, which is not condemned")
            });
        }
        // One claimer after the other takes it, and none of them ends it.
        let ping_pong = !after.restartable && after.outcome.is_none() && after.attempt > 2;
        self.check(!ping_pong, Rule::Live, op, || {
            format!("it cannot run again, and is claimed and claimed: {after}")
        });
        self.check(after.removed || !before.removed, Rule::Gone, op, || "it returned".to_owned());
        let (leaving, index) = (self.leaving.contains(&write.by), self.index);
        let state = self.state(write.op);
        if after.cancelled && !before.cancelled {
            state.cancelled = Some(index);
        }
        let handed_over = before.worker.is_some() && after.worker.is_none() && leaving;
        if handed_over && state.began.get(&before.attempt) == Some(&write.by) {
            state.handed_over.insert(before.attempt);
        }
    }

    fn check_end(&mut self, write: &Write, before: &Row, after: &Row) {
        let op = Some(write.op);
        if let Some(first) = &before.outcome {
            let same = after.outcome.as_ref().is_some_and(|second| same(first, second, after.removed));
            return self.check(same, Rule::OneEnd, op, || {
                format!("it had ended with {}, and then was {after}", of(first))
            });
        }
        match &after.outcome {
            Some(Outcome::Response(response)) if !after.removed => {
                let made = JobResponse { call: write.op.call, attempt: before.attempt };
                let found = JobResponse::from_wire(&response.value);
                self.check(found.as_ref() == Ok(&made), Rule::Fenced, op, || {
                    format!("{found:?} ended attempt {}", before.attempt)
                });
            }
            Some(Outcome::Error(error)) if error.reason().as_deref() == Some("ATTEMPTS_EXHAUSTED") => {
                let interrupted = self.interrupted(write.op, before.attempt + 1);
                self.check(interrupted >= MAX_ATTEMPTS, Rule::Capped, op, || {
                    format!("it was given up after {interrupted} interruptions")
                });
            }
            Some(outcome) if is_deadline(outcome) => {
                let over = before.deadline.is_some_and(|deadline| deadline <= write.now);
                self.check(over, Rule::Deadline, op, || format!("{:?} is not over", before.deadline));
            }
            _ => {}
        }
    }

    /// How many of the attempts before this one were interrupted.
    pub(super) fn interrupted(&mut self, op: Op, attempt: u32) -> u32 {
        let state = self.state(op);
        let interrupted = (1..attempt).filter(|attempt| !state.handed_over.contains(attempt));
        u32::try_from(interrupted.count()).unwrap_or(u32::MAX)
    }
}

fn is_deadline(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Error(error) if error.code() == Code::DeadlineExceeded)
}

/// A removed record has lost the payloads of its outcome.
fn same(first: &Outcome, second: &Outcome, removed: bool) -> bool {
    match (first, second) {
        (Outcome::Error(first), Outcome::Error(second)) if removed => first.code() == second.code(),
        (Outcome::Response(_), Outcome::Response(_)) if removed => true,
        _ => first == second,
    }
}
