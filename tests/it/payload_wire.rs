//! The bytes of payloads: what a protobuf reader may meet, and what must never happen.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lro_runtime::{Json, Payload};
use prost::{Message, Name};
use serde::{Deserialize, Serialize};

/// Numbers with gaps, as in `google.api.servicemanagement.v1.OperationMetadata.Step` (P-097).
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.wire.v1", name = "Plan.Step")]
struct Step {
    #[payload(tag = 4)]
    weight: u32,
    #[payload(tag = 2)]
    description: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.wire.v1")]
struct Plan {
    #[payload(tag = 1)]
    first: Option<Step>,
    #[payload(tag = 3)]
    labels: HashMap<String, u32>,
    #[payload(tag = 536_870_911)]
    next: Option<Box<Plan>>,
    #[payload(tag = 5)]
    strict: Option<Strict>,
    #[payload(oneof)]
    target: Option<Target>,
}

/// An enum without a place for numbers that it does not know.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.wire.v1", name = "Plan.Strict")]
enum Strict {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(tag = 1)]
    Yes,
}

#[derive(Clone, Debug, PartialEq, Payload)]
enum Target {
    #[payload(tag = 10)]
    Step(Step),
    #[payload(tag = 11)]
    Number(u32),
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.wire.v1")]
struct Times {
    #[payload(tag = 1)]
    length: Duration,
    #[payload(tag = 2)]
    at: SystemTime,
    #[payload(tag = 3)]
    lengths: Vec<Duration>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.wire.v1")]
struct Nothing;

#[test]
fn numbers_are_the_authors_and_are_written_in_order() {
    let step = Step { weight: 1, description: "a".to_owned() };
    assert_eq!(&step.to_wire().unwrap()[..], b"\x12\x01a\x20\x01");
}

#[test]
fn names_are_those_of_the_type_url() {
    assert_eq!(<Step as Payload>::full_name(), "lro.tests.wire.v1.Plan.Step");
    assert_eq!((Step::PACKAGE, Step::NAME), ("lro.tests.wire.v1", "Step"));
    assert_eq!(Step::type_url(), "type.googleapis.com/lro.tests.wire.v1.Plan.Step");
    assert_eq!(<() as Payload>::full_name(), "google.protobuf.Empty");
}

#[test]
fn a_unit_struct_is_a_message_without_fields() {
    assert!(Nothing.to_wire().unwrap().is_empty());
    assert_eq!(Nothing::from_wire(b""), Ok(Nothing));
}

/// P-159: set but empty is not the same as not set.
#[test]
fn a_set_but_empty_message_is_kept() {
    let plan = Plan { first: Some(Step::default()), ..Plan::default() };
    assert_eq!(&plan.to_wire().unwrap()[..], b"\x0a\x00");
    assert_eq!(Plan::from_wire(b"\x0a\x00"), Ok(plan));
    assert_eq!(Plan::from_wire(b""), Ok(Plan::default()));
    let chosen = Plan { target: Some(Target::Number(0)), ..Plan::default() };
    assert_eq!(Plan::from_wire(&chosen.to_wire().unwrap()), Ok(chosen));
}

/// P-017: the same value has the same bytes.
#[test]
fn maps_are_written_sorted() {
    let labels = |order: &mut dyn Iterator<Item = u32>| Plan {
        labels: order.map(|n| (format!("{n:03}"), n)).collect(),
        ..Plan::default()
    };
    let (up, down) = (labels(&mut (0..100)), labels(&mut (0..100).rev()));
    assert_eq!(up.to_wire(), down.to_wire());
}

#[test]
fn unknown_fields_are_passed_over() {
    // A varint, a fixed64, a length-delimited one, a group with a field in it, and a fixed32.
    let unknown = b"\x38\x01\x39aaaaaaaa\x3a\x02hi\x3b\x08\x01\x3c\x3dbbbb";
    let known = Plan { first: Some(Step::default()), ..Plan::default() };
    let bytes = [&unknown[..], &known.to_wire().unwrap(), unknown].concat();
    assert_eq!(Plan::from_wire(&bytes), Ok(known));
}

#[test]
fn an_unknown_enum_value_without_a_place_is_the_first() {
    assert_eq!(Plan::from_wire(b"\x28\x09").unwrap().strict, Some(Strict::Unspecified));
}

#[test]
fn the_parts_of_a_message_in_several_chunks_come_together() {
    let weight =
        Plan { target: Some(Target::Step(Step { weight: 7, ..Step::default() })), ..Plan::default() };
    let text = Step { description: "a".to_owned(), ..Step::default() };
    let text = Plan { target: Some(Target::Step(text)), ..Plan::default() };
    let number = Plan { target: Some(Target::Number(1)), ..Plan::default() };
    let [weight, text, number] = [weight, text, number].map(|plan| plan.encode_to_vec());
    let both = Some(Target::Step(Step { weight: 7, description: "a".to_owned() }));
    assert_eq!(Plan::from_wire(&[weight.clone(), text.clone()].concat()).unwrap().target, both);
    // Another variant in between begins anew.
    let last = Some(Target::Step(Step { weight: 0, description: "a".to_owned() }));
    assert_eq!(Plan::from_wire(&[weight, number, text].concat()).unwrap().target, last);
    // Seconds in one chunk, nanoseconds in the next.
    let times = Times::from_wire(b"\x0a\x02\x08\x05\x0a\x02\x10\x07").unwrap();
    assert_eq!(times.length, Duration::new(5, 7));
}

#[test]
fn times_survive_and_end_where_protobuf_ends() {
    let times = Times {
        length: Duration::new(1, 500),
        at: UNIX_EPOCH - Duration::from_millis(1_500),
        lengths: vec![Duration::ZERO, Duration::MAX],
    };
    let read = Times::from_wire(&times.to_wire().unwrap()).unwrap();
    assert_eq!((read.length, read.at), (times.length, times.at));
    assert_eq!(read.lengths, [Duration::ZERO, Duration::new(315_576_000_000, 999_999_999)]);
    assert_eq!((Times::default().length, Times::default().at), (Duration::ZERO, UNIX_EPOCH));
}

#[test]
fn a_negative_duration_is_an_error_that_names_the_field() {
    let negative = prost_types::Duration { seconds: -1, nanos: 0 }.encode_to_vec();
    let bytes = [&[0x0a, negative.len() as u8][..], &negative].concat();
    let error = Times::from_wire(&bytes).unwrap_err().to_string();
    assert!(error.contains("Times.length") && error.contains("negative"), "{error}");
}

#[test]
fn too_deep_is_an_error() {
    let deep = |levels| {
        (0..levels).fold(Plan::default(), |plan, _| Plan { next: Some(Box::new(plan)), ..Plan::default() })
    };
    assert!(Plan::from_wire(&deep(90).to_wire().unwrap()).is_ok());
    assert!(Plan::from_wire(&deep(200).to_wire().unwrap()).is_err());
    // A bomb, whose lengths lie as well.
    let bomb = b"\xfa\xff\xff\xff\x0f\xff\x7f".repeat(100_000);
    assert!(Plan::from_wire(&bomb).is_err());
    let groups = vec![0x3b; 1_000_000];
    assert!(Plan::from_wire(&groups).is_err());
}

#[test]
fn a_derived_message_is_a_message_to_prost() {
    let plan = Plan { labels: [("a".to_owned(), 1)].into(), ..Plan::default() };
    let any = prost_types::Any::from_msg(&plan).unwrap();
    assert_eq!(any.type_url, "type.googleapis.com/lro.tests.wire.v1.Plan");
    assert_eq!(any.to_msg::<Plan>().unwrap(), plan);
    let mut cleared = plan;
    cleared.clear();
    assert_eq!(cleared, Plan::default());
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Copied {
    bytes: u64,
    ratio: f64,
    nested: Option<Box<Copied>>,
    tags: Vec<String>,
}

#[test]
fn a_serde_type_is_a_struct() {
    let inner = Copied { ratio: 0.5, ..Copied::default() };
    let copied =
        Copied { bytes: 1 << 53, ratio: 2.0, nested: Some(Box::new(inner)), tags: vec!["a".to_owned()] };
    let copied = Json(copied);
    assert_eq!(Json::<Copied>::full_name(), "google.protobuf.Struct");
    assert_eq!(Json::from_wire(&copied.to_wire().unwrap()), Ok(copied));
    assert_eq!(Json::<Copied>::initial(), Json(Copied::default()));
}

#[test]
fn what_a_struct_cannot_hold_is_an_error() {
    for bytes in [(1 << 53) + 1, u64::MAX] {
        let error = Json(Copied { bytes, ..Copied::default() }).to_wire().unwrap_err().to_string();
        assert!(error.contains(&bytes.to_string()) && error.contains("2^53"), "{error}");
    }
    assert!(Json(i64::MIN).to_wire().is_err());
    for value in [serde_json::json!([1]), serde_json::json!("a"), serde_json::json!(null)] {
        assert!(Json(value).to_wire().unwrap_err().to_string().contains("JSON object"));
    }
    assert!(Json::<Copied>::from_wire(b"\xff").is_err());
    assert!(Json::<Copied>::from_wire(b"").unwrap_err().to_string().contains("bytes"));
}
