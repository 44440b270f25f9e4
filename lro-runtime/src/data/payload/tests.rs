//! Derived types through the registry: their descriptors, and their JSON both ways.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use prost::Message;
use prost_reflect::{DynamicMessage, ReflectMessage};
use prost_types::{FieldMask, Struct, Timestamp};

use super::any::Any;
use super::registry::Registry;
use super::{Payload, PayloadError};
use crate::data::payload::json_value::Json;

fn pack<T: Payload>(payload: &T) -> Result<Any, PayloadError> {
    Ok(Any::new(&T::full_name(), payload.to_wire()?))
}

/// Every kind of field.
#[derive(Clone, Debug, PartialEq, crate::Payload)]
#[payload(package = "lro.unit.v1", crate = crate)]
struct Everything {
    /// Whether it is.
    #[payload(tag = 1)]
    boolean: bool,
    #[payload(tag = 2)]
    int32: i32,
    #[payload(tag = 3)]
    int64: i64,
    #[payload(tag = 4)]
    uint32: u32,
    #[payload(tag = 5)]
    uint64: u64,
    #[payload(tag = 6)]
    float: f32,
    #[payload(tag = 7)]
    double: f64,
    #[payload(tag = 8)]
    r#type: String,
    #[payload(tag = 9)]
    some_data: Vec<u8>,
    #[payload(tag = 10)]
    shared_data: Bytes,
    #[payload(tag = 11)]
    maybe_number: Option<u32>,
    #[payload(tag = 12)]
    maybe_text: Option<String>,
    #[payload(tag = 13)]
    numbers: Vec<i64>,
    #[payload(tag = 14)]
    texts: Vec<String>,
    #[payload(tag = 15)]
    by_text: HashMap<String, u64>,
    #[payload(tag = 16)]
    by_number: BTreeMap<i32, Part>,
    #[payload(tag = 17)]
    by_boolean: HashMap<bool, Phase>,
    #[payload(tag = 18)]
    part: Part,
    #[payload(tag = 19)]
    maybe_part: Option<Part>,
    #[payload(tag = 20)]
    parts: Vec<Part>,
    #[payload(tag = 21)]
    itself: Option<Box<Everything>>,
    #[payload(tag = 22)]
    phase: Phase,
    #[payload(tag = 23)]
    maybe_phase: Option<Phase>,
    #[payload(tag = 24)]
    phases: Vec<Phase>,
    #[payload(oneof)]
    choice: Option<Choice>,
    #[payload(tag = 30)]
    timestamp: Option<Timestamp>,
    #[payload(tag = 31)]
    system_time: Option<SystemTime>,
    #[payload(tag = 32)]
    duration: Option<Duration>,
    #[payload(tag = 33)]
    mask: Option<FieldMask>,
    #[payload(tag = 34)]
    object: Option<Struct>,
    #[payload(tag = 35)]
    any: Option<prost_types::Any>,
    #[payload(tag = 36)]
    anys: Vec<prost_types::Any>,
    #[payload(tag = 37, name = "renamed_field")]
    original: u32,
    #[payload(tag = 38, message)]
    wrapped: Option<u64>,
    #[payload(tag = 39, message)]
    foreign: Option<tonic_types_with_names::Status>,
    #[payload(tag = 40)]
    empty: Option<()>,
}

#[derive(Clone, Debug, PartialEq, crate::Payload)]
#[payload(package = "lro.unit.v1", name = "Everything.Part", crate = crate)]
struct Part {
    #[payload(tag = 2)]
    name: String,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, crate::Payload)]
#[payload(package = "lro.unit.v1", name = "Everything.Phase", crate = crate)]
enum Phase {
    #[payload(tag = 0)]
    Unspecified,
    /// Still going on.
    #[payload(tag = 1)]
    InProgress,
    #[payload(tag = 2, name = "FINISHED")]
    Done,
    #[payload(other)]
    Other(i32),
}

#[derive(Clone, Debug, PartialEq, crate::Payload)]
#[payload(crate = crate)]
enum Choice {
    #[payload(tag = 25)]
    ByName(String),
    /// By its part.
    #[payload(tag = 26)]
    ByPart(Part),
}

