//! What the database was told and what the workers did, held against the lease protocol's invariants and against what clients saw.

use std::collections::{HashMap, HashSet};

use prost::Message;

use super::history::{History, reason};
use crate::processes::ledger::Entry;
use crate::processes::site::Effect;
use crate::worker_messages::{Kept, WorkMetadata, WorkResponse};

/// As many runs as the worker's method may be interrupted in.
const MAX_ATTEMPTS: i64 = 6;

fn decode<M: Message + Default>(bytes: &[u8]) -> M {
    M::decode(bytes).expect("what a worker has encoded")
}

/// The checkpoint that a record keeps; before the first, nothing.
fn kept(entry: &Entry) -> Kept {
    // With its type beside it.
    let any = entry.state.as_deref().map(decode::<prost_types::Any>).unwrap_or_default();
    decode(&any.value)
}

/// A write that raises the attempt of what goes on: a claim, or the turn of what waited.
fn is_claim(before: &Entry, after: &Entry) -> bool {
    after.attempt > before.attempt && !after.done
}

/// Each operation's entries with the one before, in the ledger's order.
fn writes(ledger: &[Entry]) -> impl Iterator<Item = (&str, &Entry, &Entry)> {
    let mut last: HashMap<&str, &Entry> = HashMap::new();
    ledger.iter().filter_map(move |entry| {
        let name = entry.name.as_deref()?;
        last.insert(name, entry).map(|before| (name, before, entry))
    })
}

pub(super) fn claims(ledger: &[Entry]) -> usize {
    writes(ledger).filter(|(_, before, after)| is_claim(before, after) && after.attempt > 1).count()
}

pub(super) fn counts(ledger: &[Entry], effects: &[Effect]) -> String {
    let condemned = ledger.iter().filter(|entry| entry.what == "condemn").count();
    format!(
        "{} writes, {} claims, {condemned} workers gone, {} effects",
        ledger.len(),
        claims(ledger),
        effects.len()
    )
}

/// What must never have been written or done (the invariants of ARCHITECTURE.md).
pub(in crate::processes) fn faults(ledger: &[Entry], effects: &[Effect]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    let mut condemned = HashSet::new();
    let mut last: HashMap<&str, &Entry> = HashMap::new();
    let mut keys: HashMap<&[u8], &str> = HashMap::new();
    // From which step each attempt may go on: with what the record kept when it was claimed.
    let mut claimed: HashMap<(&str, i64), u32> = HashMap::new();
    for entry in ledger {
        let Some(name) = entry.name.as_deref() else {
            condemned.insert(entry.worker.as_deref());
            continue;
        };
        let before = last.insert(name, entry);
        match (&*entry.what, before) {
            ("create", None) if names.insert(name) => {
                claimed.insert((name, entry.attempt), 0);
            }
            ("write", Some(before)) => {
                faults.extend(
                    faults_of_write(before, entry).map(|fault| format!("{fault}: {before:?}, {entry:?}")),
                );
                let is_taken = entry.worker != before.worker && before.worker.is_some();
                if is_claim(before, entry) {
                    let kept = kept(entry).step;
                    if !entry.cancelled {
                        claimed.insert((name, entry.attempt), kept);
                    }
                    if is_taken && !condemned.contains(&before.worker.as_deref()) {
                        faults.push(format!("taken from a living worker (I4): {before:?}, {entry:?}"));
                    }
                }
            }
            ("purge", Some(before)) => {
                if !before.done {
                    faults.push(format!("forgotten while it was open: {before:?}"));
                }
                last.remove(name);
            }
            _ => faults.push(format!("it came back (I9): {entry:?}")),
        }
        if let Some(key) = entry.exclusive_key.as_deref() {
            match keys.get(key) {
                Some(holder) if *holder != name && !entry.done => {
                    faults.push(format!("{holder} and {name} are open under one key (I6)"));
                }
                Some(holder) if *holder == name && entry.done => {
                    keys.remove(key);
                }
                None if !entry.done => {
                    keys.insert(key, name);
                }
                _ => {}
            }
        }
    }
    faults.extend(faults_of_effects(effects, &claimed));
    faults
}

