//! Filters as clients write them: what they match, what is refused, and what of them a store can decide.

use std::time::{Duration, SystemTime};

use prost::Message as _;
use prost_reflect::{DescriptorPool, DynamicMessage};
use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, EnumValueDescriptorProto, FieldDescriptorProto,
    FileDescriptorProto, FileDescriptorSet, MessageOptions,
};

use super::*;
use crate::data::conditions::Conditions;
use crate::data::name::OperationName;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::status::Status;

/// The metadata of Service Management: steps with tags 2 and 4 (P-096, P-097), and some more kinds of fields.
fn pool() -> DescriptorPool {
    let field = |name: &str, number, kind: Type, of: &str, label| FieldDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        label: Some(i32::from(label)),
        r#type: Some(kind.into()),
        type_name: (!of.is_empty()).then(|| of.to_owned()),
        ..Default::default()
    };
    let (one, many) = (Label::Optional, Label::Repeated);
    let value = |name: &str, number| EnumValueDescriptorProto {
        name: Some(name.to_owned()),
        number: Some(number),
        ..Default::default()
    };
    let step = DescriptorProto {
        name: Some("Step".into()),
        field: vec![
            field("description", 2, Type::String, "", one),
            field("status", 4, Type::Enum, ".acme.v1.State", one),
        ],
        ..Default::default()
    };
    let metadata = DescriptorProto {
        name: Some("Metadata".into()),
        field: vec![
            field("resource_names", 1, Type::String, "", many),
            field("steps", 2, Type::Message, ".acme.v1.Step", many),
            field("progress_percentage", 3, Type::Int32, "", one),
            field("start_time", 4, Type::Message, ".google.protobuf.Timestamp", one),
            field("took", 5, Type::Message, ".google.protobuf.Duration", one),
            field("size", 6, Type::Int64, "", one),
            field("ratio", 7, Type::Double, "", one),
            field("dry", 8, Type::Bool, "", one),
            field("step", 9, Type::Message, ".acme.v1.Step", one),
            field("limit", 10, Type::Message, ".google.protobuf.Int64Value", one),
            field("extra", 11, Type::Message, ".google.protobuf.Struct", one),
            field("digest", 12, Type::Bytes, "", one),
            field("weight", 13, Type::Float, "", one),
            field("labels", 14, Type::Message, ".acme.v1.Metadata.LabelsEntry", many),
            field("seen", 15, Type::Uint64, "", one),
        ],
        nested_type: vec![DescriptorProto {
            name: Some("LabelsEntry".into()),
            field: vec![field("key", 1, Type::String, "", one), field("value", 2, Type::String, "", one)],
            options: Some(MessageOptions { map_entry: Some(true), ..Default::default() }),
            ..Default::default()
        }],
        ..Default::default()
    };
    let file = FileDescriptorProto {
        name: Some("acme.proto".into()),
        package: Some("acme.v1".into()),
        dependency: ["timestamp", "duration", "wrappers", "struct"]
            .map(|name| format!("google/protobuf/{name}.proto"))
            .to_vec(),
        message_type: vec![step, metadata],
        enum_type: vec![EnumDescriptorProto {
            name: Some("State".into()),
            value: vec![value("STATE_UNSPECIFIED", 0), value("DONE", 1), value("IN_PROGRESS", 3)],
            ..Default::default()
        }],
        syntax: Some("proto3".into()),
        ..Default::default()
    };
    let mut pool = prost_reflect::ReflectMessage::descriptor(&()).parent_pool().clone();
    pool.decode_file_descriptor_set(&*FileDescriptorSet { file: vec![file] }.encode_to_vec()).unwrap();
    pool
}

fn types(pool: &DescriptorPool) -> Types {
    Types { metadata: vec![pool.get_message_by_name("acme.v1.Metadata").unwrap()], responses: Vec::new() }
}

/// An operation with metadata from its JSON.
fn operation(pool: &DescriptorPool, metadata: &str, outcome: Option<Outcome>) -> Snapshot {
    let message = pool.get_message_by_name("acme.v1.Metadata").unwrap();
    let bytes = crate::data::payload::parse::parse(&message, metadata.as_bytes()).unwrap();
    Snapshot {
        name: OperationName::parse("operations/rollouts.acme:7").unwrap(),
        metadata: Any::new("acme.v1.Metadata", bytes),
        outcome,
    }
}

