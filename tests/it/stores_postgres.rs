//! What only a store on a server can get wrong: the server goes away, others write at the same time, batches have mates.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use lro_runtime::store::{
    Change, Changes, Created, Cursor, Guard, Key, NewRecord, Patch, PostgresStore, Query, Store, StoreError,
    WorkerId, Written,
};
use lro_runtime::{Any, OperationName, Operations, Outcome};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::support::postgres::{Server, Sql, blocking, database, fresh_schema, in_schema};

fn name(text: &str) -> OperationName {
    text.parse().expect("a valid name")
}

fn new(text: &str) -> NewRecord {
    NewRecord {
        name: name(text),
        method: "acme.disks.v1.Disks/Copy".into(),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("acme.disks.v1.Metadata", vec![7; 100]),
        worker: WorkerId(Uuid::from_u128(1)),
        attempt: 1,
    }
}

async fn connect(url: &str) -> PostgresStore {
    PostgresStore::connect(url).await.expect("the store opens")
}

async fn create(store: &PostgresStore, text: &str) {
    let created = store.create(new(text), None).await.expect("create");
    assert!(matches!(created, Created::New(_)), "{created:?}");
}

fn cancel() -> Patch {
    Patch { cancel: true, ..Patch::default() }
}

/// Waits for the next change, as long as it takes a slow machine.
async fn next(changes: &mut dyn Changes) -> Change {
    tokio::time::timeout(Duration::from_secs(30), changes.next()).await.expect("a change is told")
}

#[tokio::test]
async fn calls_are_unavailable_while_the_server_is_away_and_work_again_when_it_is_back() {
    let server = blocking(Server::start).await;
    let store = connect(&in_schema(&server.database(), "away")).await;
    create(&store, "operations/before").await;
    let mut changes = store.changes();
    server.stop().await;

    let worker = WorkerId(Uuid::from_u128(1));
    for _ in 0..2 {
        let failures = [
            store.create(new("operations/meanwhile"), None).await.map(drop),
            store.update(&name("operations/before"), Guard::Open, cancel()).await.map(drop),
            store.get(&[name("operations/before")]).await.map(drop),
            store.renew(worker, &[], Duration::from_secs(1), true).await.map(drop),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(StoreError::Unavailable { .. })), "{failure:?}");
        }
    }
    server.start_again().await;

    assert_eq!(next(&mut *changes).await, Change::Lost);
    let written = store.update(&name("operations/before"), Guard::Open, cancel()).await.expect("update");
    assert!(matches!(written, Written::Applied(_)), "{written:?}");
    assert_eq!(next(&mut *changes).await, Change::Touched(vec![name("operations/before").hash64()]));
    create(&store, "operations/after").await;
}

/// A store in a schema of its own, on the server that the tests share.
async fn store() -> (PostgresStore, String) {
    let url = fresh_schema().await;
    (connect(&url).await, url)
}

/// The value of the last option of a URL.
fn last(url: &str) -> &str {
    url.rsplit('=').next().unwrap_or_default()
}

