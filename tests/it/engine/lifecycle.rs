//! Start, progress, the end: what one operation goes through when nothing disturbs it.

use lro_runtime::store::Store as _;
use lro_runtime::{Code, Outcome, Status};
use tokio::sync::oneshot;

use crate::support::works::{self, WorkMetadata, done, start};
use crate::support::{Call, end, engine, error, settle};

#[tokio::test(start_paused = true)]
async fn a_started_operation_is_answered_at_once_and_can_be_read_p029_p031_p091() {
    let (operations, _store) = engine().await;
    let operation = works::start_endless(&operations).await;
    let snapshot = operations.get(operation.name().as_str()).await.unwrap();
    assert_eq!(&snapshot, operation.snapshot());
    assert!(!snapshot.is_done(), "P-019");
    assert_eq!(&*snapshot.metadata.type_url, "type.googleapis.com/lro.tests.v1.WorkMetadata", "P-013");
}

#[tokio::test(start_paused = true)]
async fn a_start_is_answered_when_every_replica_can_read_it_p029() {
    let store = crate::support::store();
    let here = crate::support::open(&store, |builder| builder).await;
    let there = crate::support::open(&store.another_way(), |builder| builder).await;
    let creating = store.hold_next_request(Call::Create);
    let mut starting = Box::pin(works::start_endless(&here));
    let early = tokio::select! {
        biased;
        _ = &mut starting => true,
        () = async {
            creating.reached().await;
            settle().await;
        } => false,
    };
    assert!(!early, "nothing is durable yet");
    creating.release();
    let operation = starting.await;
    assert_eq!(&there.get(operation.name().as_str()).await.unwrap(), operation.snapshot());
}

#[tokio::test(start_paused = true)]
async fn the_start_time_is_set_once_p101() {
    let store = crate::support::store();
    let operations = crate::support::open(&store, |builder| builder).await;
    let (told, times) = oneshot::channel();
    let operation = start(&operations, |ctx| async move {
        let first = ctx.create_time();
        tokio::time::sleep(std::time::Duration::from_secs(60)).await;
        ctx.update(|metadata| metadata.percent = 50).await?;
        told.send((first, ctx.create_time())).expect("the test listens");
        done("well")
    })
    .await
    .unwrap();
    let recorded = async || {
        let records = store.get(std::slice::from_ref(operation.name())).await.unwrap();
        records[0].clone().expect("it is there").create_time
    };
    let created = recorded().await;
    assert_eq!(times.await.unwrap(), (created, created));
    end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(recorded().await, created);
}

#[tokio::test(start_paused = true)]
async fn a_response_ends_the_operation_p020_p023() {
    let (operations, _store) = engine().await;
    let operation = start(&operations, |_| async { done("well") }).await.unwrap();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(&snapshot.name, operation.name());
    let Some(Outcome::Response(response)) = snapshot.outcome else { panic!("a response was expected") };
    assert_eq!(&*response.type_url, "type.googleapis.com/lro.tests.v1.WorkResponse");
    assert_eq!(operation.await, done("well"));
}

#[tokio::test(start_paused = true)]
async fn an_error_is_data_of_the_operation_p028_p049_p180() {
    let (operations, _store) = engine().await;
    let operation = start(&operations, |_| async { Err(Status::not_found("no disk")) }).await.unwrap();
    let snapshot = end(&operations, operation.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::NotFound, "NOT_FOUND".into()));
    assert_eq!(operation.await.unwrap_err().message(), "no disk");
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_an_ok_error_are_errors_p037_p038() {
    let (operations, _store) = engine().await;
    let panics = start(&operations, |_| async { panic!("secret") }).await.unwrap();
    let snapshot = end(&operations, panics.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot), (Code::Internal, "HANDLER_PANICKED".into()));
    assert!(!format!("{snapshot:?}").contains("secret"));

    let fine = start(&operations, |_| async { Err(Status::ok("fine")) }).await.unwrap();
    let snapshot = end(&operations, fine.name().as_str()).await.unwrap();
    assert_eq!(error(&snapshot).0, Code::Unknown);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "a caller of its own, which can be made to hang up")]
async fn a_caller_that_hangs_up_does_not_stop_the_work_p030() {
    let (operations, store) = engine().await;
    let created = store.hold_next_reply(Call::Create);
    let (told, name) = oneshot::channel();
    let caller = operations.clone();
    let call = tokio::spawn(async move {
        start(&caller, |ctx| async move {
            told.send(ctx.name().clone()).expect("the test listens");
            done("well")
        })
        .await
    });
    created.reached().await;
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    created.release();
    let name = name.await.unwrap();
    assert!(end(&operations, name.as_str()).await.unwrap().is_done());
}

