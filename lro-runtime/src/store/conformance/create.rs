//! Creation and reading: what goes in comes out, and a name is given once.

use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::Subject;
use super::support::*;
use crate::data::payload::any::Any;
use crate::store::{Created, NewRecord};

/// Everything a record is created with is read back as it was given, and the answer to the creation is the record.
pub async fn a_created_record_reads_back(subject: &mut dyn Subject) {
    let store = subject.store();
    let new = NewRecord {
        name: name("projects/ä/operations/x"),
        method: "acme.disks.v1.Disks/Move".into(),
        restartable: true,
        request: Some(any("request")),
        request_hash: Some([7; 32]),
        request_key: Some(key(1)),
        exclusive_key: Some(key(2)),
        metadata: any("metadata"),
        worker: worker(3),
        attempt: 0,
    };
    let record = created(&*store, new.clone()).await;
    assert_eq!(read(&*store, &new.name).await.as_ref(), Some(&record));
    let given = NewRecord {
        name: record.name,
        method: record.method,
        restartable: record.restartable,
        request: record.request,
        request_hash: record.request_hash,
        request_key: record.request_key,
        exclusive_key: record.exclusive_key,
        metadata: record.metadata,
        worker: record.worker.expect("a new record has a worker"),
        attempt: record.attempt,
    };
    assert_eq!(given, new);
    assert_eq!((record.state, record.interruptions, record.outcome), (None, 0, None));
}

/// Only `create_time` is set at first; it is a whole number of microseconds, as every store keeps them.
pub async fn a_new_record_has_a_create_time_only(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, new("operations/a")).await;
    let since = record.create_time.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    assert_eq!(since.subsec_nanos() % 1000, 0);
    let later =
        [record.end_time, record.expire_time, record.deadline, record.cancel_time, record.remove_time];
    assert_eq!(later, [None; 5]);
}

/// A time limit sets the deadline, counted from the creation.
pub async fn a_time_limit_sets_the_deadline(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created_within(&*store, new("operations/a"), Some(SPAN)).await;
    assert_eq!(record.deadline, Some(record.create_time + SPAN));
    assert_eq!(read(&*store, &record.name).await, Some(record));
}

/// A time limit past the end of time is accepted: it is never reached.
pub async fn an_endless_time_limit_is_accepted(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created_within(&*store, new("operations/a"), Some(Duration::MAX)).await;
    assert_eq!(read(&*store, &record.name).await, Some(record));
}

/// A name that is taken is answered with the record that has it, which stays as it was.
pub async fn a_taken_name_is_answered_with_its_record(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, new("operations/a")).await;
    let again = NewRecord { metadata: any("another"), worker: worker(2), ..new("operations/a") };
    assert_eq!(store.create(again, None).await.expect("create"), Created::Name(record.clone()));
    assert_eq!(read(&*store, &record.name).await, Some(record));
}

/// The name of a removed or expired record is never given again (P-066).
pub async fn the_name_of_a_removed_record_stays_taken(subject: &mut dyn Subject) {
    let store = subject.store();
    let removed = created(&*store, new("operations/removed")).await.name;
    remove(&*store, &removed).await;
    let expired = created(&*store, new("operations/expired")).await.name;
    finish(&*store, &expired, Some(SPAN)).await;
    subject.advance(SPAN).await;
    for taken in [&removed, &expired] {
        match store.create(new(taken.as_str()), None).await.expect("create") {
            Created::Name(record) => assert!(&record.name == taken && record.head().removed, "{record:?}"),
            other => panic!("expected the name to be taken, got {other:?}"),
        }
    }
}

/// Payload bytes survive byte for byte, whatever the type: empty, unknown, not text, four mebibytes (P-018).
pub async fn payloads_survive_byte_for_byte(subject: &mut dyn Subject) {
    let store = subject.store();
    let all: Vec<u8> = (0..=255).collect();
    let cases = [
        Any { type_url: "type.googleapis.com/google.protobuf.Empty".into(), value: Bytes::new() },
        Any { type_url: "".into(), value: Bytes::from_static(b"\0") },
        Any { type_url: "type.example.com/größe/acme.Unknown".into(), value: all.clone().into() },
        Any { type_url: "type.googleapis.com/acme.Large".into(), value: all.repeat(4 << 12).into() },
    ];
    for (number, any) in cases.into_iter().enumerate() {
        let new = NewRecord {
            metadata: any.clone(),
            request: Some(any.clone()),
            ..new(&format!("operations/{number}"))
        };
        let record = created(&*store, new).await;
        assert_eq!((&record.metadata, record.request.as_ref()), (&any, Some(&any)));
        assert_eq!(read(&*store, &record.name).await, Some(record));
    }
}

/// A reading answers in the order of the names, one answer a name, with none for what is not there.
pub async fn get_answers_in_the_order_of_the_names(subject: &mut dyn Subject) {
    let store = subject.store();
    let first = created(&*store, new("operations/a")).await;
    let second = created(&*store, new("projects/p/operations/a")).await;
    let names = [&second.name, &name("operations/none"), &first.name, &second.name].map(Clone::clone);
    let records = store.get(&names).await.expect("get");
    assert_eq!(records, [Some(second.clone()), None, Some(first), Some(second)]);
    assert_eq!(store.get(&[]).await.expect("get"), []);
}

/// A thousand names can be read in one go: the sweep behind Wait reads pages of that size.
pub async fn get_takes_a_thousand_names(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, new("operations/0999")).await;
    let names: Vec<_> = (0..1000).map(|number| name(&format!("operations/{number:04}"))).collect();
    let records = store.get(&names).await.expect("get");
    assert_eq!(records.len(), 1000);
    assert_eq!(records[999], Some(record));
    assert!(records[..999].iter().all(Option::is_none));
}

/// Removed records are read with their `remove_time`; expired ones are not read (P-194).
pub async fn get_shows_removed_and_hides_expired_records(subject: &mut dyn Subject) {
    let store = subject.store();
    let removed = created(&*store, new("operations/removed")).await.name;
    remove(&*store, &removed).await;
    let expired = created(&*store, new("operations/expired")).await.name;
    finish(&*store, &expired, Some(SPAN)).await;
    let kept = created(&*store, new("operations/kept")).await.name;
    finish(&*store, &kept, Some(2 * SPAN)).await;
    let open = created(&*store, new("operations/open")).await.name;

    assert!(read(&*store, &expired).await.is_some(), "not before its time");
    subject.advance(SPAN).await;
    assert!(read(&*store, &removed).await.expect("removed").remove_time.is_some());
    assert_eq!(read(&*store, &expired).await, None);
    assert!(read(&*store, &kept).await.is_some());
    assert!(read(&*store, &open).await.is_some());
}
