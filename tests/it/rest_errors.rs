//! What an error says to programs: one ErrorInfo, well-formed, with all that varies in the message (P-171, P-172, P-180…P-182).

use std::collections::BTreeMap;
use std::time::Duration;

use lro_runtime::{ListRequest, Outcome, Status, rest};
use prost::Message as _;
use serde_json::Value;
use tonic_types::pb;

use crate::support::http::{Answer, Server};
use crate::support::works::{self, done, start, start_endless};
use crate::support::{Call, end, open, store};

/// The reason and the domain of every error, with the keys of its metadata.
type Keys = BTreeMap<(String, String), Vec<String>>;

/// P-180: as the schema of ErrorInfo has it.
fn assert_well_formed(reason: &str, domain: &str, metadata: &BTreeMap<String, String>) {
    let upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    assert!(reason.starts_with(|c: char| c.is_ascii_uppercase()) && reason.ends_with(upper), "{reason}");
    assert!(reason.len() <= 63 && reason.chars().all(|c| upper(c) || c == '_'), "{reason}");
    assert!(!domain.is_empty(), "{reason}");
    for key in metadata.keys() {
        let rest = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        assert!(
            key.starts_with(|c: char| c.is_ascii_lowercase()) && key.chars().all(rest),
            "{reason}: {key}"
        );
        assert!((2..=64).contains(&key.len()), "{reason}: {key}");
    }
}

/// P-182: every value is in the message, and the message without the values is always the same.
fn fixed_text(message: &str, metadata: &BTreeMap<String, String>) -> String {
    let mut values: Vec<_> = metadata.iter().filter(|(_, value)| !value.is_empty()).collect();
    // The longest first, for one may stand in another.
    values.sort_by_key(|(_, value)| std::cmp::Reverse(value.len()));
    values.into_iter().fold(message.to_owned(), |text, (key, value)| {
        assert!(text.contains(value.as_str()), "`{value}` is not in `{message}`");
        text.replacen(value.as_str(), &format!("{{{key}}}"), 1)
    })
}

/// Checks an error of REST, and answers with its ErrorInfo's reason and domain, its keys, and the fixed part of its message.
fn check(answer: &Answer) -> ((String, String), Vec<String>, String) {
    answer.error();
    let body: Value = serde_json::from_str(&answer.text).unwrap();
    let details = body["error"]["details"].as_array().unwrap();
    let mut types: Vec<_> = details.iter().map(|detail| detail["@type"].as_str().unwrap()).collect();
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), details.len(), "P-181: {body}");
    let info = details.iter().find(|detail| detail["reason"].is_string()).unwrap();
    let text = |member: &str| info[member].as_str().unwrap().to_owned();
    let metadata: BTreeMap<String, String> =
        info.get("metadata").map(|map| serde_json::from_value(map.clone()).unwrap()).unwrap_or_default();
    let (reason, domain) = (text("reason"), text("domain"));
    assert_well_formed(&reason, &domain, &metadata);
    let fixed = fixed_text(body["error"]["message"].as_str().unwrap(), &metadata);
    ((reason, domain), metadata.into_keys().collect(), fixed)
}

