//! The server goes away, connections are cut, listeners are told.

use lro_runtime::Code;

use super::*;
use crate::support::end;
use crate::support::works::{done, start_waiting};

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
    match next(&mut *changes).await {
        Change::Touched(hashes) => assert!(hashes.contains(&name("operations/a").hash64())),
        Change::Lost => panic!("the listener is back"),
    }
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

/// An outage longer than a lease: handlers go on, what they answer is written when the server is back, and nobody takes healthy
/// workers' operations from them.
#[tokio::test]
async fn an_outage_longer_than_a_lease_costs_no_operation() {
    const LEASE: Duration = Duration::from_secs(1);
    let server = blocking(Server::start).await;
    let url = in_schema(&server.database(), "outage");
    let replica = async || Operations::builder().lease(LEASE).open(&url).await.expect("the engine opens");
    let (one, two) = tokio::join!(replica(), replica());
    let (ended_meanwhile, end_meanwhile) = start_waiting(&one).await;
    let (ended_later, end_later) = start_waiting(&two).await;
    server.stop().await;
    // How long it lasts is what this is about.
    tokio::time::sleep(3 * LEASE).await;
    end_meanwhile.send(done("meanwhile")).expect("the handler goes on");
    for operations in [&one, &two] {
        let status = operations.get(ended_later.name().as_str()).await.expect_err("the server is away");
        assert_eq!(status.code(), Code::Unavailable);
    }
    server.start_again().await;

    assert_eq!(ended_meanwhile.await.expect("it ends").text, "meanwhile");
    // Long enough for whoever would take it to have taken it.
    tokio::time::sleep(3 * LEASE).await;
    end_later.send(done("later")).expect("the handler goes on");
    let snapshot = end(&one, ended_later.name().as_str()).await.expect("it is there");
    assert!(matches!(snapshot.outcome, Some(Outcome::Response(_))), "{snapshot:?}");
}
