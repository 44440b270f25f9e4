//! What the clients saw, and what must be true of it, whatever happened behind it.

use std::collections::{BTreeMap, HashMap, HashSet};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::time::Instant;

/// A call that starts an operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// `works` are restarted when they are interrupted, `tries` fail.
    pub(super) path: &'static str,
    pub(super) request_id: String,
    pub(super) key: String,
    pub(super) steps: u32,
    pub(super) step_millis: u32,
    pub(super) stuck_at: u32,
    pub(super) fails: bool,
    pub(super) heeds_cancel: bool,
    pub(super) timeout_millis: u32,
}

impl Call {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "requestId": self.request_id, "key": self.key, "steps": self.steps, "stepMillis": self.step_millis,
            "stuckAt": self.stuck_at, "fails": self.fails, "heedsCancel": self.heeds_cancel,
            "timeoutMillis": self.timeout_millis,
        })
    }
}

/// One thing that a client saw, or did.
#[derive(Debug)]
pub(super) enum Saw {
    /// The answer of a start: an operation.
    Started(Call, Value),
    /// The answer of a start: an error.
    Refused(Call, Value),
    /// The answer of another call.
    Operation(Value),
    /// NOT_FOUND.
    Gone(String),
    CancelSent(String),
    DeleteSent(String),
    /// A delete was acknowledged.
    Deleted(String),
    /// An answer that nobody should get.
    Strange(Value),
}

#[derive(Debug)]
struct Event {
    sent: Instant,
    answered: Instant,
    saw: Saw,
}

/// Everything that the clients saw.
#[derive(Debug, Default)]
pub(super) struct History {
    events: Vec<Event>,
    /// What was acknowledged, in its order.
    names: Vec<String>,
    /// Acknowledged calls that may be sent again.
    repeatable: Vec<Call>,
    /// What is seen to be done, or gone.
    over: HashSet<String>,
    number: u64,
}

fn name(operation: &Value) -> &str {
    operation["name"].as_str().unwrap_or_default()
}

/// The reason of an error, `OPERATION_IN_PROGRESS`.
pub(super) fn reason(error: &Value) -> &str {
    error["details"][0]["reason"].as_str().unwrap_or_default()
}

/// The operation that an error names.
fn named(error: &Value) -> &str {
    error["details"][0]["metadata"]["name"].as_str().unwrap_or_default()
}

impl History {
    pub(super) fn add(&mut self, sent: Instant, answered: Instant, saw: Saw) {
        match &saw {
            Saw::Started(call, operation) => {
                let name = name(operation).to_owned();
                if !self.names.contains(&name) {
                    if !call.request_id.is_empty() {
                        self.repeatable.push(call.clone());
                    }
                    self.names.push(name);
                }
            }
            Saw::Operation(operation) if operation["done"] == true => {
                self.over.insert(name(operation).to_owned());
            }
            Saw::Gone(name) => {
                self.over.insert(name.clone());
            }
            _ => {}
        }
        self.events.push(Event { sent, answered, saw });
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }

    /// A name, one of the last ones mostly.
    pub(super) fn any_name(&self, rng: &mut Rng) -> Option<String> {
        let recent = if rng.bool() { self.names.len().saturating_sub(30) } else { 0 };
        rng.choice(&self.names[recent..]).cloned()
    }

    pub(super) fn any_call(&self, rng: &mut Rng) -> Option<Call> {
        rng.choice(&self.repeatable).cloned()
    }

    pub(super) fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// How many operations may not be over yet.
    pub(super) fn open(&self) -> usize {
        self.names.len().saturating_sub(self.over.len())
    }

    pub(super) fn is_over(&self, name: &str) -> bool {
        self.over.contains(name)
    }

    pub(super) fn started(&self) -> usize {
        self.names.len()
    }

