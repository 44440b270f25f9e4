//! What clients were told.

use std::collections::BTreeMap;
use std::time::SystemTime;

use super::{Oracle, Rule};
use crate::simulation::history::{Answer, Op, Seen};
use crate::support::TokioClock;

/// An answer, and when it was asked for and given: places in the history.
pub(super) struct Told {
    asked: usize,
    told: usize,
    answer: Answer,
}

impl Oracle {
    pub(super) fn answered(&mut self, op: Op, asked: usize, answer: &Answer) {
        let (told, now) = (self.index, self.now);
        if *answer == Answer::Started {
            self.acknowledged.insert(op);
        }
        let state = self.state(op);
        state.answers.push(Told { asked, told, answer: answer.clone() });
        let (created, row) = (state.created, state.row.as_ref());
        // It is gone when it was removed, or when it has expired.
        let expired = |time: SystemTime| time <= TokioClock::epoch() + now;
        let gone = row.is_none_or(|row| row.removed || row.expires.is_some_and(expired));
        self.check(created, Rule::Started, Some(op), || format!("{answer:?}, and it was never created"));
        let missed = *answer == Answer::Saw(Seen::Gone) && created && !gone;
        self.check(!missed, Rule::Started, Some(op), || "it is there, and was not found".to_owned());
    }

    /// Nothing that was asked after an answer contradicts that answer.
    pub(super) fn check_answers(&mut self, op: Op, answers: &[Told]) {
        for first in answers {
            for second in answers.iter().filter(|second| second.asked > first.told) {
                let Answer::Saw(now) = &second.answer else { continue };
                let (fits, rule) = match (&first.answer, now) {
                    (Answer::Deleted | Answer::Saw(Seen::Gone), now) => (*now == Seen::Gone, Rule::Gone),
                    (Answer::Saw(Seen::Done(_)), Seen::Open) => (false, Rule::Seen),
                    (Answer::Saw(Seen::Done(before)), Seen::Done(now)) => (before == now, Rule::Seen),
                    _ => (true, Rule::Seen),
                };
                self.check(fits, rule, Some(op), || format!("first {:?}, then {now:?}", first.answer));
            }
        }
    }

    /// The answers to one call name one operation.
    pub(super) fn check_calls(&mut self) {
        let mut calls = BTreeMap::new();
        for op in self.acknowledged.clone() {
            let other = *calls.entry(op.call).or_insert(op);
            self.check(other == op, Rule::Started, Some(op), || format!("the same call was {other} as well"));
        }
    }
}