/// What one accepted write must not have done.
fn faults_of_write(before: &Entry, after: &Entry) -> impl Iterator<Item = &'static str> {
    let attempt = |accepted: u32| i64::from(accepted) == after.attempt;
    let is_fenced = |changed: bool, attempt_of: &dyn Fn() -> u32| !changed || attempt(attempt_of());
    let cleared = after.removed && after.done;
    let metadata = || decode::<WorkMetadata>(&after.metadata).attempt;
    let state = || kept(after).attempt;
    let response = || decode::<WorkResponse>(after.response.as_deref().unwrap_or_default()).attempt;
    let rules = [
        ("a second end (I1)", !before.done || (after.done && (cleared || after.response == before.response))),
        ("a change after the end (I1)", !before.done || after.attempt == before.attempt),
        ("an attempt that falls or leaps (I3)", (0..=1).contains(&(after.attempt - before.attempt))),
        (
            "an interruption that is taken back (I8)",
            (0..=1).contains(&(after.interruptions - before.interruptions)),
        ),
        ("a cancel that is taken back", after.cancelled || !before.cancelled),
        ("a removal that is taken back (I9)", after.removed || !before.removed),
        (
            "another attempt's progress (I2)",
            cleared || is_fenced(after.metadata != before.metadata, &metadata),
        ),
        ("another attempt's checkpoint (I2)", cleared || is_fenced(after.state != before.state, &state)),
        (
            "another attempt's response (I2)",
            cleared || is_fenced(after.response != before.response, &response),
        ),
    ];
    rules.into_iter().filter(|(_, holds)| !holds).map(|(rule, _)| rule)
}

/// An attempt begins once, only when it was claimed, with what was kept, and does no step twice.
fn faults_of_effects(effects: &[Effect], claimed: &HashMap<(&str, i64), u32>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for effect in effects {
        if !seen.insert(effect) {
            faults.push(format!("twice: {effect:?}"));
        }
        match claimed.get(&(&*effect.name, i64::from(effect.attempt))) {
            None => faults
                .push(format!("of an attempt that nobody claimed, or that was cancelled (I7): {effect:?}")),
            Some(kept) if effect.what == "begin" && effect.step != *kept => {
                faults
                    .push(format!("it goes on from elsewhere than from {kept}, which was kept: {effect:?}"));
            }
            Some(_) => {}
        }
    }
    let mut acknowledged: HashMap<&str, Vec<&Effect>> = HashMap::new();
    for kept in effects.iter().filter(|effect| effect.what == "kept") {
        acknowledged.entry(&kept.name).or_default().push(kept);
    }
    let mut begun = HashSet::new();
    for begin in effects.iter().filter(|effect| effect.what == "begin") {
        if !begun.insert((&begin.name, begin.attempt)) {
            faults.push(format!("an attempt that begins twice: {begin:?}"));
        }
        // Whoever wakes up late may say late what was acknowledged before the claim: the order of the file decides nothing.
        let mut kept = acknowledged.get(&*begin.name).into_iter().flatten();
        if let Some(lost) = kept.find(|kept| kept.attempt < begin.attempt && kept.step > begin.step) {
            faults.push(format!("an acknowledged checkpoint is lost: {lost:?}, {begin:?}"));
        }
    }
    faults
}

/// Results that have no reason in what clients asked for and in what happened.
pub(super) fn unjustified(history: &History, ledger: &[Entry], effects: &[Effect]) -> Vec<String> {
    let interruptions: HashMap<&str, i64> =
        writes(ledger).map(|(name, _, after)| (name, after.interruptions)).collect();
    let steps: HashSet<(&str, u32)> = effects
        .iter()
        .filter(|effect| effect.what == "step")
        .map(|effect| (&*effect.name, effect.step))
        .collect();
    let mut faults = Vec::new();
    for (name, (call, cancelled, operation)) in history.results() {
        let error = &operation["error"];
        let restarts = call.path == "works";
        let justified = match (error["code"].as_i64(), reason(error)) {
            (None, _) => !call.fails && (1..=call.steps).all(|step| steps.contains(&(name, step))),
            (Some(1), _) => cancelled,
            (Some(4), "OPERATION_DEADLINE_EXCEEDED") => call.timeout_millis > 0,
            (Some(9), _) => call.fails,
            (Some(10), "OPERATION_INTERRUPTED") => !restarts,
            (Some(10), "ATTEMPTS_EXHAUSTED") => {
                restarts && interruptions.get(name).is_some_and(|count| *count >= MAX_ATTEMPTS)
            }
            _ => false,
        };
        if !justified {
            faults.push(format!("without a reason: {operation}, of {call:?}"));
        }
    }
    faults
}