const RUNNING: &str = r#"{
    "resourceNames": ["services/acme/rollouts/7", "services/other"],
    "steps": [{"description": "copy", "status": "DONE"}, {"description": "check", "status": "IN_PROGRESS"}],
    "progressPercentage": 60, "startTime": "2026-03-01T10:00:00.5Z", "took": "20.5s", "size": "9007199254740993",
    "ratio": 0.5, "dry": true, "step": {"description": ""}, "limit": "7",
    "extra": {"copied": 7, "labels": {"env": "prod"}, "tags": ["a", "b"], "ready": true}, "digest": "AAA=",
    "weight": 0.1, "labels": {"env": "prod", "a.b": "c"}, "seen": "18446744073709551615"
}"#;

/// Begun ten seconds after 1970, and ended ten seconds later.
fn times(operation: &Snapshot) -> Times {
    let create_time = SystemTime::UNIX_EPOCH + Duration::from_secs(10);
    let end_time = operation.is_done().then(|| create_time + Duration::from_secs(10));
    Times { create_time, end_time }
}

fn verdict(filter: &str, operation: &Snapshot, pool: &DescriptorPool) -> Result<bool, Problem> {
    let decode = |any: &Any| {
        let message = pool.get_message_by_name(any.full_name())?;
        DynamicMessage::decode(message, any.value.clone()).ok()
    };
    let filter = Filter::new(filter, &types(pool), None)?;
    Ok(filter.is_none_or(|filter| filter.matches(&Subject::new(operation, times(operation), &decode))))
}

#[test]
fn filters_match_what_they_say() {
    let pool = pool();
    let running = operation(&pool, RUNNING, None);
    let failed = Status::not_found("there is no disk");
    let failed = operation(&pool, "{}", Some(Outcome::Error(failed)));
    let finished = operation(&pool, "{}", Some(Outcome::Response(Any::new("acme.v1.Unknown", "x"))));
    // The filter, and whether it matches the running one, the failed one, the finished one.
    let cases = [
        ("", [true, true, true]),
        ("done = true", [false, true, true]),
        ("done=false", [true, false, false]),
        ("done != true", [true, false, false]),
        ("NOT done = true", [true, false, false]),
        ("-done = true", [true, false, false]),
        ("done:*", [false, true, true]),
        ("error:*", [false, true, false]),
        ("NOT error:*", [true, false, true]),
        ("error.code = 5", [false, true, false]),
        // P-126: what is unset matches nothing, with `!=` neither.
        ("error.code != 7", [false, true, false]),
        ("error.message = \"*no disk\"", [false, true, false]),
        ("create_time >= 1970-01-01T00:00:10Z", [true, true, true]),
        ("createTime < 1970-01-01T00:00:10Z", [false, false, false]),
        ("end_time > 1970-01-01T00:00:10Z", [false, true, true]),
        ("NOT endTime:*", [true, false, false]),
        ("response:*", [false, false, true]),
        ("metadata:*", [true, true, true]),
        ("response.@type = type.googleapis.com/acme.v1.Unknown", [false, false, true]),
        ("metadata.@type = \"type.googleapis.com/acme.v1.Metadata\"", [true, true, true]),
        ("metadata.@type = type.googleapis.com/acme.v1.Other", [false, false, false]),
        ("name = operations/rollouts.acme:7", [true, true, true]),
        ("name = \"operations/rollouts*\"", [true, true, true]),
        ("name = \"*:7\" AND name=\"*acme*\"", [true, true, true]),
        ("name != operations/rollouts.acme:7", [false, false, false]),
        // Numbers, both spellings of names, negative literals.
        ("metadata.progress_percentage > 50", [true, false, false]),
        ("metadata.progressPercentage >= 61", [false, false, false]),
        ("metadata.progress_percentage > -30", [true, true, true]),
        ("metadata.progress_percentage:*", [true, false, false]),
        ("metadata.size = 9007199254740993", [true, false, false]),
        ("metadata.size = 9007199254740992", [false, false, false]),
        ("metadata.ratio < 0.75", [true, true, true]),
        ("metadata.ratio = 5e-1", [true, false, false]),
        ("metadata.weight = 0.1", [true, false, false]),
        ("metadata.seen = 18446744073709551615", [true, false, false]),
        ("metadata.dry = true", [true, false, false]),
        ("metadata.limit > 6", [true, false, false]),
        // P-129: an unquoted timestamp has colons; offsets; a date alone.
        ("metadata.startTime >= 2026-03-01T10:00:00.5Z", [true, false, false]),
        ("metadata.startTime > 2026-03-01T12:00:00+02:00", [true, false, false]),
        ("metadata.start_time>=\"2026-03-02\"", [false, false, false]),
        ("(metadata.startTime < 2026-03-01T10:00:01Z)", [true, false, false]),
        ("metadata.startTime:*", [true, false, false]),
        ("metadata.took > 20s", [true, false, false]),
        ("metadata.took != 20.5s", [false, false, false]),
        // Messages, repeated fields, enums.
        ("metadata.step:*", [true, false, false]),
        ("metadata.step.description = \"\"", [true, false, false]),
        ("metadata.step.description != x", [true, false, false]),
        ("metadata.steps.status:IN_PROGRESS", [true, false, false]),
        ("metadata.steps.status:STATE_UNSPECIFIED", [false, false, false]),
        ("metadata.steps:*", [true, false, false]),
        ("metadata.resource_names:\"services/acme/*\"", [true, false, false]),
        ("metadata.resource_names:services/none", [false, false, false]),
        // Maps: a key, and what it leads to; an absent key matches nothing.
        ("metadata.labels:env", [true, false, false]),
        ("metadata.labels:prod", [false, false, false]),
        ("metadata.labels.env = \"p*\"", [true, false, false]),
        ("metadata.labels.\"a.b\" = c", [true, false, false]),
        ("metadata.labels.zone != x", [false, false, false]),
        // A Struct.
        ("metadata.extra.copied = 7", [true, false, false]),
        ("metadata.extra.labels.env = prod", [true, false, false]),
        ("metadata.extra.labels:env", [true, false, false]),
        ("metadata.extra.tags:b", [true, false, false]),
        ("metadata.extra.ready = false", [false, false, false]),
        ("metadata.extra.none = 7", [false, false, false]),
        ("metadata.digest:*", [true, false, false]),
        // P-123: OR binds tighter than AND; side by side is AND; lower case is no keyword.
        ("done = true AND error.code = 7 OR error.code = 5", [false, true, false]),
        ("error.code = 5 OR error.code = 7 AND done = false", [false, false, false]),
        ("done = true error:*", [false, true, false]),
        ("done = true AND (error:* OR response:*)", [false, true, true]),
    ];
    for (filter, expected) in cases {
        let verdicts = [&running, &failed, &finished].map(|operation| verdict(filter, operation, &pool));
        assert_eq!(verdicts, expected.map(Ok), "{filter}");
    }
}