#[tokio::test]
async fn errors_say_to_programs_what_they_say_to_people() {
    let store = store();
    let operations = open(&store, |builder| builder).await;
    let name = start_endless(&operations).await.name().to_string();
    let server = Server::start(rest::router(&operations)).await;
    let mut answers = Vec::new();
    for (method, path) in [
        ("GET", "/v1/operations/unknown"),
        ("DELETE", "/v1/operations/other"),
        ("POST", "/v1/operations/a:cancel"),
        ("DELETE", "/v1/operations"),
        ("GET", "/v1/operations/%ff"),
        ("GET", "/v1/operations/.."),
        ("GET", "/v1/projects//operations"),
        ("GET", "/v1/../operations"),
        ("GET", "/v1/elsewhere"),
        ("PUT", "/v1/operations/a"),
        ("POST", "/v1/operations"),
        ("PURGE", "/v1/operations"),
        ("GET", "/v1/operations?returnPartialSuccess=true"),
        ("GET", "/v1/operations?pageSize=-1"),
        ("GET", "/v1/operations?pageSize=abc"),
        ("GET", "/v1/operations?pageSize=1&pageSize=1"),
        ("GET", "/v1/operations?orderBy=name"),
        ("GET", "/v1/operations?pageToken=forged"),
        ("GET", "/v1/operations?filter=%28"),
        ("POST", "/v1/operations/a:wait?timeout=soon"),
    ] {
        answers.push(server.send(method, path).await);
    }
    for body in ["{", "[]", r#"{"force":true}"#, r#"{"name":7}"#] {
        answers.push(server.send_json("POST", &format!("/v1/{name}:cancel"), body).await);
    }
    answers.push(server.send("POST", &format!("/v1/{name}:wait?timeout=-1s")).await);
    store.outage(true);
    answers.push(server.send("GET", &format!("/v1/{name}")).await);
    answers.push(server.send("GET", "/v1/operations").await);
    store.outage(false);

    let (mut keys, mut texts) = (Keys::new(), BTreeMap::new());
    for answer in &answers {
        let (reason, mine, text) = check(answer);
        assert_eq!(keys.entry(reason.clone()).or_insert_with(|| mine.clone()), &mine, "{reason:?}");
        assert_eq!(texts.entry(reason.clone()).or_insert_with(|| text.clone()), &text, "{reason:?}");
    }
    assert_eq!(keys.len(), 13, "each has a reason of its own: {:?}", keys.keys());
}

/// P-180 for the errors that operations end with, and those that starts are refused with.
#[tokio::test(start_paused = true)]
async fn an_operations_error_has_its_info() {
    let store = store();
    let operations = open(&store, |builder| builder.payload_limit(64).cancel_grace(Duration::ZERO)).await;
    let mut errors = Vec::new();
    let mut names = Vec::new();
    for mode in 0..4 {
        let started = start(&operations, move |_| async move {
            match mode {
                0 => panic!("secret"),
                1 => Err(Status::new(lro_runtime::Code::OutOfRange, "no reason is given")),
                2 => done(&"x".repeat(100)),
                _ => std::future::pending().await,
            }
        });
        names.push(started.await.unwrap().name().to_string());
    }
    operations.cancel(&names[3]).await.unwrap();
    for name in &names {
        let ended = end(&operations, name).await.unwrap();
        let Some(Outcome::Error(error)) = ended.outcome else { panic!("{ended:?}") };
        errors.push(error);
    }
    store.refuse_next(Call::List);
    errors.push(operations.list(&ListRequest::default()).await.unwrap_err());
    errors.push(
        works::work(operations.clone(), "a//b".into(), |_| async { done("") }).await.expect_err("no parent"),
    );
    operations.shutdown(Duration::ZERO).await;
    errors.push(start(&operations, |_| async { done("") }).await.expect_err("it is closed"));
    let mut reasons = Vec::new();
    for error in errors {
        let infos: Vec<_> =
            error.details().iter().filter(|detail| detail.full_name() == "google.rpc.ErrorInfo").collect();
        let [info] = infos[..] else { panic!("one ErrorInfo was expected: {error:?}") };
        let info = pb::ErrorInfo::decode(info.value.clone()).unwrap();
        let metadata = info.metadata.into_iter().collect();
        assert_well_formed(&info.reason, &info.domain, &metadata);
        fixed_text(error.message(), &metadata);
        reasons.push(info.reason);
    }
    let expected = [
        "HANDLER_PANICKED",
        "OUT_OF_RANGE",
        "PAYLOAD_TOO_LARGE",
        "OPERATION_CANCELLED",
        "STORE_UNAVAILABLE",
        "INVALID_PARENT",
        "SHUTTING_DOWN",
    ];
    assert_eq!(reasons, expected);
}
