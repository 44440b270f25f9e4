//! Messages of every kind, generated: printed, judged, parsed, damaged.

use proptest::prelude::any;
use proptest::sample::Index;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use prost::Message as _;
use prost_reflect::DynamicMessage;
use serde_json::json;

use super::{Bench, KINDS, base64};
use crate::support::any_message;

/// The budget is `PROPTEST_CASES`, the seed `PROPTEST_RNG_SEED` or a fixed one.
pub(super) fn config() -> Config {
    let config = Config::default();
    match config.rng_seed {
        RngSeed::Random => Config { rng_seed: RngSeed::Fixed(3), ..config },
        RngSeed::Fixed(_) => config,
    }
}

/// As many messages as the budget says.
pub(super) fn messages(bench: &Bench) -> Vec<Vec<u8>> {
    let config = config();
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    let messages = any_message::message(&bench.types.get_message_by_name(KINDS).unwrap(), 3);
    (0..cases).map(|_| messages.new_tree(&mut runner).unwrap().current().encode_to_vec()).collect()
}

#[tokio::test]
async fn python_agrees_on_every_message() {
    python_agrees(&Bench::start().await).await;
}

/// The same of derived types, by their own descriptors.
#[tokio::test]
async fn python_agrees_on_every_derived_message() {
    python_agrees(&Bench::derived().await).await;
}

/// What we print, Python reads as the same message, and it prints the same; and what Python prints, whichever way, we read as
/// the same message.
async fn python_agrees(bench: &Bench) {
    let messages = messages(bench);
    let mut printed = Vec::new();
    for message in &messages {
        printed.push(bench.print(message).await.unwrap());
    }
    let requests: Vec<_> = messages
        .iter()
        .zip(&printed)
        .map(|(message, text)| json!({ "bytes": base64(message), "json": text }))
        .collect();
    let mut back = Vec::new();
    let mut texts = Vec::new();
    for ((answer, text), message) in bench.judge(&requests).iter().zip(&printed).zip(&messages) {
        let Some(theirs) = answer["texts"].as_array() else { panic!("{text}\n{answer}") };
        for theirs in theirs {
            let theirs = theirs.as_str().unwrap();
            let read = bench.parse(theirs).await.unwrap_or_else(|error| panic!("{theirs}\n{error}"));
            back.push(json!({ "bytes": base64(message), "other": base64(&read) }));
            texts.push(theirs.to_owned());
        }
    }
    for (answer, text) in bench.judge(&back).iter().zip(&texts) {
        assert_eq!(*answer, json!({}), "{text}");
    }
    let length: usize = messages.iter().map(Vec::len).sum();
    assert!(length > 100 * messages.len(), "the messages are not empty: {length} bytes");
}

/// Two encodings, one after the other, are one message in protobuf: what stands there twice, in parts, packed or not, prints as what
/// prost-reflect merges it to.
#[tokio::test]
async fn what_stands_there_twice_prints_as_one_message() {
    let bench = Bench::start().await;
    let kinds = bench.types.get_message_by_name(KINDS).unwrap();
    let messages = messages(&bench);
    let mut printed = 0;
    for (first, second) in messages.iter().zip(messages.iter().skip(1)) {
        let both = [&first[..], &second[..]].concat();
        let merged = DynamicMessage::decode(kinds.clone(), &both[..]).unwrap().encode_to_vec();
        let (both, merged) = (bench.print(&both).await, bench.print(&merged).await);
        // Parts of two `Any`s may be no message, and then are none for both.
        assert_eq!(both.as_ref().ok(), merged.as_ref().ok());
        printed += usize::from(both.is_ok());
    }
    assert!(printed * 2 > messages.len(), "{printed} of {}", messages.len());
}

/// P-152: whatever becomes of a text on its way, it is a message or INVALID_ARGUMENT; and a message prints as one that is read as
/// itself.
#[tokio::test]
async fn damaged_texts_are_refused_or_read() {
    let bench = Bench::start().await;
    let mut random = TestRunner::new(config());
    let damage = (any::<Index>(), any::<Index>(), "[\\[\\]{}\":,0-9eE.+-]{0,2}|null|\\\\u|1e999|@type|value");
    let (mut refused, mut accepted) = (0, 0);
    for message in messages(&bench) {
        let text = bench.print(&message).await.unwrap();
        let places: Vec<_> = text.char_indices().map(|(place, _)| place).collect();
        let (at, length, inserted) = damage.new_tree(&mut random).unwrap().current();
        let at = at.index(places.len());
        let end = places.get(at + length.index(3)).copied().unwrap_or(text.len());
        let damaged = [&text[..places[at]], &inserted, &text[end..]].concat();
        match bench.parse(&damaged).await {
            Ok(read) => {
                let printed = bench.print(&read).await.unwrap();
                let again = bench.parse(&printed).await.unwrap();
                assert_eq!(bench.print(&again).await.unwrap(), printed, "{damaged}");
                accepted += 1;
            }
            Err(error) => {
                assert!(error.contains("INVALID_REQUEST_BODY"), "{damaged}: {error}");
                refused += 1;
            }
        }
    }
    assert!(refused > 10 && accepted > 10, "{refused} refused, {accepted} accepted");
}