/// The error of an open that must fail, as whoever starts the program reads it.
async fn refusal(url: &str) -> String {
    match Operations::open(url).await {
        Ok(_) => panic!("the store does not open"),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_schema_may_have_any_name() {
    let database = blocking(database).await;
    let sql = Sql::connect(&database).await;
    let mut channels = Vec::new();
    for schema in ["größer \"than\" 'all'; DROP SCHEMA public; --", "%s $1 \\ \t", &"x".repeat(63)] {
        let url = in_schema(&database, schema);
        let store = connect(&url).await;
        let mut changes = store.changes();
        create(&store, "operations/a").await;
        store.update(&name("operations/a"), Guard::Open, cancel()).await.expect("update");
        assert_eq!(
            next(&mut *changes).await,
            Change::Touched(vec![name("operations/a").hash64()]),
            "{schema}"
        );
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = $1";
        let tables: i64 = sql.query_one(tables, &[&schema]).await.expect("a count").get(0);
        assert_eq!(tables, 4, "{schema}");
        channels.push(changes);
    }
    assert!(refusal(&in_schema(&database, &"x".repeat(64))).await.contains("schema"));
}

#[tokio::test]
async fn two_schemas_of_a_database_are_two_stores() {
    let ((one, _), (two, _)) = tokio::join!(store(), store());
    let mut changes = two.changes();
    create(&one, "operations/a").await;
    one.update(&name("operations/a"), Guard::Open, cancel()).await.expect("update");
    create(&two, "operations/a").await;
    create(&two, "operations/b").await;
    two.update(&name("operations/b"), Guard::Open, cancel()).await.expect("update");
    assert_eq!(next(&mut *changes).await, Change::Touched(vec![name("operations/b").hash64()]));
}

#[tokio::test]
async fn replicas_that_start_at_once_on_an_empty_database_make_one_store() {
    let url = fresh_schema().await;
    let mut replicas = JoinSet::new();
    for _ in 0..6 {
        let url = url.clone();
        replicas.spawn(async move { connect(&url).await.secret().await.expect("a secret") });
    }
    let secrets = replicas.join_all().await;
    assert!(secrets.iter().all(|secret| *secret == secrets[0]));
}

#[tokio::test]
async fn tables_of_a_newer_release_and_of_somebody_else_are_left_alone() {
    let (store, url) = store().await;
    drop(store);
    let schema = last(&url);
    let sql = Sql::connect(&blocking(database).await).await;
    sql.batch_execute(&format!("UPDATE {schema}.lro_meta SET version = 99")).await.expect("SQL");
    let text = refusal(&url).await;
    assert!(text.contains(schema) && text.contains("newer release (schema 99"), "{text}");

    sql.batch_execute(&format!("ALTER TABLE {schema}.lro_meta RENAME version TO colour")).await.expect("SQL");
    let text = refusal(&url).await;
    assert!(text.contains("not this library's"), "{text}");
}

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
    let claim = Patch { attempt: Some(2), ..Patch::default() };
    // The last one only passes after the one before it.
    let late = Patch { interruptions: Some(1), ..Patch::default() };
    let written = tokio::join!(
        biased;
        store.update(&name, Guard::Attempt(1), state),
        store.update(&name, Guard::Attempt(1), metadata),
        store.update(&name, Guard::Attempt(1), claim),
        store.update(&name, Guard::Attempt(2), late),
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
    assert_eq!((record.attempt, record.interruptions), (2, 1));
    assert_eq!((record.state, record.metadata), (Some("state".into()), half));
}

#[tokio::test]
async fn changes_are_told_to_every_replica() {
    let (one, url) = store().await;
    let two = connect(&url).await;
    let mut changes = two.changes();
    let names: Vec<_> = (0..300).map(|number| name(&format!("operations/{number}"))).collect();
    let creates = names.iter().map(|name| create(&one, name.as_str()));
    join_all(creates).await;
    let cancels = names.iter().map(|name| one.update(name, Guard::Open, cancel()));
    let mut missing: HashSet<_> = names.iter().map(OperationName::hash64).collect();
    let told = async {
        while !missing.is_empty() {
            match next(&mut *changes).await {
                Change::Touched(hashes) => hashes.iter().for_each(|hash| assert!(missing.remove(hash))),
                Change::Lost => panic!("nothing was lost"),
            }
        }
    };
    tokio::join!(join_all(cancels), told);
}

#[tokio::test]
async fn a_listener_that_is_cut_off_says_so_and_goes_on() {
    let url = format!("{}&application_name={}", fresh_schema().await, Uuid::new_v4());
    let store = connect(&url).await;
    create(&store, "operations/a").await;
    let mut changes = store.changes();
    let sql = Sql::connect(&blocking(database).await).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = $1 AND query LIKE 'LISTEN %'";
    let count: i64 = sql.query_one(cut, &[&last(&url)]).await.expect("SQL").get(0);
    assert_eq!(count, 1);
    // What happens meanwhile is not told, unless the listener is back already.
    store.update(&name("operations/a"), Guard::Open, cancel()).await.expect("update");
    assert_eq!(next(&mut *changes).await, Change::Lost);
    store.update(&name("operations/a"), Guard::Open, cancel()).await.expect("update");
    assert_eq!(next(&mut *changes).await, Change::Touched(vec![name("operations/a").hash64()]));
}

/// A connection that ends while it commits: nobody can tell whether the write happened.
#[tokio::test]
async fn a_write_whose_connection_ends_may_have_been_applied() {
    let (store, url) = store().await;
    let name = name("operations/a");
    create(&store, name.as_str()).await;
    let schema = last(&url);
    let database = blocking(database).await;
    let (holder, killer) = (Sql::connect(&database).await, Sql::connect(&database).await);
    let row = format!("SELECT FROM {schema}.lro_operation FOR UPDATE");
    let pid: i32 = holder.query_one("SELECT pg_backend_pid()", &[]).await.expect("SQL").get(0);
    holder.batch_execute("BEGIN").await.expect("SQL");
    holder.execute(&row, &[]).await.expect("SQL");
    let cut = async {
        let blocked = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))";
        while killer.query_one(blocked, &[&pid]).await.expect("SQL").get::<_, i64>(0) == 0 {}
    };
    let (written, ()) = tokio::join!(store.update(&name, Guard::Open, cancel()), cut);
    assert!(matches!(written, Err(StoreError::Unavailable { maybe_applied: true, .. })), "{written:?}");
    holder.batch_execute("COMMIT").await.expect("SQL");
    let written = store.update(&name, Guard::Open, cancel()).await.expect("update");
    assert!(matches!(written, Written::Applied(_)), "{written:?}");
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
                exclusive_key: key(60 - number).filter(|_| number % 3 != 0),
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

#[tokio::test]
async fn a_store_that_cannot_be_reached_says_why_and_never_the_password() {
    let database = blocking(database).await;
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("its address");
    let free = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("its address")
    };
    let server = database.split_once('@').expect("it has a user").1;
    let nowhere = server.split_once('/').expect("it has a name").0;
    for (url, expected) in [
        (format!("postgres://lro:hidden@{free}/postgres"), vec![free.to_string(), "refused".to_owned()]),
        (
            format!("postgres://lro:hidden@{silent}/postgres"),
            vec![silent.to_string(), "does not answer".to_owned()],
        ),
        (format!("postgres://lro:hidden@{nowhere}/nowhere"), vec!["\"nowhere\" does not exist".to_owned()]),
        (format!("postgres://nobody:hidden@{server}"), vec!["\"nobody\" does not exist".to_owned()]),
        ("postgres://lro:hidden@/postgres".to_owned(), vec!["host".to_owned()]),
        ("postgres://lro:hidden@db:none/postgres".to_owned(), vec!["percent-encoded".to_owned()]),
        ("postgress://lro:hidden@db/postgres".to_owned(), vec!["names no store".to_owned()]),
    ] {
        let text = refusal(&url).await;
        assert!(expected.iter().all(|part| text.contains(part.as_str())), "{url}: {text}");
        assert!(!text.contains("hidden"), "{text}");
    }
}

