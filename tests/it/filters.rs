//! Filters of lists through the engine and over REST; what they mean is tabled beside the rules.

use std::sync::Arc;

use lro_runtime::store::{Guard, MemoryStore, NewRecord, Patch, Store as _, WorkerId};
use lro_runtime::{Any, Code, ListRequest, OperationName, Operations, Outcome, rest};
use uuid::Uuid;

use crate::support::http::{Server, failed};
use crate::support::works::{WorkResponse, done, start, start_endless};
use crate::support::{FaultyStore, end, open};

async fn served() -> (Operations, FaultyStore, Server) {
    let store = FaultyStore::new(MemoryStore::new());
    let operations = open(&store, |builder| builder).await;
    let server = Server::start(rest::router(&operations)).await;
    (operations, store, server)
}

fn request(filter: &str) -> ListRequest {
    ListRequest { filter: filter.to_owned(), ..ListRequest::default() }
}

/// Writes an operation as another process might have: done when it has a response.
async fn put(store: &FaultyStore, name: &str, response: Option<Any>) {
    let name = OperationName::parse(name).unwrap();
    let record = NewRecord {
        name: name.clone(),
        method: Arc::from("lro.tests.v1.Works/Work"),
        restartable: false,
        request: None,
        request_hash: None,
        request_key: None,
        exclusive_key: None,
        metadata: Any::new("lro.tests.v1.WorkMetadata", ""),
        worker: WorkerId(Uuid::nil()),
        attempt: 1,
    };
    store.create(record, None).await.unwrap();
    if let Some(response) = response {
        let patch = Patch { outcome: Some(Outcome::Response(response)), ..Patch::default() };
        store.update(&name, Guard::Attempt(1), patch).await.unwrap();
    }
}

fn response(text: &str) -> Any {
    use lro_runtime::Payload as _;
    let response = WorkResponse { text: text.to_owned() };
    Any::new("lro.tests.v1.WorkResponse", response.to_wire().unwrap())
}

/// P-122, P-127, P-149 and corner cases 22, 25 and 66: the query's spaces and pluses, and what the filter says of the types.
#[tokio::test]
async fn filters_are_read_from_the_query() {
    let (operations, _store, server) = served().await;
    let half = start(&operations, |ctx| async move {
        ctx.update(|metadata| metadata.percent = 50).await?;
        done("1+1")
    });
    let half = half.await.unwrap().name().to_string();
    end(&operations, &half).await.unwrap();
    let endless = start_endless(&operations).await.name().to_string();
    let cases = [
        ("", vec![&endless, &half]),
        ("filter=metadata.percent+%3E+40", vec![&half]),
        ("filter=metadata.percent%20%3E%2040", vec![&half]),
        ("filter=metadata.percent%3C%3D50", vec![&endless, &half]),
        ("filter=response.text=%221%2B1%22", vec![&half]),
        ("filter=response.text=%221+1%22", vec![]),
        ("filter=done=false", vec![&endless]),
        ("filter=metadata.@type=type.googleapis.com/lro.tests.v1.WorkMetadata+AND+done=true", vec![&half]),
        ("filter=-response:*", vec![&endless]),
    ];
    for (query, expected) in cases {
        let page = server.send("GET", &format!("/v1/operations?{query}")).await.ok();
        let names: Vec<_> =
            page["operations"].as_array().into_iter().flatten().map(|one| &one["name"]).collect();
        assert_eq!(names, expected, "{query}");
    }
    for query in
        ["filter=metadata.percent.none=1+OR+nothing=1", "filter=done=maybe", "filter=((((", "filter=done"]
    {
        let answer = server.send("GET", &format!("/v1/operations?{query}")).await;
        assert_eq!(answer.error(), failed(400, "INVALID_ARGUMENT", "INVALID_FILTER"), "{query}");
    }
}

/// P-116, P-131: a filter that leaves little of much answers in pages of bounded work, each found once.
#[tokio::test]
async fn a_selective_filter_over_ten_thousand_operations_ends() {
    let (operations, store, _server) = served().await;
    let mut expected = Vec::new();
    for number in 0..10_000 {
        let name = format!("operations/{number:05}");
        let is_wanted = number % 2_500 == 7;
        put(&store, &name, Some(response(if is_wanted { "wanted" } else { "other" }))).await;
        if is_wanted {
            expected.push(name);
        }
    }
    let mut request = request("response.text = wanted");
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let page = operations.list(&request).await.unwrap();
        found.extend(page.operations.into_iter().map(|operation| operation.name.to_string()));
        pages += 1;
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    found.sort();
    assert_eq!(found, expected);
    assert!((10..=12).contains(&pages), "a thousand records a call: {pages}");
}

/// P-118 and corner case 19: a token is of one filter; the size of the page may change.
#[tokio::test]
async fn a_token_is_bound_to_its_filter() {
    let (operations, store, _server) = served().await;
    for number in 0..5 {
        put(&store, &format!("operations/{number}"), Some(response("x"))).await;
    }
    let first = ListRequest { page_size: 2, ..request("done = true") };
    let page = operations.list(&first).await.unwrap();
    assert_eq!(page.operations.len(), 2);
    let next = |filter: &str| ListRequest {
        page_size: 3,
        page_token: page.next_page_token.clone(),
        ..request(filter)
    };
    for other in ["", "done=true", "done = false"] {
        assert_eq!(operations.list(&next(other)).await.unwrap_err().code(), Code::InvalidArgument, "{other}");
    }
    let rest = operations.list(&next("done = true")).await.unwrap();
    assert_eq!((rest.operations.len(), rest.next_page_token.as_str()), (3, ""));
}

/// P-121 and corner case 61: a page is cut before it is too large for a message; an operation that is too large by itself comes alone.
#[tokio::test]
async fn a_page_is_cut_by_bytes() {
    let (operations, store, _server) = served().await;
    for (number, megabytes) in [1, 1, 5, 1, 1, 1, 1].into_iter().enumerate() {
        put(&store, &format!("operations/{number}"), Some(response(&"x".repeat(megabytes << 20)))).await;
    }
    for filter in ["", "done = true"] {
        let mut request = request(filter);
        let mut sizes = Vec::new();
        loop {
            let page = operations.list(&request).await.unwrap();
            sizes.push(page.operations.len());
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
        }
        assert_eq!(sizes, [3, 1, 1, 2], "{filter:?}");
    }
}

/// A payload of a type that nobody knows does not match, and takes no page with it.
#[tokio::test]
async fn what_cannot_be_read_does_not_match() {
    let (operations, store, _server) = served().await;
    put(&store, "operations/unknown", Some(Any::new("acme.v1.Unknown", "?"))).await;
    put(&store, "operations/broken", Some(Any::new("lro.tests.v1.WorkResponse", b"\xff".as_slice()))).await;
    put(&store, "operations/known", Some(response("x"))).await;
    let page = operations.list(&request("response.text = \"*\"")).await.unwrap();
    let names: Vec<_> = page.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(names, ["operations/known"]);
}
