//! What clients may list: the population, the order, pages that neither skip nor repeat.

use super::Subject;
use super::support::*;
use crate::data::operation::Outcome;
use crate::store::{Conditions, Cursor, Guard, Patch, Query, Record, Store};

fn public(parent: Option<&str>) -> Query {
    Query::Public {
        parent: parent.map(Into::into),
        conditions: Conditions::default(),
        after: None,
        limit: 100,
    }
}

async fn page(store: &dyn Store, parent: Option<&str>, after: Option<&Record>, limit: usize) -> Vec<Record> {
    let after = after.map(|record| Cursor { create_time: record.create_time, name: record.name.clone() });
    let query =
        Query::Public { parent: parent.map(Into::into), conditions: Conditions::default(), after, limit };
    store.list(&query).await.expect("list")
}

/// The newest record comes first (P-119).
pub async fn the_newest_record_is_listed_first(subject: &mut dyn Subject) {
    let store = subject.store();
    for text in ["operations/b", "operations/c", "operations/a"] {
        created(&*store, new(text)).await;
        subject.advance(SPAN).await;
    }
    let listed = listed(&*store, public(Some(""))).await;
    assert_eq!(listed, ["operations/a", "operations/c", "operations/b"]);
}

/// Records of one instant are listed by name, descending: the order is total, whatever the clock does (P-119).
pub async fn the_order_is_total(subject: &mut dyn Subject) {
    let store = subject.store();
    for text in ["operations/b", "operations/ä", "operations/a/b", "operations/a"] {
        created(&*store, new(text)).await;
    }
    let records = page(&*store, Some(""), None, 100).await;
    assert_eq!(records.len(), 4);
    let places: Vec<_> = records.iter().map(|record| (record.create_time, &record.name)).collect();
    assert!(places.is_sorted_by(|a, b| a > b), "{places:?}");
}

/// A listed record is the whole record: what Get answers (P-113).
pub async fn a_listed_record_is_complete(subject: &mut dyn Subject) {
    let store = subject.store();
    let name = created(&*store, new("operations/a")).await.name;
    finish(&*store, &name, None).await;
    let record = read(&*store, &name).await.expect("record");
    assert_eq!(page(&*store, Some(""), None, 100).await, [record]);
}

/// A parent is matched by whole segments: `projects/1` is not `projects/10` (P-110).
pub async fn a_parent_is_matched_by_whole_segments(subject: &mut dyn Subject) {
    let store = subject.store();
    for text in ["projects/1/operations/a", "projects/10/operations/b", "projects/1/zones/z/operations/c"] {
        created(&*store, new(text)).await;
    }
    assert_eq!(listed(&*store, public(Some("projects/1"))).await, ["projects/1/operations/a"]);
    for parent in ["projects", "projects/", "projects/100", "projects/_", "projects/%", "Projects/1"] {
        assert_eq!(listed(&*store, public(Some(parent))).await, [""; 0], "{parent}");
    }
}

/// The root is a parent of its own; no parent at all is everywhere, in the same order (P-109).
pub async fn the_root_is_not_everywhere(subject: &mut dyn Subject) {
    let store = subject.store();
    let texts = [
        "projects/p/operations/1",
        "operations/2",
        "projects/q/operations/3",
        "operations/4",
        "projects/p/operations/5",
    ];
    for text in texts {
        created(&*store, new(text)).await;
        subject.advance(SPAN / 10).await;
    }
    assert_eq!(listed(&*store, public(Some(""))).await, ["operations/4", "operations/2"]);
    let newest_first: Vec<_> = texts.into_iter().rev().collect();
    assert_eq!(listed(&*store, public(None)).await, newest_first);

    let mut paged: Vec<Record> = Vec::new();
    loop {
        let next = page(&*store, None, paged.last(), 2).await;
        if next.is_empty() {
            break;
        }
        paged.extend(next);
    }
    assert_eq!(paged.iter().map(|record| record.name.as_str()).collect::<Vec<_>>(), newest_first);
}

/// Removed and expired records are not listed, anywhere; others are, open or done.
pub async fn removed_and_expired_records_are_not_listed(subject: &mut dyn Subject) {
    let store = subject.store();
    let removed = created(&*store, new("operations/removed")).await.name;
    remove(&*store, &removed).await;
    let expired = created(&*store, new("operations/expired")).await.name;
    finish(&*store, &expired, Some(SPAN)).await;
    let kept = created(&*store, new("operations/kept")).await.name;
    finish(&*store, &kept, None).await;
    created(&*store, new("operations/open")).await;
    subject.advance(SPAN).await;
    for parent in [Some(""), None] {
        let mut names = listed(&*store, public(parent)).await;
        names.sort_unstable();
        assert_eq!(names, ["operations/kept", "operations/open"]);
    }
}