#[tokio::test]
async fn a_store_keeps_to_its_connections() {
    let (_, url) = store().await;
    let url = format!("{url}&pool=3&application_name={}", Uuid::new_v4());
    let store = connect(&url).await;
    create(&store, "operations/a").await;
    let names = [name("operations/a")];
    let reads = (0..64).map(|_| store.get(&names));
    let writes = (0..64).map(|_| store.update(&names[0], Guard::Visible, Patch::default()));
    let (reads, writes) = tokio::join!(join_all(reads), join_all(writes));
    assert!(reads.iter().all(Result::is_ok) && writes.iter().all(Result::is_ok));
    let sql = Sql::connect(&blocking(database).await).await;
    let count = "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1";
    let count: i64 = sql.query_one(count, &[&last(&url)]).await.expect("SQL").get(0);
    assert_eq!(count, 4, "three, and the listener");
}

/// The statements that are kept are prepared while the table is empty. Thirty thousand records later, which nothing has counted yet, they must
/// still read only what they are about.
#[tokio::test]
async fn what_was_planned_on_an_empty_table_is_right_for_a_large_one() {
    const FILL: &str = "INSERT INTO lro_operation (name, parent, method, restartable, worker, attempt, interruptions,
            create_time, metadata_type, metadata, deadline, outcome, outcome_type, remove_time, expire_time)
        SELECT 'operations/' || n, '', 'm', false, lpad('2', 32, '0')::uuid, 1, 0, clock_timestamp(), '', '', clock_timestamp() + interval '1 day',
            CASE WHEN n > 20000 THEN ''::bytea END, CASE WHEN n > 20000 THEN '' END, NULL,
            CASE WHEN n > 20000 THEN clock_timestamp() + interval '1 day' END
        FROM generate_series(1, 30000) n";
    let server = blocking(Server::start).await;
    let explain = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on";
    let explain = percent_encoding::utf8_percent_encode(explain, percent_encoding::NON_ALPHANUMERIC);
    let url = in_schema(&format!("{}?options={explain}", server.database()), "planned");
    let store = connect(&url).await;
    let worker = WorkerId(Uuid::from_u128(1));
    // The owner of most of the records, who lives.
    store.renew(WorkerId(Uuid::from_u128(2)), &[], Duration::from_secs(600), true).await.expect("renew");
    let work = async |prefix: &str| {
        // More often than PostgreSQL needs to settle on a plan.
        for round in 0..8 {
            let names: Vec<_> =
                (0..3).map(|number| name(&format!("operations/{prefix}{round}-{number}"))).collect();
            store.renew(worker, &[], Duration::from_secs(60), true).await.expect("renew");
            join_all(names.iter().map(|name| create(&store, name.as_str()))).await;
            let updates = names.iter().map(|name| store.update(name, Guard::Open, cancel()));
            assert!(join_all(updates).await.iter().all(Result::is_ok));
            let refused = store.update(&names[0], Guard::Attempt(7), cancel()).await.expect("update");
            assert!(matches!(refused, Written::Refused(_)), "{refused:?}");
            store.get(&names).await.expect("get");
            store.get(&names[..1]).await.expect("get");
            let parent = Some(String::new());
            let after = Some(Cursor { create_time: SystemTime::now(), name: names[0].clone() });
            let (methods, limit) = (vec!["m".to_owned()], 10);
            for query in [
                Query::Public { parent: parent.clone(), done: None, after: None, limit },
                Query::Public { parent, done: None, after, limit },
                Query::Public { parent: None, done: None, after: None, limit },
                Query::Claimable { methods, after: None, limit },
                Query::OwnedBy { worker, after: None, limit },
                Query::Overdue { after: None, limit },
            ] {
                store.list(&query).await.expect("list");
            }
            store.purge(10, Duration::from_secs(60)).await.expect("purge");
        }
    };
    work("before").await;
    let sql = Sql::connect(&server.database()).await;
    sql.batch_execute(&format!("SET search_path = planned; {FILL}")).await.expect("SQL");
    let begin = server.log().len();
    work("after").await;
    let log = server.log();
    // As in: Index Scan using lro_operation_pkey on lro_operation o (cost=…) (actual time=… rows=1 loops=3)
    let mut scans = 0;
    for (number, line) in log[begin..].lines().enumerate().filter(|(_, line)| line.contains("actual ")) {
        let count = |key: &str| line.split(key).last()?.split([' ', ')']).next()?.parse::<u64>().ok();
        let (Some(rows), Some(loops)) = (count("rows="), count("loops=")) else { panic!("{line}") };
        scans += usize::from(line.contains("using lro_operation"));
        assert!(rows * loops < 200 && !line.contains("Seq Scan"), "line {number} of {}", &log[begin..]);
    }
    assert!(scans > 50, "{scans}");
}
