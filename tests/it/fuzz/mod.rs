//! Whatever is sent: an answer of the right kind, in time, and never a fault of the server's own.
//!
//! The budget of each target is `PROPTEST_CASES`, short by default; a night is
//! `PROPTEST_CASES=1000000 cargo test -p lro-tests --test it fuzz`.

mod bodies;
mod calls;
mod filters;
mod names;
mod payloads;
mod routes;
mod tokens;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Method, Request};
use lro_runtime::store::MemoryStore;
use lro_runtime::{Operations, rest};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

/// The longest that one case may take: much more than any needs.
const LIMIT: Duration = Duration::from_secs(10);

/// The largest answer to what was refused: what was sent is not sent back.
const LARGEST_ERROR: usize = 4_000;

/// An engine in memory, and its routes.
struct Fuzz {
    runtime: Runtime,
    store: MemoryStore,
    operations: Operations,
    routes: Router,
    /// How many answers had each status.
    answers: RefCell<BTreeMap<u16, u32>>,
}

impl Fuzz {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let store = MemoryStore::new();
        let builder = Operations::builder().wait_cap(Duration::from_millis(1));
        let operations = runtime.block_on(builder.open_store(store.clone())).unwrap();
        let routes = rest::router(&operations);
        Self { runtime, store, operations, routes, answers: RefCell::default() }
    }

    /// A target that meets one kind of answer alone has missed what it is for.
    fn assert_answered(&self, statuses: &[u16]) {
        let answers = self.answers.borrow();
        let missed = statuses.iter().find(|status| answers.get(status).is_none_or(|count| *count < 5));
        assert_eq!(missed, None, "{answers:?}");
    }

    /// Checks as many cases as the budget says.
    fn run<S: Strategy>(&self, cases: S, check: impl AsyncFn(S::Value) -> TestCaseResult) {
        // No file of failures: what was found becomes a test.
        let config = Config { failure_persistence: None, ..Config::default() };
        let one = |case| {
            let started = Instant::now();
            let checked = async { tokio::time::timeout(LIMIT, check(case)).await };
            self.runtime.block_on(checked).map_err(|_| TestCaseError::fail("it hangs"))??;
            // A loop that never yields runs into no timeout.
            prop_assert!(started.elapsed() < LIMIT, "it took {:?}", started.elapsed());
            Ok(())
        };
        TestRunner::new(config).run(&cases, one).unwrap_or_else(|failure| panic!("{failure}"));
    }

    /// Sends a request to the routes, and checks that the answer is an answer.
    async fn send(&self, request: Request<Body>) -> Result<Answer, TestCaseError> {
        let is_head = request.method() == Method::HEAD;
        let response = self.routes.clone().oneshot(request).await.expect("a router does not fail");
        let status = response.status().as_u16();
        *self.answers.borrow_mut().entry(status).or_default() += 1;
        let bytes = to_bytes(response.into_body(), usize::MAX).await.expect("the answer is whole");
        if is_head && bytes.is_empty() {
            return Ok(Answer { status, reason: String::new(), body: Value::Null });
        }
        let body: Value = serde_json::from_slice(&bytes)
            .map_err(|error| TestCaseError::fail(format!("{status}: {error}: {bytes:?}")))?;
        let reason = if status == 200 { String::new() } else { reason(status, &body)? };
        prop_assert!(status == 200 || bytes.len() <= LARGEST_ERROR, "{} bytes: {body}", bytes.len());
        Ok(Answer { status, reason, body })
    }

    /// The same, where nothing may be wrong but the request: a success, or INVALID_ARGUMENT, NOT_FOUND or UNIMPLEMENTED.
    async fn send_anything(&self, request: Request<Body>) -> Result<Answer, TestCaseError> {
        let answer = self.send(request).await?;
        prop_assert!([200, 400, 404, 501].contains(&answer.status), "{}", answer.body);
        Ok(answer)
    }
}

/// An answer, whose envelope is right if it is an error.
struct Answer {
    status: u16,
    reason: String,
    body: Value,
}

/// The reason of an error in its envelope (P-171, P-172, P-180).
fn reason(status: u16, body: &Value) -> Result<String, TestCaseError> {
    const NAMES: [(u16, &str); 4] =
        [(400, "INVALID_ARGUMENT"), (404, "NOT_FOUND"), (501, "UNIMPLEMENTED"), (500, "INTERNAL")];
    let error = &body["error"];
    let name = error["status"].as_str().unwrap_or_default();
    prop_assert!(NAMES.contains(&(status, name)) && error["code"] == status, "{status}: {body}");
    prop_assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{body}");
    let reason = error["details"][0]["reason"].as_str();
    reason.map(str::to_owned).ok_or_else(|| TestCaseError::fail(format!("no reason: {body}")))
}

/// Text of these pieces, of any characters, and of long runs of one piece.
fn text_of(pieces: &'static [&'static str], longest_run: usize) -> BoxedStrategy<String> {
    let piece = prop::sample::select(pieces);
    let mixed = prop::collection::vec(
        prop_oneof![8 => piece.clone().prop_map(str::to_owned), 1 => any::<String>()],
        0..12,
    );
    let run = (piece, 0..longest_run).prop_map(|(piece, times)| piece.repeat(times));
    let text = prop_oneof![6 => mixed.prop_map(|pieces| pieces.concat()), 1 => any::<String>()];
    prop_oneof![9 => text.clone(), 1 => (text.clone(), run, text).prop_map(|(a, b, c)| a + &b + &c)].boxed()
}
