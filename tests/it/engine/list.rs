//! List: parents by whole segments, pages by a key that inserts and deletes do not move.

use std::collections::BTreeSet;

use lro_runtime::{Code, ListRequest, Operations};

use crate::support::engine;
use crate::support::works::{done, work};

async fn start_under(operations: &Operations, parent: &str) -> String {
    let operation = work(operations.clone(), parent.to_owned(), |_| async { done("") }).await.unwrap();
    operation.name().to_string()
}

fn request(parent: &str, size: i32, token: &str) -> ListRequest {
    ListRequest { name: parent.into(), page_size: size, page_token: token.into(), ..Default::default() }
}

#[tokio::test(start_paused = true)]
async fn a_parent_lists_its_own_operations_alone_p108_p109_p110() {
    let (operations, _store) = engine().await;
    let root = start_under(&operations, "").await;
    let one = start_under(&operations, "projects/1").await;
    let ten = start_under(&operations, "projects/10").await;
    let below = start_under(&operations, "projects/1/locations/l").await;
    for (parent, name) in [
        ("", &root),
        ("operations", &root),
        ("projects/1", &one),
        ("projects/10", &ten),
        ("projects/1/locations/l", &below),
    ] {
        let page = operations.list(&request(parent, 0, "")).await.unwrap();
        let names: Vec<_> = page.operations.iter().map(|operation| operation.name.as_str()).collect();
        assert_eq!((names, page.next_page_token.as_str()), (vec![name.as_str()], ""), "{parent}");
    }
}

#[tokio::test(start_paused = true)]
async fn pages_neither_skip_nor_repeat_while_operations_come_and_go_p116_p119() {
    let (operations, _store) = engine().await;
    let mut survivors = BTreeSet::new();
    let mut names = Vec::new();
    for _ in 0..30 {
        names.push(start_under(&operations, "projects/p").await);
    }
    survivors.extend(names.iter().cloned());
    let (mut seen, mut token, mut round) = (Vec::new(), String::new(), 0);
    loop {
        let page = operations.list(&request("projects/p", 7, &token)).await.unwrap();
        assert!(page.operations.len() <= 7);
        seen.extend(page.operations.iter().map(|operation| operation.name.to_string()));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        start_under(&operations, "projects/p").await;
        operations.delete(&names[round]).await.unwrap();
        survivors.remove(&names[round]);
        round += 1;
    }
    let unique: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(unique.len(), seen.len(), "none twice");
    assert!(survivors.is_subset(&unique), "none skipped");
}

#[tokio::test(start_paused = true)]
async fn the_last_page_claims_no_more_p116_and_sizes_are_coerced_p114() {
    let (operations, _store) = engine().await;
    for _ in 0..101 {
        start_under(&operations, "").await;
    }
    let page = operations.list(&request("", 1_000, "")).await.unwrap();
    assert_eq!(page.operations.len(), 100, "P-114, P-115");
    let last = operations.list(&request("", 1, &page.next_page_token)).await.unwrap();
    assert_eq!((last.operations.len(), last.next_page_token.as_str()), (1, ""), "P-116, P-118");
    assert_eq!(operations.list(&request("", 0, "")).await.unwrap().operations.len(), 50, "P-115");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_list_is_said_p045_p112_p114_p118_p122() {
    let (operations, _store) = engine().await;
    for _ in 0..3 {
        start_under(&operations, "projects/p").await;
    }
    let token = operations.list(&request("projects/p", 1, "")).await.unwrap().next_page_token;
    let bad = [
        (request("", -1, ""), "INVALID_PAGE_SIZE"),
        (request("", 0, "garbage"), "INVALID_PAGE_TOKEN"),
        (request("projects/q", 0, &token), "INVALID_PAGE_TOKEN"),
        (request("projects/p", 0, &token[1..]), "INVALID_PAGE_TOKEN"),
        (request("projects//p", 0, ""), "INVALID_PARENT"),
        (ListRequest { filter: "nothing = 1".into(), ..Default::default() }, "INVALID_FILTER"),
    ];
    for (request, reason) in bad {
        let error = operations.list(&request).await.unwrap_err();
        assert_eq!(
            (error.code(), error.reason().as_deref()),
            (Code::InvalidArgument, Some(reason)),
            "{request:?}"
        );
    }
    let partial = ListRequest { return_partial_success: true, ..Default::default() };
    assert_eq!(operations.list(&partial).await.unwrap_err().code(), Code::Unimplemented, "P-112");
}
