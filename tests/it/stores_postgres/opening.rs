//! Opening: schemas, replicas that start together, refusals, TLS.

use super::*;

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
        assert_eq!(tables, 5, "{schema}");
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

/// What a server is to be trusted by: the certificate of an authority, and one that it has given to a name, with its key.
fn certificates(name: &str) -> (String, String, String) {
    let authority_key = rcgen::KeyPair::generate().expect("a key");
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let root = authority.self_signed(&authority_key).expect("a certificate");
    let issuer = rcgen::Issuer::from_params(&authority, &authority_key);
    let key = rcgen::KeyPair::generate().expect("a key");
    let server = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
    let server = server.signed_by(&key, &issuer).expect("a certificate");
    (root.pem(), server.pem(), key.serialize_pem())
}

#[tokio::test]
async fn the_mode_of_tls_decides_whom_the_store_trusts() {
    let server = blocking(Server::start).await;
    let other_root = server.put("other.crt", &certificates("127.0.0.1").0);
    let other = format!("&sslrootcert={}", other_root.display());
    let unencrypted = refusal(&format!("{}?sslmode=require", server.database())).await;
    assert!(unencrypted.contains("TLS"), "{unencrypted}");

    for (name, named_right) in [("db.example.com", false), ("127.0.0.1", true)] {
        server.stop().await;
        let (root, certificate, key) = certificates(name);
        let root = format!("&sslrootcert={}", server.put("root.crt", &root).display());
        server.put("server.crt", &certificate);
        server.put("server.key", &key);
        server.set("ssl = on\n");
        server.start_again().await;
        for (mode, roots, opens) in [
            ("disable", "", true),
            ("prefer", "", true),
            ("require", "", true),
            ("require", &*root, true),
            ("require", &*other, false),
            ("verify-ca", &*root, true),
            ("verify-ca", &*other, false),
            ("verify-ca", "", false),
            ("verify-full", &*root, named_right),
            ("verify-full", &*other, false),
        ] {
            let url = format!("{}?sslmode={mode}{roots}", server.database());
            let store = PostgresStore::connect(&url).await;
            assert_eq!(store.is_ok(), opens, "{name}, {mode}, {roots}: {store:?}");
            let sql = Sql::connect(&server.database()).await;
            let encrypted = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                WHERE application_name = 'lro' AND ssl";
            let encrypted: i64 = sql.query_one(encrypted, &[]).await.expect("SQL").get(0);
            assert_eq!(encrypted > 0, opens && mode != "disable", "{mode}");
            drop(store);
            // The next one must not meet what is left of this one.
            let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lro'";
            while sql.query_one(left, &[]).await.expect("SQL").get::<_, i64>(0) > 0 {}
        }
    }
}