    /// The result that was seen of each acknowledged operation, with its call and whether a cancel was sent.
    pub(super) fn results(&self) -> BTreeMap<&str, (&Call, bool, &Value)> {
        let mut calls = HashMap::new();
        let mut cancels = HashSet::new();
        let mut results = BTreeMap::new();
        for event in &self.events {
            match &event.saw {
                Saw::Started(call, operation) => {
                    calls.insert(name(operation), call);
                }
                Saw::CancelSent(name) => {
                    cancels.insert(&**name);
                }
                _ => {}
            }
        }
        for (_, _, operation) in self.readings() {
            let Some(call) = calls.get(name(operation)) else { continue };
            if operation["done"] == true {
                let cancelled = cancels.contains(name(operation));
                results.insert(name(operation), (*call, cancelled, operation));
            }
        }
        results
    }

    /// Every reading of an operation, with when it was asked for and answered.
    fn readings(&self) -> impl Iterator<Item = (Instant, Instant, &Value)> {
        self.events.iter().filter_map(|event| match &event.saw {
            Saw::Started(_, operation) | Saw::Operation(operation) => {
                Some((event.sent, event.answered, operation))
            }
            _ => None,
        })
    }

    pub(super) fn counts(&self) -> String {
        let count = |is: fn(&Saw) -> bool| self.events.iter().filter(|event| is(&event.saw)).count();
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for (_, _, operation) in self.results().values() {
            let error = &operation["error"];
            let end =
                if error.is_object() { format!("{} {}", error["code"], reason(error)) } else { "ok".into() };
            *ends.entry(end).or_default() += 1;
        }
        format!(
            "{} operations, {} answers, {} cancels, {} deletes, {} refusals; ends: {ends:?}",
            self.names.len(),
            self.events.len(),
            count(|saw| matches!(saw, Saw::CancelSent(_))),
            count(|saw| matches!(saw, Saw::Deleted(_))),
            count(|saw| matches!(saw, Saw::Refused(..))),
        )
    }