/// A message of a descriptor set that is always there, as a user's own prost type would be.
mod tonic_types_with_names {
    #[derive(Clone, PartialEq, prost::Message)]
    pub(super) struct Status {
        #[prost(int32, tag = "1")]
        pub(super) code: i32,
    }

    impl prost::Name for Status {
        const NAME: &'static str = "Status";
        const PACKAGE: &'static str = "google.rpc";
    }
}

fn everything() -> Everything {
    let empty = prost_types::Any {
        type_url: "type.googleapis.com/google.protobuf.Empty".to_owned(),
        value: Vec::new(),
    };
    let part = Part { name: "p".to_owned() };
    Everything {
        boolean: true,
        int32: -1,
        int64: i64::MIN,
        uint32: u32::MAX,
        uint64: u64::MAX,
        float: 0.5,
        double: f64::NEG_INFINITY,
        r#type: "t\u{1f600}".to_owned(),
        some_data: vec![0xfb, 0xff],
        shared_data: Bytes::from_static(b"s"),
        maybe_number: Some(0),
        maybe_text: Some(String::new()),
        numbers: vec![1, -1],
        texts: vec!["a".to_owned(), String::new()],
        by_text: [("b".to_owned(), 2), ("a".to_owned(), 0)].into(),
        by_number: [(10, Part::default()), (-1, part.clone())].into(),
        by_boolean: [(true, Phase::Done), (false, Phase::Unspecified)].into(),
        part: Part::default(),
        maybe_part: Some(Part::default()),
        parts: vec![part.clone(), Part::default()],
        itself: Some(Box::default()),
        phase: Phase::InProgress,
        maybe_phase: Some(Phase::Unspecified),
        phases: vec![Phase::Done, Phase::Other(77)],
        choice: Some(Choice::ByPart(part)),
        timestamp: Some(Timestamp { seconds: 0, nanos: 500_000 }),
        system_time: Some(UNIX_EPOCH - Duration::from_millis(500)),
        duration: Some(Duration::from_millis(1_500)),
        mask: Some(FieldMask { paths: vec!["some_data".to_owned(), "part.name".to_owned()] }),
        object: Some(Struct { fields: [("k".to_owned(), 1.into())].into() }),
        any: Some(empty.clone()),
        anys: vec![empty],
        original: 1,
        wrapped: Some(0),
        foreign: Some(tonic_types_with_names::Status { code: 5 }),
        empty: Some(()),
    }
}

const JSON: &str = r#"{
    "@type": "type.googleapis.com/lro.unit.v1.Everything",
    "boolean": true,
    "int32": -1,
    "int64": "-9223372036854775808",
    "uint32": 4294967295,
    "uint64": "18446744073709551615",
    "float": 0.5,
    "double": "-Infinity",
    "type": "t😀",
    "someData": "+/8=",
    "sharedData": "cw==",
    "maybeNumber": 0,
    "maybeText": "",
    "numbers": ["1", "-1"],
    "texts": ["a", ""],
    "byText": { "a": "0", "b": "2" },
    "byNumber": { "-1": { "name": "p" }, "10": {} },
    "byBoolean": { "false": "UNSPECIFIED", "true": "FINISHED" },
    "part": {},
    "maybePart": {},
    "parts": [{ "name": "p" }, {}],
    "itself": { "part": {} },
    "phase": "IN_PROGRESS",
    "maybePhase": "UNSPECIFIED",
    "phases": ["FINISHED", 77],
    "byPart": { "name": "p" },
    "timestamp": "1970-01-01T00:00:00.000500Z",
    "systemTime": "1969-12-31T23:59:59.500Z",
    "duration": "1.500s",
    "mask": "someData,part.name",
    "object": { "k": 1 },
    "any": { "@type": "type.googleapis.com/google.protobuf.Empty" },
    "anys": [{ "@type": "type.googleapis.com/google.protobuf.Empty" }],
    "renamedField": 1,
    "wrapped": "0",
    "foreign": { "code": 5 },
    "empty": {}
}"#;

