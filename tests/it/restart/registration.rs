//! What `run` asks for, and what `shutdown` lets go.

use std::sync::Arc;
use std::time::Duration;

use lro_runtime::RunError;

use crate::support::restarts::{COPY, Copies, copied, endless, register_others};
use crate::support::{engine, open, store};

#[tokio::test(start_paused = true)]
async fn run_names_every_method_that_could_not_run_again() {
    let (operations, _store) = engine().await;
    let error = operations.run().await.unwrap_err();
    assert!(matches!(error, RunError::Unregistered(_)));
    let text = error.to_string();
    assert!(text.contains(&format!("`operations.restart(\"{COPY}\", path)`")), "{text}");

    register_others(&operations);
    operations.restart(COPY, Copies::copy);
    let text = operations.run().await.unwrap_err().to_string();
    assert!(text.contains("there is no `") && text.contains("Copies` to call it on"), "{text}");
    assert_eq!(text.lines().count(), 2, "{text}");

    operations.service(Copies::new(&operations, copied));
    operations.run().await.unwrap();
    operations.run().await.expect("a second time is no mistake");
}

/// Service and engine hold each other, until the shutdown.
#[tokio::test(start_paused = true)]
async fn a_shutdown_lets_the_services_go() {
    let (operations, _store) = engine().await;
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    let copies = Copies::new(&operations, move |ctx, request| {
        let _held = &held;
        copied(ctx, request)
    });
    copies.run().await;
    drop(copies);
    assert_eq!(Arc::strong_count(&alive), 2);
    operations.shutdown(Duration::ZERO).await;
    assert_eq!(Arc::strong_count(&alive), 1);
    operations.service(Copies::new(&operations, endless));
}

/// Starting needs no registration: a process may start what another one finishes.
#[tokio::test(start_paused = true)]
async fn what_is_started_without_run_is_stored_for_another_run() {
    let store = store();
    let starter = Copies::new(&open(&store, |builder| builder.lease(super::LEASE)).await, endless);
    let operation = starter.start().await;
    store.outage(true);
    let worker = super::replica(&store.another_way(), copied).await;
    let operations = open(&store.another_way(), |builder| builder).await;
    crate::support::end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(worker.runs(), 1);
}
