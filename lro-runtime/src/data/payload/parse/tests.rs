//! What is accepted as a request (P-152, P-156, P-161, P-163, P-164), with prost's and Google's own types.

use prost::Message;
use prost_types::{Any, Duration, FieldMask, Timestamp};
use tonic_types::pb;

use super::ParseError;
use crate::data::payload::registry::Registry;

fn parse<M: Message + Default>(full_name: &str, json: &str) -> Result<M, String> {
    let registry = Registry::build(&[]).unwrap();
    let bytes = registry.parse(full_name, json.as_bytes()).map_err(|error| error.to_string())?;
    Ok(M::decode(bytes).unwrap())
}

fn status(json: &str) -> Result<pb::Status, String> {
    parse("google.rpc.Status", json)
}

fn empty() -> Any {
    Any { type_url: "type.googleapis.com/google.protobuf.Empty".to_owned(), value: Vec::new() }
}

#[test]
fn both_spellings_of_a_name_are_accepted() {
    for json in [r#"{"retryDelay":"1.5s"}"#, r#"{"retry_delay":"1.500s"}"#] {
        let info: pb::RetryInfo = parse("google.rpc.RetryInfo", json).unwrap();
        assert_eq!(info.retry_delay, Some(Duration { seconds: 1, nanos: 500_000_000 }));
    }
}

#[test]
fn what_is_wrong_is_said() {
    let cases = [
        (r#"{"code":5,"codes":6}"#, "unrecognized field name 'codes'"),
        (r#"{"code":"five"}"#, "invalid digit"),
        (r#"{"message":5}"#, "expected a string"),
        (r#"{"code":5"#, "EOF while parsing"),
        (r#"{"code":5} {}"#, "trailing characters"),
        ("", "EOF while parsing"),
        ("null", "invalid type: null"),
        ("[]", "invalid type: sequence"),
        ("{\"message\":\"\u{1}\"}", "control character"),
    ];
    for (json, expected) in cases {
        let error = status(json).unwrap_err();
        assert!(error.starts_with("not a `google.rpc.Status`: "), "{error}");
        assert!(error.contains(expected) && error.contains("line 1 column"), "{json}: {error}");
    }
    let registry = Registry::build(&[]).unwrap();
    assert!(registry.parse("google.rpc.Status", b"{\"message\":\"\xff\"}").is_err());
    assert_eq!(registry.parse("a.B", b"{}"), Err(ParseError::UnknownType("a.B".to_owned())));
}

/// P-161: with and without `value`, at any depth; anything else in it is still refused.
#[test]
fn an_empty_any_is_accepted_with_and_without_value() {
    let bare = r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#;
    let full = r#"{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}"#;
    for any in [bare, full] {
        let read = status(&format!(r#"{{"details":[{any},{full}]}}"#)).unwrap();
        assert_eq!(read.details, [empty(), empty()]);
        let read: Any = parse("google.protobuf.Any", any).unwrap();
        assert_eq!(read, empty());
    }
    let outer = format!(
        r#"{{"@type":"type.googleapis.com/google.protobuf.Any","value":{{"@type":"type.googleapis.com/google.rpc.Status","details":[{bare}]}}}}"#
    );
    let read: Any = parse("google.protobuf.Any", &outer).unwrap();
    let inner = Any::decode(read.value.as_slice()).unwrap();
    assert_eq!(pb::Status::decode(inner.value.as_slice()).unwrap().details, [empty()]);
    for wrong in [
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Empty","other":1}]}"#,
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Empty"}],"other":1}"#,
        r#"{"details":[{"@type":"type.googleapis.com/acme.Unknown"}]}"#,
        r#"{"details":[{"value":{}}]}"#,
    ] {
        assert!(status(wrong).is_err(), "{wrong}");
    }
}

/// What looks like an `Any(Empty)` but is a user's own data stays as it is.
#[test]
fn a_struct_that_looks_like_an_any_is_not_touched() {
    let bare = r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#;
    let json = format!(
        r#"{{"@type":"type.googleapis.com/google.rpc.Status","details":[{bare},{{"@type":"type.googleapis.com/google.protobuf.Struct","value":{{"data":{bare}}}}}]}}"#
    );
    let any: Any = parse("google.protobuf.Any", &json).unwrap();
    let status = pb::Status::decode(any.value.as_slice()).unwrap();
    let data = prost_types::Struct::decode(status.details[1].value.as_slice()).unwrap();
    let Some(prost_types::value::Kind::StructValue(data)) = &data.fields["data"].kind else { panic!() };
    assert_eq!(data.fields.keys().collect::<Vec<_>>(), ["@type"]);
}

#[test]
fn nesting_bombs_are_errors() {
    for (open, close) in [(r#"{"details":["#, "]}"), (r#"[{"a":"#, "}]"), (r#"{"a":"#, "}")] {
        let bomb = open.repeat(100_000) + &close.repeat(100_000);
        assert!(status(&bomb).is_err());
        assert!(parse::<prost_types::Struct>("google.protobuf.Struct", &bomb).is_err());
        assert!(parse::<Any>("google.protobuf.Any", &bomb).is_err());
    }
    let any = r#"{"@type":"type.googleapis.com/google.protobuf.Any","value":"#;
    assert!(parse::<Any>("google.protobuf.Any", &(any.repeat(100_000) + &"}".repeat(100_000))).is_err());
}

/// P-164: offsets are accepted, a lower-case `t` or `z` is not.
#[test]
fn timestamps_are_rfc_3339() {
    let parse = |text: &str| parse::<Timestamp>("google.protobuf.Timestamp", &format!("\"{text}\""));
    let expected = Timestamp { seconds: 1_549_324_588, nanos: 531_000_000 };
    assert_eq!(parse("2019-02-04T23:56:28.531Z"), Ok(expected));
    assert_eq!(parse("2019-02-05T00:56:28.531+01:00"), Ok(expected));
    for wrong in ["2019-02-04t23:56:28Z", "2019-02-04T23:56:28z", "2019-02-04", "10000-01-01T00:00:00Z", ""] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

/// P-165.
#[test]
fn field_masks_are_snake_case_inside() {
    let mask: FieldMask =
        parse("google.protobuf.FieldMask", r#""displayName,restrictions.apiTargets""#).unwrap();
    assert_eq!(mask.paths, ["display_name", "restrictions.api_targets"]);
}