#[test]
fn what_makes_no_sense_is_said() {
    let pool = pool();
    let any = operation(&pool, "{}", None);
    let cases = [
        ("nothing = 1", "there is no field `nothing`"),
        ("metadata.nothing = 1", "there is no field `metadata.nothing`"),
        ("metadata.step.nothing:*", "there is no field"),
        ("metadata.progress_percentage.x = 1", "there is no field"),
        ("response.x = 1", "there is no field `response.x`"),
        ("error.details:*", "there is no field"),
        ("done = 1", "`true` or `false`, and not `1`"),
        ("done > false", "has no order"),
        ("metadata.progress_percentage = many", "an integer, and not `many`"),
        ("metadata.progress_percentage = 1.5", "an integer, and not `1.5`"),
        ("metadata.ratio = half", "a number"),
        ("metadata.startTime > yesterday", "a timestamp"),
        ("create_time > yesterday", "a timestamp"),
        ("create_time.seconds > 1", "there is no field"),
        ("metadata.took = 20", "a duration"),
        ("metadata.steps.status:RUNNING", "a name of acme.v1.State"),
        ("metadata.steps.status = DONE", "`steps` is repeated: use `:` with it"),
        ("metadata.step = x", "`metadata.step` has parts"),
        ("metadata = x", "`metadata` has parts"),
        // What could never match is no answer of nothing (P-122, P-125).
        ("metadata.step:x", "`metadata.step` has parts"),
        ("metadata.steps:DONE", "`metadata.steps` has parts"),
        ("error:x", "`error` has parts"),
        ("metadata.labels = x", "`metadata.labels` has parts"),
        ("metadata.digest:x", "`metadata.digest` has parts"),
        ("metadata.steps.0:*", "there is no field `metadata.steps.0`"),
        ("done", "`done` stands alone"),
        ("done = true and error:*", "`and` stands alone"),
        ("name = (a OR b)", "a value in parentheses"),
        ("regex(name, \"a\")", "functions are not supported"),
        ("name = regex(\"a\")", "functions are not supported"),
        ("(done = true", "expected"),
        ("done = ", "unexpected end"),
        ("name = \"a", "unterminated"),
        ("AND", ""),
    ];
    for (filter, expected) in cases {
        let problem = verdict(filter, &any, &pool).expect_err(filter).to_string();
        assert!(problem.contains(expected), "{filter}: {problem}");
    }
}

