//! Batches: what fails alone, what is not lost, and what two replicas do to each other.

use super::*;

#[tokio::test]
async fn a_write_that_cannot_be_stored_fails_alone() {
    let (store, _) = store().await;
    create(&store, "operations/a").await;
    let poison = |text: &str| NewRecord { metadata: Any::new("a\0b", ""), ..new(text) };
    let patch = || Patch { metadata: Some(Any::new("a\0b", "")), ..Patch::default() };
    let (good, bad) = (name("operations/a"), name("operations/b"));
    // All that is asked for before the writer has its turn is one batch: this runtime has one thread.
    let (first, poisoned, last, update, other) = tokio::join!(
        biased;
        store.create(new("operations/first"), None),
        store.create(poison("operations/poison"), None),
        store.create(new("operations/last"), None),
        store.update(&good, Guard::Open, cancel()),
        store.update(&bad, Guard::Open, patch()),
    );
    assert!(matches!(poisoned, Err(StoreError::Invalid { .. })), "{poisoned:?}");
    assert!(matches!(other, Err(StoreError::Invalid { .. })), "{other:?}");
    assert!(matches!((&first, &last), (Ok(Created::New(_)), Ok(Created::New(_)))), "{first:?} {last:?}");
    assert!(matches!(update, Ok(Written::Applied(_))), "{update:?}");
    let names = ["operations/first", "operations/poison", "operations/last"].map(name);
    let there: Vec<_> = store.get(&names).await.expect("get").iter().map(Option::is_some).collect();
    assert_eq!(there, [true, false, true]);
}

#[tokio::test]
async fn two_writes_to_one_record_at_once_are_both_kept() {
    let (store, _) = store().await;
    create(&store, "operations/a").await;
    let name = name("operations/a");
    let state = Patch { state: Some("state".into()), ..Patch::default() };
    let half = Any::new("acme.Progress", "half");
    let metadata = Patch { metadata: Some(half.clone()), ..Patch::default() };
    let count = Patch { interruptions: Some(1), ..Patch::default() };
    let written = tokio::join!(
        biased;
        store.update(&name, Guard::Attempt(1), state),
        store.update(&name, Guard::Attempt(1), metadata),
        store.update(&name, Guard::Attempt(1), count),
        store.update(&name, Guard::Open, cancel()),
        store.create(new("operations/a"), None),
        store.create(new("operations/a"), None),
    );
    for written in [written.0, written.1, written.2, written.3] {
        assert!(matches!(written, Ok(Written::Applied(_))), "{written:?}");
    }
    for created in [written.4, written.5] {
        assert!(matches!(created, Ok(Created::Name(_))), "{created:?}");
    }
    let record = store.get(&[name]).await.expect("get").remove(0).expect("it is there");
    assert_eq!((record.interruptions, record.cancel_time.is_some()), (1, true));
    assert_eq!((record.state, record.metadata), (Some("state".into()), half));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_of_two_replicas_never_wait_for_each_other() {
    let server = blocking(Server::start).await;
    let url = in_schema(&server.database(), "crossing");
    let (one, two) = (connect(&url).await, connect(&url).await);
    let names: Vec<_> = (0..500).map(|number| name(&format!("operations/{number:03}"))).collect();
    join_all(names.iter().map(|name| create(&one, name.as_str()))).await;
    for round in 0..20_u8 {
        let update = |store: &PostgresStore, name: &OperationName| {
            let (store, name) = (store.clone(), name.clone());
            let patch = Patch { state: Some(vec![round].into()), ..Patch::default() };
            async move { store.update(&name, Guard::Attempt(1), patch).await.map(drop) }
        };
        let forth = names.iter().map(|name| update(&one, name));
        let back = names.iter().rev().map(|name| update(&two, name));
        let (forth, back) = tokio::join!(join_all(forth), join_all(back));
        for written in forth.into_iter().chain(back) {
            written.expect("update");
        }

        // Keys of one kind, of the other, and of both, which cross.
        let keyed = |store: &PostgresStore, by: &str, number: u8| {
            let key = |number: u8| Some(Key([round, number].repeat(16).try_into().expect("32 bytes")));
            let record = NewRecord {
                request_key: key(number).filter(|_| number % 3 != 1),
                exclusive_key: key(60 - number).filter(|_| !number.is_multiple_of(3)),
                ..new(&format!("operations/{by}-{round}-{number}"))
            };
            let store = store.clone();
            async move { store.create(record, None).await.expect("create") }
        };
        let forth = (0..60).map(|number| keyed(&one, "one", number));
        let back = (0..60).rev().map(|number| keyed(&two, "two", number));
        let (forth, back) = tokio::join!(join_all(forth), join_all(back));
        let created = forth.iter().chain(&back).filter(|created| matches!(created, Created::New(_)));
        assert!(created.count() >= 30);
    }
    assert!(!server.log().contains("deadlock"), "{}", server.log());
}

/// P-188: what one replica ends, another cannot end once more, though both saw it open when they began.
#[tokio::test]
async fn of_two_replicas_that_end_an_operation_one_wins() {
    let (one, url) = store().await;
    let two = connect(&url).await;
    for round in 0..20 {
        let names: Vec<_> = (0..20).map(|number| name(&format!("operations/{round}-{number}"))).collect();
        join_all(names.iter().map(|name| create(&one, name.as_str()))).await;
        let end = async |store: &PostgresStore, name: &OperationName, by: &'static str| {
            let outcome = Some(Outcome::Response(Any::new("acme.By", by)));
            let patch = Patch { outcome, ..Patch::default() };
            store.update(name, Guard::Attempt(1), patch).await.expect("update")
        };
        let ends = |store, by| join_all(names.iter().map(move |name| end(store, name, by)));
        let (by_one, by_two) = tokio::join!(ends(&one, "one"), ends(&two, "two"));
        let records = one.get(&names).await.expect("get");
        for ((by_one, by_two), record) in by_one.iter().zip(&by_two).zip(records) {
            let winner = match (by_one, by_two) {
                (Written::Applied(_), Written::Refused(_)) => "one",
                (Written::Refused(_), Written::Applied(_)) => "two",
                both => panic!("{both:?}"),
            };
            let outcome = record.and_then(|record| record.outcome);
            assert_eq!(outcome, Some(Outcome::Response(Any::new("acme.By", winner))));
        }
    }
}
