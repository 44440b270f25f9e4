//! The JSON of payloads, statuses and operations.

use prost::Message;
use prost_types::value::Kind;
use prost_types::{Duration, FieldMask, Struct, Timestamp};
use tonic_types::pb;

use super::RenderError;
use crate::data::name::OperationName;
use crate::data::operation::{Outcome, Snapshot};
use crate::data::payload::any::Any;
use crate::data::payload::registry::Registry;
use crate::data::status::Status;

fn any(full_name: &str, message: &impl Message) -> Any {
    Any::new(full_name, message.encode_to_vec())
}

fn render(full_name: &str, message: &impl Message) -> Result<String, RenderError> {
    Registry::build(&[]).unwrap().render(&any(full_name, message))
}

/// The text of `value`, for a type whose JSON is its own.
fn value(full_name: &str, message: &impl Message) -> Result<String, RenderError> {
    let prefix = format!(r#"{{"@type":"type.googleapis.com/{full_name}","value":"#);
    let text = render(full_name, message)?;
    Ok(text.strip_prefix(&prefix).unwrap().strip_suffix('}').unwrap().to_owned())
}

fn nested(full_name: &str, message: &impl Message) -> prost_types::Any {
    prost_types::Any { type_url: format!("type.googleapis.com/{full_name}"), value: message.encode_to_vec() }
}

const EMPTY: &str = r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#;

/// P-160: the fields stand beside `@type`, which comes first (P-168); names are lowerCamelCase (P-156).
#[test]
fn a_message_has_its_fields_beside_its_type() {
    let info = pb::ResourceInfo {
        resource_type: "disk".to_owned(),
        resource_name: "d\"1".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        render("google.rpc.ResourceInfo", &info).unwrap(),
        r#"{"@type":"type.googleapis.com/google.rpc.ResourceInfo","resourceType":"disk","resourceName":"d\"1"}"#
    );
}

/// P-161.
#[test]
fn an_empty_has_no_value_at_any_depth() {
    assert_eq!(render("google.protobuf.Empty", &()).unwrap(), EMPTY);
    let outer = nested("google.protobuf.Empty", &());
    assert_eq!(value("google.protobuf.Any", &outer).unwrap(), EMPTY);
    let status = pb::Status { details: vec![outer; 2], ..Default::default() };
    assert_eq!(
        render("google.rpc.Status", &status).unwrap(),
        format!(r#"{{"@type":"type.googleapis.com/google.rpc.Status","details":[{EMPTY},{EMPTY}]}}"#)
    );
}

/// P-160.
#[test]
fn types_with_a_form_of_their_own_stand_in_value() {
    let mask = FieldMask { paths: vec!["display_name".to_owned(), "a.b_c".to_owned()] };
    assert_eq!(value("google.protobuf.FieldMask", &mask).unwrap(), r#""displayName,a.bC""#);
    assert_eq!(value("google.protobuf.StringValue", &"x".to_owned()).unwrap(), r#""x""#);
    assert_eq!(value("google.protobuf.BoolValue", &false).unwrap(), "false");
    assert_eq!(value("google.protobuf.Int64Value", &i64::MIN).unwrap(), r#""-9223372036854775808""#);
    assert_eq!(value("google.protobuf.UInt32Value", &u32::MAX).unwrap(), "4294967295");
    assert_eq!(value("google.protobuf.BytesValue", &vec![0xfb_u8, 0xff]).unwrap(), r#""+/8=""#);
    assert_eq!(value("google.protobuf.DoubleValue", &f64::NAN).unwrap(), r#""NaN""#);
    assert_eq!(value("google.protobuf.FloatValue", &f32::NEG_INFINITY).unwrap(), r#""-Infinity""#);
    assert_eq!(value("google.protobuf.DoubleValue", &0.1).unwrap(), "0.1");
    assert_eq!(value("google.protobuf.FloatValue", &0.1_f32).unwrap(), "0.1");
    assert_eq!(value("google.protobuf.DoubleValue", &-0.5).unwrap(), "-0.5");
}

/// P-164, with digits in threes and times before the epoch.
#[test]
fn times_have_as_many_digits_as_they_need() {
    let timestamp = |seconds, nanos| value("google.protobuf.Timestamp", &Timestamp { seconds, nanos });
    assert_eq!(timestamp(1_549_324_588, 0).unwrap(), r#""2019-02-04T23:56:28Z""#);
    assert_eq!(timestamp(1_549_324_588, 531_000_000).unwrap(), r#""2019-02-04T23:56:28.531Z""#);
    assert_eq!(timestamp(0, 500_000).unwrap(), r#""1970-01-01T00:00:00.000500Z""#);
    assert_eq!(timestamp(0, 1).unwrap(), r#""1970-01-01T00:00:00.000000001Z""#);
    assert_eq!(timestamp(-1, 500_000_000).unwrap(), r#""1969-12-31T23:59:59.500Z""#);
    assert_eq!(timestamp(-62_135_596_800, 0).unwrap(), r#""0001-01-01T00:00:00Z""#);
    assert_eq!(timestamp(253_402_300_799, 999_999_999).unwrap(), r#""9999-12-31T23:59:59.999999999Z""#);
    assert!(matches!(timestamp(253_402_300_799, i32::MAX), Err(RenderError::Unrepresentable(_))));
    assert!(matches!(timestamp(i64::MIN, i32::MIN), Err(RenderError::Unrepresentable(_))));

    let duration = |seconds, nanos| value("google.protobuf.Duration", &Duration { seconds, nanos });
    assert_eq!(duration(3, 0).unwrap(), r#""3s""#);
    assert_eq!(duration(0, -1_000_000).unwrap(), r#""-0.001s""#);
    assert_eq!(duration(1, 1_000).unwrap(), r#""1.000001s""#);
    assert_eq!(duration(1, -500_000_000).unwrap(), r#""0.500s""#);
    assert!(matches!(duration(i64::MIN, i32::MIN), Err(RenderError::Unrepresentable(_))));
}

fn number(value: f64) -> prost_types::Value {
    prost_types::Value { kind: Some(Kind::NumberValue(value)) }
}

/// Sorted, so that two readings of one state are equal; whole numbers without a fraction, so that a client reads the
/// integer that it sent.
#[test]
fn structs_are_plain_json() {
    let fields = [
        ("b", number(5.0)),
        ("a", number(-0.5)),
        ("big", number(9_007_199_254_740_992.0)),
        ("null", prost_types::Value { kind: Some(Kind::NullValue(0)) }),
        (
            "list",
            prost_types::Value {
                kind: Some(Kind::ListValue(prost_types::ListValue { values: vec![number(1.0)] })),
            },
        ),
        ("unset", prost_types::Value { kind: None }),
    ];
    let fields = fields.map(|(key, value)| (key.to_owned(), value)).into();
    assert_eq!(
        value("google.protobuf.Struct", &Struct { fields }).unwrap(),
        r#"{"a":-0.5,"b":5,"big":9007199254740992,"list":[1],"null":null,"unset":null}"#
    );
    let fields = [("nan".to_owned(), number(f64::NAN))].into();
    assert!(matches!(
        value("google.protobuf.Struct", &Struct { fields }),
        Err(RenderError::Unrepresentable(_))
    ));
}

#[test]
fn maps_are_sorted() {
    let metadata = (0..20).map(|n| (format!("k{n:02}"), n.to_string())).collect();
    let info = pb::ErrorInfo { metadata, ..Default::default() };
    let text = render("google.rpc.ErrorInfo", &info).unwrap();
    let keys: Vec<_> = text.match_indices("\"k").map(|(at, _)| &text[at + 2..at + 4]).collect();
    assert!(keys.is_sorted() && keys.len() == 20, "{text}");
}

/// P-162: an `Any` that says nothing is left out wherever it is.
#[test]
fn an_unset_any_is_left_out() {
    let details = vec![prost_types::Any::default(), nested("google.protobuf.Empty", &())];
    let status = pb::Status { details, ..Default::default() };
    assert_eq!(
        render("google.rpc.Status", &status).unwrap(),
        format!(r#"{{"@type":"type.googleapis.com/google.rpc.Status","details":[{EMPTY}]}}"#)
    );
}

/// P-013: what stands before the name is not the author's to choose.
#[test]
fn the_type_url_has_the_prefix_that_clients_know() {
    let registry = Registry::build(&[]).unwrap();
    let any = Any { type_url: "/google.protobuf.Empty".into(), value: bytes::Bytes::new() };
    assert_eq!(registry.render(&any).unwrap(), EMPTY);
}

#[test]
fn what_cannot_be_rendered_says_why() {
    let registry = Registry::build(&[]).unwrap();
    let unknown = registry.render(&Any::new("acme.v1.Unknown", Vec::new()));
    assert!(matches!(unknown, Err(RenderError::UnknownType(name)) if name == "acme.v1.Unknown"));
    let malformed = registry.render(&Any::new("google.rpc.Status", vec![0xff; 3]));
    assert!(matches!(malformed, Err(RenderError::Malformed(..))));
    let details = vec![nested("acme.v1.Unknown", &())];
    let inside = render("google.rpc.Status", &pb::Status { details, ..Default::default() });
    assert!(matches!(inside, Err(RenderError::UnknownType(_))));
    let nameless = pb::Status {
        details: vec![prost_types::Any { type_url: String::new(), value: vec![1] }],
        ..Default::default()
    };
    assert!(matches!(render("google.rpc.Status", &nameless), Err(RenderError::UnknownType(_))));
}

/// An `Any` in an `Any` starts prost's count anew, so ours has to end it.
#[test]
fn anys_in_anys_are_bounded() {
    let wrap = |levels: usize| {
        (0..levels).fold(nested("google.protobuf.Empty", &()), |any, _| nested("google.protobuf.Any", &any))
    };
    assert!(value("google.protobuf.Any", &wrap(50)).is_ok());
    for levels in [200, 20_000] {
        assert!(matches!(render("google.protobuf.Any", &wrap(levels)), Err(RenderError::TooDeep)));
    }
}

fn snapshot(outcome: Option<Outcome>) -> Snapshot {
    Snapshot {
        name: OperationName::parse("operations/a").unwrap(),
        metadata: any("google.protobuf.Empty", &()),
        outcome,
    }
}

/// P-157, P-158, P-168: the seeds' order, no `null`, no `done` while it is false.
#[test]
fn operations_say_what_is_there() {
    let registry = Registry::build(&[]).unwrap();
    let render = |outcome| registry.renderer().operation(&snapshot(outcome)).unwrap();
    assert_eq!(render(None), format!(r#"{{"name":"operations/a","metadata":{EMPTY}}}"#));
    assert_eq!(
        render(Some(Outcome::Response(any("google.protobuf.Empty", &())))),
        format!(r#"{{"name":"operations/a","metadata":{EMPTY},"done":true,"response":{EMPTY}}}"#)
    );
    let error = Status::not_found("no \"disk\"").with_reason("GONE", "acme.com", [("b", "2"), ("a", "1")]);
    assert_eq!(
        render(Some(Outcome::Error(error))),
        format!(
            r#"{{"name":"operations/a","metadata":{EMPTY},"done":true,"error":{{"code":5,"message":"no \"disk\"","details":[{{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"GONE","domain":"acme.com","metadata":{{"a":"1","b":"2"}}}}]}}}}"#
        )
    );
}

/// P-166: an operation that cannot be rendered is an error; an error's detail is left out, and the rest stands.
#[test]
fn an_unknown_detail_does_not_sink_the_error() {
    let registry = Registry::build(&[]).unwrap();
    let status = Status::aborted("stopped").with_detail("acme.v1.Unknown", &());
    assert_eq!(registry.renderer().status(&status), r#"{"code":10,"message":"stopped"}"#);
    let unknown = snapshot(Some(Outcome::Response(Any::new("acme.v1.Unknown", Vec::new()))));
    assert!(matches!(registry.renderer().operation(&unknown), Err(RenderError::UnknownType(_))));
}

/// `$alt=json;enum-encoding=int`, with an enum that is among the types that are always there.
#[test]
fn enums_can_be_numbers() {
    let registry = Registry::build(&[]).unwrap();
    let field = prost_types::Field { kind: 9, cardinality: 77, ..Default::default() };
    let field = any("google.protobuf.Field", &field);
    let text = registry.render(&field).unwrap();
    assert_eq!(
        text,
        r#"{"@type":"type.googleapis.com/google.protobuf.Field","kind":"TYPE_STRING","cardinality":77}"#
    );
    let text = registry.renderer().enum_numbers(true).any(&field).unwrap();
    assert_eq!(text, r#"{"@type":"type.googleapis.com/google.protobuf.Field","kind":9,"cardinality":77}"#);
}
