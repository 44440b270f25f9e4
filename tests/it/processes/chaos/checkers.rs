//! The checkers find what they are there for: each is shown one fault of every kind, and nothing is wrong with the same story without it.

use std::time::Duration;

use prost::Message as _;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::audit;
use super::history::{Call, History, Saw};
use crate::processes::ledger::Entry;
use crate::processes::site::Effect;
use crate::worker_messages::{Kept, WorkMetadata, WorkResponse};

fn call(request_id: &str, key: &str) -> Call {
    Call {
        path: "works",
        request_id: request_id.into(),
        key: key.into(),
        steps: 1,
        step_millis: 1,
        stuck_at: 0,
        fails: false,
        heeds_cancel: false,
        timeout_millis: 0,
    }
}

fn open(name: &str, step: u32) -> Value {
    json!({ "name": name, "metadata": { "attempt": 1, "step": step } })
}

fn done(name: &str, nonce: &str) -> Value {
    json!({ "name": name, "metadata": { "attempt": 1, "step": 1 }, "done": true, "response": { "nonce": nonce } })
}

fn refused(reason: &str, name: &str) -> Value {
    json!({ "error": { "code": 409, "details": [{ "reason": reason, "metadata": { "name": name } }] } })
}

/// What clients saw, one after the other, and which kind of fault is found.
fn assert_seen(story: Vec<Saw>, fault: Option<&str>) {
    let mut history = History::default();
    let begin = Instant::now();
    for (number, saw) in story.into_iter().enumerate() {
        let sent = begin + Duration::from_millis(10 * number as u64);
        history.add(sent, sent + Duration::from_millis(5), saw);
    }
    assert_found(&history.faults(), fault);
}

fn assert_found(faults: &[String], fault: Option<&str>) {
    match fault {
        Some(fault) => assert!(faults.iter().any(|found| found.contains(fault)), "{fault}: {faults:?}"),
        None => assert!(faults.is_empty(), "{faults:?}"),
    }
}

#[test]
fn what_clients_must_never_see_is_found() {
    let started = |name| Saw::Started(call("", ""), open(name, 0));
    let read = Saw::Operation;
    assert_seen(vec![started("a"), read(open("a", 1)), read(done("a", "x")), read(done("a", "x"))], None);
    assert_seen(vec![started("a"), read(done("a", "x")), read(open("a", 1))], Some("and then not"));
    assert_seen(vec![started("a"), read(done("a", "x")), read(done("a", "y"))], Some("and then"));
    assert_seen(vec![started("a"), read(open("a", 2)), read(open("a", 1))], Some("was at 1 and 2"));

    let (sent, deleted, gone) =
        (|| Saw::DeleteSent("a".into()), || Saw::Deleted("a".into()), || Saw::Gone("a".into()));
    assert_seen(vec![started("a"), sent(), deleted(), gone()], None);
    assert_seen(vec![started("a"), sent(), deleted(), read(open("a", 0))], Some("it was deleted"));
    assert_seen(vec![started("a"), gone()], Some("nobody has deleted it"));
    assert_seen(vec![Saw::Strange(json!({}))], Some("a strange answer"));

    let asked = |name| Saw::Started(call("r", ""), open(name, 0));
    assert_seen(vec![asked("a"), asked("a")], None);
    assert_seen(vec![asked("a"), asked("b")], Some("is of a and of b"));
    let spent = || Saw::Refused(call("r", ""), refused("REQUEST_ID_SPENT", "a"));
    assert_seen(vec![asked("a"), sent(), spent()], None);
    assert_seen(vec![asked("a"), spent()], Some("was refused"));

    let keyed = |name| Saw::Started(call("", "k"), open(name, 0));
    let busy = |name| Saw::Refused(call("", "k"), refused("OPERATION_IN_PROGRESS", name));
    assert_seen(vec![keyed("a"), read(open("a", 0)), busy("a"), read(done("a", "x")), keyed("b")], None);
    assert_seen(
        vec![keyed("a"), keyed("b"), read(open("a", 0)), read(open("b", 0))],
        Some("alive at a time"),
    );
    assert_seen(vec![keyed("a"), read(done("a", "x")), busy("a")], Some("which was done"));
}

/// The first attempt's checkpoint, as a record keeps it.
fn kept(step: u32) -> Vec<u8> {
    let value = Kept { attempt: 1, step }.encode_to_vec();
    prost_types::Any { type_url: String::new(), value }.encode_to_vec()
}