#[tokio::test(start_paused = true)]
async fn progress_is_durable_when_update_returns_and_the_last_one_is_kept_p198() {
    let (operations, _store) = engine().await;
    let (updated, seen) = oneshot::channel();
    let (go_on, gone_on) = oneshot::channel::<()>();
    let operation = start(&operations, |ctx| async move {
        ctx.update(|metadata| metadata.percent = 40).await?;
        updated.send(()).expect("the test listens");
        gone_on.await.expect("the test goes on");
        // Not awaited to its end: the value is on its way when the handler returns.
        let last = ctx.clone();
        tokio::select! {
            biased;
            _ = last.update(|metadata| metadata.percent = 100) => {}
            () = std::future::ready(()) => {}
        }
        done("well")
    })
    .await
    .unwrap();
    seen.await.unwrap();
    assert_eq!(operation.poll().await.unwrap().metadata, WorkMetadata { percent: 40 });
    go_on.send(()).unwrap();
    assert_eq!(operation.clone().await, done("well"));
    assert_eq!(operation.poll().await.unwrap().metadata, WorkMetadata { percent: 100 }, "P-091");
}

#[tokio::test(start_paused = true)]
async fn progress_of_several_tasks_is_coalesced_to_the_newest_p198() {
    let (operations, store) = engine().await;
    let held = store.hold_next_request(Call::Progress);
    let (go_on, gone_on) = oneshot::channel::<()>();
    let operation = start(&operations, |ctx| async move {
        let update = |percent| {
            let ctx = ctx.clone();
            async move { ctx.update(move |metadata| metadata.percent = percent).await }
        };
        let rest = async {
            gone_on.await.expect("the test goes on");
            futures_util::future::try_join_all((2..=100).map(update)).await
        };
        tokio::try_join!(update(1), rest)?;
        std::future::pending().await
    })
    .await
    .unwrap();
    held.reached().await;
    // One write is in flight: the ninety-nine others wait, and become one.
    let second = store.hold_next_request(Call::Progress);
    let third = store.hold_next_request(Call::Progress);
    go_on.send(()).unwrap();
    settle().await;
    held.release();
    second.reached().await;
    second.release();
    settle().await;
    assert!(!third.is_reached());
    assert_eq!(operation.poll().await.unwrap().metadata, WorkMetadata { percent: 100 });
}

#[tokio::test(start_paused = true)]
async fn an_update_after_the_end_is_refused_and_changes_nothing_p107_p197() {
    let (operations, _store) = engine().await;
    let (leak, leaked) = oneshot::channel();
    let operation = start(&operations, |ctx| async move {
        leak.send(ctx).expect("the test listens");
        done("well")
    })
    .await
    .unwrap();
    let ctx = leaked.await.unwrap();
    let before = end(&operations, operation.name().as_str()).await.unwrap();
    let refused = ctx.update(|metadata| metadata.percent = 7).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert_eq!(operations.get(operation.name().as_str()).await.unwrap(), before, "P-022");
}

#[tokio::test(start_paused = true)]
async fn parents_are_part_of_names_and_bad_ones_leave_nothing_p077_p027() {
    let (operations, _store) = engine().await;
    let work = |parent: &str| works::work(operations.clone(), parent.to_owned(), |_| async { done("") });
    let operation = work("projects/p").await.unwrap();
    assert_eq!(operation.name().parent(), "projects/p");
    for parent in ["projects//p", "/p", "projects/p/operations", ".."] {
        assert_eq!(work(parent).await.unwrap_err().code(), Code::InvalidArgument, "{parent}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_operation_is_gone_and_a_pending_one_never_is_p193_p194() {
    let store = crate::support::store();
    let retention = std::time::Duration::from_secs(3_600);
    let operations = crate::support::open(&store, |builder| builder.retention(retention)).await;
    let pending = works::start_endless(&operations).await;
    let ended = start(&operations, |_| async { done("") }).await.unwrap();
    end(&operations, ended.name().as_str()).await.unwrap();
    tokio::time::advance(retention - std::time::Duration::from_secs(1)).await;
    assert!(operations.get(ended.name().as_str()).await.is_ok(), "not earlier than stated");
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    assert_eq!(operations.get(ended.name().as_str()).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(operations.delete(ended.name().as_str()).await.unwrap_err().code(), Code::NotFound);
    assert_eq!(operations.cancel(ended.name().as_str()).await.unwrap_err().code(), Code::NotFound);
    tokio::time::advance(retention * 1_000).await;
    assert!(operations.get(pending.name().as_str()).await.is_ok());
}