    /// What clients saw and must never see.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = self.faults_of_each();
        faults.extend(self.faults_of_deletes());
        faults.extend(self.faults_of_request_ids());
        faults.extend(self.faults_of_keys());
        for event in &self.events {
            if let Saw::Strange(answer) = &event.saw {
                faults.push(format!("a strange answer: {answer}"));
            }
        }
        faults
    }

    /// Done is done, with one result; and what is shown of the progress does not go back.
    fn faults_of_each(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut readings: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for reading in self.readings() {
            readings.entry(name(reading.2)).or_default().push(reading);
        }
        for (name, mut readings) in readings {
            readings.sort_by_key(|(_, answered, _)| *answered);
            let done = readings.iter().find(|(_, _, operation)| operation["done"] == true);
            if let Some((_, done_at, first)) = done {
                for (sent, _, operation) in &readings {
                    if operation["done"] != true {
                        if sent > done_at {
                            faults.push(format!("{name} was done, and then not: {operation}"));
                        }
                    } else if operation != first {
                        faults.push(format!("{name} was {first}, and then {operation}"));
                    }
                }
            }
            let progress = |operation: &Value| {
                let number = |field: &str| operation["metadata"][field].as_u64().unwrap_or_default();
                (number("attempt"), number("step"))
            };
            // The most that was answered before a reading was asked for: readings that overlap may come in any order.
            let mut by_sent = readings.clone();
            by_sent.sort_by_key(|(sent, _, _)| *sent);
            let mut answered = readings.iter().peekable();
            let (mut attempt, mut step) = (0, 0);
            for (sent, _, operation) in by_sent {
                while let Some((_, _, earlier)) = answered.next_if(|(_, answered, _)| *answered < sent) {
                    let (earlier_attempt, earlier_step) = progress(earlier);
                    (attempt, step) = (earlier_attempt.max(attempt), earlier_step.max(step));
                }
                let now = progress(operation);
                if now.0 < attempt || now.1 < step {
                    faults.push(format!("{name} was at {attempt} and {step}, and then: {operation}"));
                }
            }
        }
        faults
    }

    /// What is deleted stays away, and nothing else is ever away.
    fn faults_of_deletes(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut sent: HashMap<&str, Instant> = HashMap::new();
        let mut deleted: HashMap<&str, Instant> = HashMap::new();
        for event in &self.events {
            match &event.saw {
                Saw::DeleteSent(name) => {
                    sent.entry(name).or_insert(event.sent);
                }
                Saw::Deleted(name) => {
                    deleted.entry(name).or_insert(event.answered);
                }
                Saw::Gone(name) => match sent.get(&**name) {
                    Some(deleted) if *deleted <= event.answered => {}
                    _ => faults.push(format!("{name} is gone, and nobody has deleted it")),
                },
                _ => {}
            }
        }
        for (sent, _, operation) in self.readings() {
            if deleted.get(name(operation)).is_some_and(|deleted| sent > *deleted) {
                faults.push(format!("it was deleted, and is there: {operation}"));
            }
        }
        faults
    }

    /// A request id is of one operation, and is spent with it.
    fn faults_of_request_ids(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names: HashMap<&str, &str> = HashMap::new();
        let mut deletes: HashSet<&str> = HashSet::new();
        for event in &self.events {
            match &event.saw {
                Saw::Started(call, operation) if !call.request_id.is_empty() => {
                    let known = names.entry(&call.request_id).or_insert(name(operation));
                    if *known != name(operation) {
                        faults.push(format!("{} is of {known} and of {}", call.request_id, name(operation)));
                    }
                }
                Saw::DeleteSent(name) => {
                    deletes.insert(name);
                }
                Saw::Refused(call, answer) => {
                    let error = &answer["error"];
                    match reason(error) {
                        "OPERATION_IN_PROGRESS" if !call.key.is_empty() => {}
                        "REQUEST_ID_SPENT"
                            if deletes.contains(named(error))
                                && names.get(&*call.request_id).is_none_or(|name| *name == named(error)) => {}
                        _ => faults.push(format!("{call:?} was refused: {answer}")),
                    }
                }
                _ => {}
            }
        }
        faults
    }

    /// One live operation a key: what was seen alive under the same key was never alive at the same time, and who has the key is not
    /// known to be done.
    fn faults_of_keys(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut keys: HashMap<&str, (&str, &str)> = HashMap::new();
        for event in &self.events {
            if let Saw::Started(call, operation) = &event.saw
                && !call.key.is_empty()
            {
                keys.insert(name(operation), (call.path, &call.key));
            }
        }
        // From the first reading that was answered to the last one that was asked for, an operation was alive.
        let mut lives: HashMap<&str, (Instant, Instant)> = HashMap::new();
        let mut done: HashMap<&str, Instant> = HashMap::new();
        for (sent, answered, operation) in self.readings() {
            if operation["done"] == true {
                let at = done.entry(name(operation)).or_insert(answered);
                *at = answered.min(*at);
            } else if keys.contains_key(name(operation)) {
                let life = lives.entry(name(operation)).or_insert((answered, sent));
                *life = (life.0.min(answered), life.1.max(sent));
            }
        }
        let mut lives: Vec<_> = lives.into_iter().filter(|(_, (from, to))| from < to).collect();
        lives.sort_by_key(|(name, (from, _))| (keys[name], *from));
        for pair in lives.windows(2) {
            let [(first, (_, to)), (second, (from, _))] = pair else { continue };
            if keys[first] == keys[second] && from < to {
                faults.push(format!("{first} and {second} were alive at a time, under {:?}", keys[first]));
            }
        }
        for event in &self.events {
            let Saw::Refused(call, answer) = &event.saw else { continue };
            let error = &answer["error"];
            if reason(error) != "OPERATION_IN_PROGRESS" {
                continue;
            }
            let holder = named(error);
            if keys.get(holder).is_some_and(|key| *key != (call.path, &*call.key)) {
                faults.push(format!("{call:?} was refused for {holder}, which has another key"));
            }
            if done.get(holder).is_some_and(|done| *done < event.sent) {
                faults.push(format!("{call:?} was refused for {holder}, which was done"));
            }
        }
        faults
    }
}