/// P-156…P-165, with P-159 for what is set but empty.
#[test]
fn every_kind_has_its_json_and_reads_it_back() {
    let registry = Registry::build(&[]).unwrap();
    let text = registry.render(&pack(&everything()).unwrap()).unwrap();
    let read: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut expected: serde_json::Value = serde_json::from_str(JSON).unwrap();
    assert_eq!(read, expected);
    expected.as_object_mut().unwrap().remove("@type");
    let bytes = registry.parse("lro.unit.v1.Everything", expected.to_string().as_bytes()).unwrap();
    assert_eq!(Everything::from_wire(&bytes).unwrap(), everything());
}

/// P-157, P-158: what is at its default is left out, and nothing is `null`.
#[test]
fn the_default_has_nothing_but_its_type_and_what_is_always_there() {
    let registry = Registry::build(&[]).unwrap();
    let text = registry.render(&pack(&Everything::default()).unwrap()).unwrap();
    assert_eq!(text, r#"{"@type":"type.googleapis.com/lro.unit.v1.Everything","part":{}}"#);
    let read = registry.parse("lro.unit.v1.Everything", b"{}").unwrap();
    assert_eq!(Everything::from_wire(&read), Ok(Everything::default()));
}

#[test]
fn the_descriptor_reads_and_writes_the_same_bytes() {
    let registry = Registry::build(&[]).unwrap();
    let descriptor = registry.pool().get_message_by_name("lro.unit.v1.Everything").unwrap();
    let bytes = everything().to_wire().unwrap();
    let message = DynamicMessage::decode(descriptor, bytes.clone()).unwrap();
    assert_eq!(message.unknown_fields().count(), 0);
    assert_eq!(Everything::from_wire(&message.encode_to_vec()), Ok(everything()));
    let descriptor = message.descriptor();
    assert!(descriptor.get_field_by_name("maybe_number").unwrap().supports_presence());
    assert!(!descriptor.get_field_by_name("uint32").unwrap().supports_presence());
    assert!(descriptor.get_field_by_name("numbers").unwrap().is_packed());
    assert!(descriptor.get_field_by_name("by_text").unwrap().is_map());
    let choice = descriptor.get_field_by_name("by_part").unwrap().containing_oneof().unwrap();
    assert_eq!((choice.name(), choice.is_synthetic(), choice.fields().len()), ("choice", false, 2));
}

/// What a later exporter of `.proto` text reads.
#[test]
fn documentation_is_in_the_descriptor() {
    let registry = Registry::build(&[]).unwrap();
    let message = registry.pool().get_message_by_name("lro.unit.v1.Everything").unwrap();
    let phase = registry.pool().get_enum_by_name("lro.unit.v1.Everything.Phase").unwrap();
    let file = message.parent_file();
    let locations = &file.file_descriptor_proto().source_code_info.as_ref().unwrap().location;
    let comment = |path: &[i32]| {
        locations
            .iter()
            .find(|location| location.path == path)
            .map(|location| location.leading_comments().trim_end())
    };
    assert_eq!(comment(message.path()), Some("Every kind of field."));
    assert_eq!(comment(message.get_field_by_name("boolean").unwrap().path()), Some("Whether it is."));
    assert_eq!(comment(message.get_field_by_name("by_part").unwrap().path()), Some("By its part."));
    assert_eq!(comment(phase.path()), Some("How far it is."));
    assert_eq!(comment(phase.get_value_by_name("IN_PROGRESS").unwrap().path()), Some("Still going on."));
    assert_eq!(comment(message.get_field_by_name("int32").unwrap().path()), None);
}

/// The names that prost keeps for itself: JSON, unlike bytes, shows them.
#[test]
fn names_are_those_of_the_rust_type_unless_given() {
    let registry = Registry::build(&[]).unwrap();
    let message = registry.pool().get_message_by_name("lro.unit.v1.Everything").unwrap();
    assert!(message.get_field_by_name("type").is_some() && message.get_field_by_name("r#type").is_none());
    assert!(
        message.get_field_by_name("renamed_field").is_some()
            && message.get_field_by_name("original").is_none()
    );
    assert!(registry.parse("lro.unit.v1.Everything", br#"{"renamed_field":1,"some_data":"-_8"}"#).is_ok());
    assert!(registry.parse("lro.unit.v1.Everything", br#"{"original":1}"#).is_err());
}

/// P-163: URL-safe and unpadded base64, numbers as strings, strings as numbers, names and numbers of enums.
#[test]
fn requests_may_be_written_in_several_ways() {
    let registry = Registry::build(&[]).unwrap();
    let read = |json: &str| {
        let bytes =
            registry.parse("lro.unit.v1.Everything", json.as_bytes()).map_err(|error| error.to_string())?;
        Ok::<_, String>(Everything::from_wire(&bytes).unwrap())
    };
    let expected = Everything { some_data: vec![0xfb, 0xff], ..Everything::default() };
    for json in
        [r#"{"someData":"+/8="}"#, r#"{"someData":"-_8="}"#, r#"{"someData":"+/8"}"#, r#"{"someData":"-_8"}"#]
    {
        assert_eq!(read(json), Ok(expected.clone()), "{json}");
    }
    let expected = Everything { int64: 5, uint32: 5, double: 5.0, ..Everything::default() };
    for json in [
        r#"{"int64":"5","uint32":"5","double":"5"}"#,
        r#"{"int64":5,"uint32":5,"double":5}"#,
        r#"{"int64":5.0,"uint32":5e0,"double":0.5e1,"itself":null}"#,
    ] {
        assert_eq!(read(json), Ok(expected.clone()), "{json}");
    }
    let expected = Everything { phase: Phase::Done, phases: vec![Phase::Other(9)], ..Everything::default() };
    assert_eq!(read(r#"{"phase":"FINISHED","phases":[9]}"#), Ok(expected));
    assert!(read(r#"{"double":"NaN"}"#).unwrap().double.is_nan());
    for wrong in [
        r#"{"phase":"Done"}"#,
        r#"{"int32":2147483648}"#,
        r#"{"uint32":-1}"#,
        r#"{"uint64":0.5}"#,
        r#"{"byName":"a","byPart":{}}"#,
        r#"{"boolean":"true"}"#,
        r#"{"someData":"?"}"#,
        r#"{"byNumber":{"x":{}}}"#,
        r#"{"numbers":5}"#,
    ] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
}

/// The second document of the seeds: a restriction that is chosen and empty is printed (P-159).
#[test]
fn a_chosen_but_empty_message_is_printed() {
    #[derive(Clone, Debug, PartialEq, crate::Payload)]
    #[payload(package = "lro.unit.v1", crate = crate)]
    struct Restrictions {
        #[payload(oneof)]
        client: Option<Client>,
    }

    #[derive(Clone, Debug, PartialEq, crate::Payload)]
    #[payload(crate = crate)]
    enum Client {
        #[payload(tag = 1)]
        BrowserKeyRestrictions(Browser),
    }

    #[derive(Clone, Debug, PartialEq, crate::Payload)]
    #[payload(package = "lro.unit.v1", crate = crate)]
    struct Browser {
        #[payload(tag = 1)]
        allowed_referrers: Vec<String>,
    }

    let registry = Registry::build(&[]).unwrap();
    let client = Some(Client::BrowserKeyRestrictions(Browser::default()));
    let text = registry.render(&pack(&Restrictions { client }).unwrap()).unwrap();
    assert!(text.ends_with(r#","browserKeyRestrictions":{}}"#), "{text}");
}

#[test]
fn a_serde_type_is_rendered_as_it_was() {
    let value = serde_json::json!({ "a": [1, 2.5, null, { "b": "c" }], "z": 9_007_199_254_740_992_u64 });
    let text = Registry::build(&[]).unwrap().render(&pack(&Json(value.clone())).unwrap()).unwrap();
    assert_eq!(text, format!(r#"{{"@type":"type.googleapis.com/google.protobuf.Struct","value":{value}}}"#));
}

/// A message in which the wire's depth limit is met is refused at the bytes, not while it is printed.
#[test]
fn deep_messages_are_refused() {
    let registry = Registry::build(&[]).unwrap();
    let deep = |levels| {
        let wrap = |inner, _| Everything { itself: Some(Box::new(inner)), ..Everything::default() };
        registry.render(&pack(&(0..levels).fold(Everything::default(), wrap)).unwrap())
    };
    assert!(deep(90).is_ok());
    assert!(deep(200).is_err());
}
