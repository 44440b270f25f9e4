//! The planner: what it decides when there is nothing yet.

use super::*;

/// The statements that are kept are prepared while the table is empty. Thirty thousand records later they must still read only what they
/// are about.
#[tokio::test]
async fn what_was_planned_on_an_empty_table_is_right_for_a_large_one() {
    let server = blocking(Server::start).await;
    // Nobody has looked at the table yet, and PostgreSQL guesses.
    grows(&server, "guessed", "").await;
    // It knows that the table is empty, as after a purge.
    grows(&server, "counted", "VACUUM ANALYZE counted.lro_operation").await;
}

async fn grows(server: &Server, schema: &str, empty: &str) {
    const FILL: &str = "INSERT INTO lro_operation (name, parent, method, restartable, worker, attempt, interruptions,
            create_time, metadata_type, metadata, deadline, outcome, outcome_type, remove_time, expire_time)
        SELECT 'operations/' || n, '', 'm', false, lpad('2', 32, '0')::uuid, 1, 0, clock_timestamp(), '', '', clock_timestamp() + interval '1 day',
            CASE WHEN n > 20000 THEN ''::bytea END, CASE WHEN n > 20000 THEN '' END, NULL,
            CASE WHEN n > 20000 THEN clock_timestamp() + interval '1 day' END
        FROM generate_series(1, 30000) n";
    let explain = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on";
    let explain = percent_encoding::utf8_percent_encode(explain, percent_encoding::NON_ALPHANUMERIC);
    let url = in_schema(&format!("{}?options={explain}", server.database()), schema);
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
                Query::Public { parent: parent.clone(), conditions: Default::default(), after: None, limit },
                Query::Public { parent, conditions: Default::default(), after, limit },
                Query::Public { parent: None, conditions: Default::default(), after: None, limit },
                Query::Claimable { methods, after: None, limit },
                Query::OwnedBy { worker, after: None, limit },
                Query::Overdue { after: None, limit },
            ] {
                store.list(&query).await.expect("list");
            }
            store.purge(10, Duration::from_secs(60)).await.expect("purge");
        }
    };
    let sql = Sql::connect(&server.database()).await;
    sql.batch_execute(empty).await.expect("SQL");
    work("before").await;
    sql.batch_execute(&format!("SET search_path = {schema}; {FILL}")).await.expect("SQL");
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