/// An operation of worker 1 that goes on at attempt 1, with the first step kept.
fn running() -> Entry {
    Entry {
        what: "write".into(),
        name: Some("a".into()),
        worker: Some(vec![1]),
        attempt: 1,
        interruptions: 0,
        metadata: WorkMetadata { attempt: 1, step: 1 }.encode_to_vec(),
        state: Some(kept(1)),
        response: None,
        done: false,
        cancelled: false,
        removed: false,
        exclusive_key: Some(vec![7]),
    }
}

fn ended(before: Entry, attempt: u32, nonce: &str) -> Entry {
    let response = WorkResponse { attempt, restored: 0, shown: 0, nonce: nonce.into() };
    Entry { done: true, response: Some(response.encode_to_vec()), ..before }
}

/// It was created, and ran: then this was written, and this was done.
fn assert_written(then: Vec<Entry>, did: &[(&str, u32, u32)], fault: Option<&str>) {
    let created = Entry { what: "create".into(), state: None, metadata: Vec::new(), ..running() };
    let ledger = [vec![created, running()], then].concat();
    let effect = |&(what, attempt, step): &(&str, u32, u32)| Effect {
        what: what.into(),
        name: "a".into(),
        attempt,
        step,
    };
    let did: Vec<_> = [("begin", 1, 0), ("step", 1, 1)].iter().chain(did).map(effect).collect();
    assert_found(&audit::faults(&ledger, &did), fault);
}

#[test]
fn what_must_never_be_written_or_done_is_found() {
    let condemned = || Entry { what: "condemn".into(), name: None, exclusive_key: None, ..running() };
    let claimed = || Entry { worker: Some(vec![2]), attempt: 2, interruptions: 1, ..running() };
    let again = || vec![condemned(), claimed()];
    let then = |mut entries: Vec<Entry>, last: Entry| {
        entries.push(last);
        entries
    };
    let end = ended(claimed(), 2, "x");
    let purged = Entry { what: "purge".into(), ..end.clone() };

    assert_written(
        then(then(again(), end.clone()), purged.clone()),
        &[("begin", 2, 1), ("step", 2, 2)],
        None,
    );
    assert_written(vec![claimed()], &[], Some("I4"));
    let leapt = Entry { attempt: 3, ..claimed() };
    assert_written(vec![condemned(), leapt], &[], Some("I3"));
    let late = Entry { metadata: WorkMetadata { attempt: 1, step: 2 }.encode_to_vec(), ..claimed() };
    assert_written(then(again(), late), &[], Some("another attempt's progress"));
    let late = Entry { state: Some(kept(2)), ..claimed() };
    assert_written(then(again(), late), &[], Some("another attempt's checkpoint"));
    assert_written(then(again(), ended(claimed(), 1, "x")), &[], Some("another attempt's response"));
    let twice = ended(claimed(), 2, "y");
    assert_written(then(then(again(), end.clone()), twice), &[], Some("a second end"));
    assert_written(then(then(again(), end.clone()), claimed()), &[], Some("a second end"));
    assert_written(then(again(), Entry { what: "create".into(), ..claimed() }), &[], Some("I9"));
    let unfinished = Entry { what: "purge".into(), ..claimed() };
    assert_written(then(again(), unfinished), &[], Some("while it was open"));
    let removed = Entry { removed: true, ..running() };
    assert_written(vec![removed, running()], &[], Some("I9"));
    let other = Entry { what: "create".into(), name: Some("b".into()), ..running() };
    assert_written(vec![other], &[], Some("I6"));

    assert_written(again(), &[("begin", 2, 0)], Some("from elsewhere"));
    assert_written(again(), &[("begin", 2, 1), ("begin", 2, 1)], Some("twice"));
    assert_written(again(), &[("kept", 1, 1), ("begin", 2, 1)], None);
    assert_written(again(), &[("begin", 2, 1), ("kept", 1, 2)], Some("checkpoint is lost"));
    assert_written(again(), &[("begin", 3, 1)], Some("nobody claimed"));
    let cancelled = Entry { cancelled: true, ..running() };
    let claimed_then = Entry { cancelled: true, ..claimed() };
    assert_written(vec![cancelled, condemned(), claimed_then], &[("begin", 2, 1)], Some("I7"));
}