/// Only done, or only open, records are listed when that is asked.
pub async fn done_and_open_records_can_be_told_apart(subject: &mut dyn Subject) {
    let store = subject.store();
    let done = created(&*store, new("operations/done")).await.name;
    finish(&*store, &done, None).await;
    created(&*store, new("operations/open")).await;
    for parent in [Some(String::new()), None] {
        for (wanted, expected) in [(true, "operations/done"), (false, "operations/open")] {
            let conditions = Conditions { done: Some(wanted), ..Conditions::default() };
            assert_eq!(selected(&*store, parent.clone(), conditions).await, [expected]);
        }
    }
}

async fn selected(store: &dyn Store, parent: Option<String>, conditions: Conditions) -> Vec<String> {
    listed(store, Query::Public { parent, conditions, after: None, limit: 100 }).await
}

/// Records are told apart by when they were created, both ends included.
pub async fn records_are_selected_by_creation(subject: &mut dyn Subject) {
    let store = subject.store();
    let mut times = Vec::new();
    for number in 0..4 {
        times.push(created(&*store, new(&format!("operations/{number}"))).await.create_time);
        subject.advance(SPAN / 10).await;
    }
    for parent in [Some(String::new()), None] {
        for (from, to, expected) in [
            (Some(1), Some(2), &["operations/2", "operations/1"][..]),
            (Some(3), None, &["operations/3"]),
            (None, Some(0), &["operations/0"]),
            (Some(2), Some(1), &[]),
        ] {
            let created_from = from.map(|index: usize| times[index]);
            let created_to = to.map(|index: usize| times[index]);
            let conditions = Conditions { created_from, created_to, ..Conditions::default() };
            assert_eq!(selected(&*store, parent.clone(), conditions).await, expected);
        }
    }
}

/// Records are told apart by the types of their metadata and of their response. An error is no response.
pub async fn records_are_selected_by_type(subject: &mut dyn Subject) {
    let store = subject.store();
    let record = created(&*store, new("operations/answered")).await;
    finish(&*store, &record.name, None).await;
    let answered = read(&*store, &record.name).await.expect("record");
    let Some(Outcome::Response(response)) = answered.outcome else { panic!("{answered:?}") };
    let failed = created(&*store, new("operations/failed")).await.name;
    let error = Patch { outcome: Some(failure("no")), ..Patch::default() };
    applied(&*store, &failed, Guard::Attempt(1), error).await;
    let mut other = new("operations/other");
    other.metadata.type_url = "type.googleapis.com/lro.Other".into();
    let other = created(&*store, other).await.metadata.type_url;
    let metadata_type = Some(other);
    let conditions = Conditions { metadata_type, ..Conditions::default() };
    assert_eq!(selected(&*store, None, conditions).await, ["operations/other"]);
    let response_type = Some(response.type_url.clone());
    let conditions = Conditions { response_type, ..Conditions::default() };
    assert_eq!(selected(&*store, Some(String::new()), conditions).await, ["operations/answered"]);
    let response_type = Some("type.googleapis.com/lro.Unknown".into());
    let conditions = Conditions { response_type, ..Conditions::default() };
    assert_eq!(selected(&*store, None, conditions).await, [""; 0]);
}

/// Pages cover everything once, whatever their size, and the last may be exactly full (P-116, P-118).
pub async fn pages_cover_everything_once(subject: &mut dyn Subject) {
    let store = subject.store();
    for number in 0..12 {
        created(&*store, new(&format!("operations/{number:02}"))).await;
        if number % 5 == 0 {
            subject.advance(SPAN / 10).await;
        }
    }
    let all = page(&*store, Some(""), None, 100).await;
    assert_eq!(all.len(), 12);
    for size in [1, 5, 6, 12] {
        let mut paged: Vec<Record> = Vec::new();
        while paged.len() < 12 {
            let next = page(&*store, Some(""), paged.last(), size).await;
            assert_eq!(next.len(), size.min(12 - paged.len()));
            paged.extend(next);
        }
        assert_eq!(paged, all);
        assert_eq!(page(&*store, Some(""), paged.last(), size).await, []);
    }
    assert_eq!(page(&*store, Some(""), None, 0).await, []);
}

/// What is created or removed between two pages neither hides nor repeats the records that stay (P-119).
pub async fn pages_survive_what_happens_between_them(subject: &mut dyn Subject) {
    let store = subject.store();
    let mut names = Vec::new();
    for number in 0..6 {
        names.push(created(&*store, new(&format!("operations/{number}"))).await.name);
        subject.advance(SPAN / 10).await;
    }
    let first = page(&*store, Some(""), None, 2).await;
    assert_eq!(first.iter().map(|record| &record.name).collect::<Vec<_>>(), [&names[5], &names[4]]);
    // The record at which the page ended, one that is still to come, and one before all.
    remove(&*store, &names[4]).await;
    remove(&*store, &names[2]).await;
    created(&*store, new("operations/newest")).await;
    let second = page(&*store, Some(""), first.last(), 2).await;
    assert_eq!(second.iter().map(|record| &record.name).collect::<Vec<_>>(), [&names[3], &names[1]]);
    let third = page(&*store, Some(""), second.last(), 2).await;
    assert_eq!(third.iter().map(|record| &record.name).collect::<Vec<_>>(), [&names[0]]);
}