/// P-130.
#[test]
fn length_and_depth_have_bounds() {
    let pool = pool();
    let any = operation(&pool, "{}", None);
    for bomb in
        ["(".repeat(4_000), "-".repeat(4_000), "NOT ".repeat(1_000), "a.".repeat(2_000), ":".repeat(4_000)]
    {
        assert!(verdict(&bomb, &any, &pool).is_err());
    }
    let long = format!("done = true{}", " AND done = true".repeat(100_000));
    assert!(verdict(&long, &any, &pool).unwrap_err().to_string().contains("longer than"));
    let deep = format!("{}done = false{}", "(".repeat(30), ")".repeat(30));
    assert_eq!(verdict(&deep, &any, &pool), Ok(true));
}

/// P-128: an API's own words.
#[test]
fn aliases_stand_for_filters() {
    let pool = pool();
    let running = operation(&pool, RUNNING, None);
    let alias = |field: &str, comparator: &str, value: &str| match (field, comparator, value) {
        ("startTime", ..) => Some(format!("metadata.start_time {comparator} {value:?}")),
        ("serviceName", "=", service) => Some(format!("metadata.resource_names:\"services/{service}/*\"")),
        ("status", "=", "done") => Some("done = true AND NOT error:*".to_owned()),
        ("status", "!=", "done") => Some("NOT (done = true AND NOT error:*)".to_owned()),
        _ => None,
    };
    let decode = |any: &Any| {
        DynamicMessage::decode(pool.get_message_by_name(any.full_name())?, any.value.clone()).ok()
    };
    let verdict = |filter: &str| {
        let filter = Filter::new(filter, &types(&pool), Some(&alias))?;
        Ok::<_, Problem>(
            filter.is_some_and(|filter| filter.matches(&Subject::new(&running, times(&running), &decode))),
        )
    };
    assert_eq!(verdict("serviceName=acme AND startTime>=\"2017-02-01\""), Ok(true));
    assert_eq!(verdict("serviceName = none"), Ok(false));
    assert_eq!(verdict("status != done OR done = true"), Ok(true));
    assert!(verdict("serviceName > acme").is_err());
}

#[test]
fn what_a_store_can_decide_is_seen() {
    let pool = pool();
    let conditions = |text| Filter::new(text, &types(&pool), None).unwrap().unwrap().conditions();
    let none = Conditions::default();
    assert_eq!(conditions("done = true AND metadata:*"), Conditions { done: Some(true), ..none.clone() });
    assert_eq!(conditions("metadata:* (done = false)"), Conditions { done: Some(false), ..none.clone() });
    assert_eq!(conditions("done = true OR metadata:*"), none);
    assert_eq!(conditions("NOT done = true"), none);
    let second = |second| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(second));
    assert_eq!(
        conditions(
            "create_time > 1970-01-01T00:00:05Z createTime >= 1970-01-01T00:00:03Z create_time<1970-01-01T00:00:09Z"
        ),
        Conditions { created_from: second(5), created_to: second(9), ..none.clone() }
    );
    // What a store keeps of an instant are whole microseconds: it may leave more, and never less.
    assert_eq!(
        conditions("create_time = 1970-01-01T00:00:00.000000500Z"),
        Conditions {
            created_from: second(0),
            created_to: Some(SystemTime::UNIX_EPOCH + Duration::from_micros(1)),
            ..none.clone()
        }
    );
    assert_eq!(conditions("create_time != 1970-01-01T00:00:05Z OR done = true"), none);
    assert_eq!(
        conditions("metadata.@type = type.googleapis.com/a.B AND response.@type:\"x/C\""),
        Conditions {
            metadata_type: Some("type.googleapis.com/a.B".into()),
            response_type: Some("x/C".into()),
            ..none.clone()
        }
    );
    assert_eq!(conditions("metadata.@type = \"*a.B\""), none);
}
