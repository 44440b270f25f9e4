//! What is accepted as a request (P-152, P-156, P-161, P-163, P-164), with prost's and Google's own types.

use prost::Message;
use prost_types::{Any, Duration, FieldMask};
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
fn what_is_wrong_is_said_and_where() {
    let cases = [
        (r#"{"code":5,"codes":6}"#, "`codes`: there is no such field"),
        (r#"{"code":"five"}"#, "`code`: expected a number"),
        (r#"{"message":5}"#, "`message`: expected a string"),
        (
            r#"{"details":[{"@type":"t/google.rpc.Help","links":[{},{"url":1}]}]}"#,
            "`details[0].links[1].url`: expected a string",
        ),
        (r#"{"code":5,"code":5}"#, "`code` stands twice in an object at line 1 column 16"),
        (r#"{"code":5"#, "EOF while parsing"),
        (r#"{"code":5} {}"#, "trailing characters"),
        ("\u{feff}{}", "expected value"),
        ("", "EOF while parsing"),
        ("null", "expected an object"),
        ("[]", "expected an object"),
        ("{\"message\":\"\u{1}\"}", "control character"),
        (r#"{"message":"\ud800"}"#, "unexpected end of hex escape"),
    ];
    for (json, expected) in cases {
        let error = status(json).unwrap_err();
        assert!(error.starts_with("not a `google.rpc.Status`: "), "{error}");
        assert!(error.contains(expected), "{json}: {error}");
    }
    let registry = Registry::build(&[]).unwrap();
    assert!(registry.parse("google.rpc.Status", b"{\"message\":\"\xff\"}").is_err());
    assert_eq!(registry.parse("a.B", b"{}"), Err(ParseError::UnknownType("a.B".to_owned())));
}

/// A name stands once, in whatever spelling, and so does the key of a map; `null` is a field that is not set.
#[test]
fn nothing_is_there_twice() {
    let info = |json: &str| parse::<pb::RetryInfo>("google.rpc.RetryInfo", json);
    assert!(info(r#"{"retryDelay":"1s","retry_delay":"1s"}"#).unwrap_err().contains("twice"));
    assert_eq!(info(r#"{"retryDelay":null}"#), Ok(pb::RetryInfo::default()));
    assert!(info(r#"{"retryDelay":{}}"#).is_err());
    for json in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[{"b":1,"b":2}]}"#] {
        assert!(parse::<prost_types::Struct>("google.protobuf.Struct", json).is_err(), "{json}");
    }
    assert!(status(r#"{"details":[null]}"#).is_err());
    assert!(parse::<pb::ErrorInfo>("google.rpc.ErrorInfo", r#"{"metadata":{"a":null}}"#).is_err());
    let list: prost_types::ListValue = parse("google.protobuf.ListValue", "[null]").unwrap();
    assert_eq!(list.values[0].kind, Some(prost_types::value::Kind::NullValue(0)));
}

/// P-150, P-163: a number in any form, quoted or not, if it is one of its type; never cut to its range.
#[test]
fn numbers_are_exact_or_refused() {
    let cases = [
        ("Int64Value", ["-9223372036854775808", r#""9223372036854775807""#, "1e3", r#""1.0E+2""#]),
        ("UInt64Value", ["18446744073709551615", r#""0""#, "1e19", "-0"]),
        ("Int32Value", ["-2147483648", "2.147483647e9", r#""1e5""#, r#""-7""#]),
        ("UInt32Value", ["4294967295", "100000.000", r#""0.0""#, "0"]),
        ("DoubleValue", ["1.7976931348623157e308", r#""NaN""#, r#""-Infinity""#, r#""1e-400""#]),
        ("FloatValue", ["3.4028235e38", r#""Infinity""#, "1e-50", r#""-0.5""#]),
    ];
    let registry = Registry::build(&[]).unwrap();
    for (name, texts) in cases {
        for text in texts {
            let read = registry.parse(&format!("google.protobuf.{name}"), text.as_bytes());
            assert!(read.is_ok(), "{name} {text}: {read:?}");
        }
    }
    let cases = [
        ("Int64Value", ["9223372036854775808", "-9223372036854775809", "1e19", "-1e300"]),
        ("UInt64Value", ["18446744073709551616", r#""18446744073709551616""#, "-1", "1e20"]),
        ("Int32Value", ["2147483648", "0.5", "true", r#""""#]),
        ("UInt32Value", ["4294967296", r#"" 1""#, r#""1 ""#, r#""0x1""#]),
        ("DoubleValue", ["1e400", r#""1e400""#, r#""inf""#, r#""nan""#]),
        ("FloatValue", ["3.502823e38", r#""infinity""#, r#""-inf""#, r#""+1""#]),
        ("Int64Value", [r#""01""#, r#""1_000""#, "[]", "null"]),
        ("BoolValue", [r#""true""#, "0", "null", "{}"]),
    ];
    for (name, texts) in cases {
        for text in texts {
            let read = registry.parse(&format!("google.protobuf.{name}"), text.as_bytes());
            assert!(read.is_err(), "{name} {text}: {read:?}");
        }
    }
    // One that is read a bit off without serde_json's `float_roundtrip`.
    let text = "4.1723251341521465e-288";
    let number: f64 = parse("google.protobuf.DoubleValue", text).unwrap();
    assert_eq!(number, text.parse::<f64>().unwrap(), "to the last bit");
}

/// P-163: either alphabet, padded or not, and nothing else.
#[test]
fn bytes_are_base64() {
    let read = |text: &str| parse::<Vec<u8>>("google.protobuf.BytesValue", &format!("\"{text}\""));
    for text in ["+/8=", "+/8", "-_8=", "-_8"] {
        assert_eq!(read(text).as_deref(), Ok(&[0xfb, 0xff][..]), "{text}");
    }
    for text in ["+_8=", "+/8==", "+ /8=", "+", "ü"] {
        assert!(read(text).is_err(), "{text}");
    }
}

/// By name or by number; unknown numbers are kept, unknown names refused.
#[test]
fn enums_are_names_or_numbers() {
    let read =
        |kind: &str| parse::<prost_types::Field>("google.protobuf.Field", &format!(r#"{{"kind":{kind}}}"#));
    for (kind, number) in [(r#""TYPE_STRING""#, 9), ("9", 9), ("9.0", 9), ("77", 77), ("-1", -1), ("null", 0)]
    {
        assert_eq!(read(kind).map(|field| field.kind), Ok(number), "{kind}");
    }
    for kind in [r#""type_string""#, r#""GONE""#, r#""9""#, "9.5", "2147483648", "true"] {
        assert!(read(kind).is_err(), "{kind}");
    }
}

/// P-161: with and without `value`, at any depth; anything else in it is still refused.
#[test]
fn an_empty_any_is_accepted_with_and_without_value() {
    let bare = r#"{"@type":"type.googleapis.com/google.protobuf.Empty"}"#;
    let full = r#"{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}"#;
    assert_eq!(parse("google.protobuf.Any", "{}"), Ok(Any::default()));
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
        r#"{"details":[{"@type":"google.protobuf.Empty"}]}"#,
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Empty","value":{"a":1}}]}"#,
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Duration"}]}"#,
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s","other":1}]}"#,
        r#"{"details":[{"@type":"type.googleapis.com/google.protobuf.Duration","value":null}]}"#,
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

/// What is nested deeper than prost reads is an error here, and what is not can be read.
#[test]
fn what_is_accepted_can_be_read_again() {
    let registry = Registry::build(&[]).unwrap();
    for (open, close) in [(r#"{"a":"#, "}"), ("[", "]")] {
        let outcomes: Vec<_> = (0..70)
            .map(|levels| {
                let json = format!(r#"{{"root":{}1{}}}"#, open.repeat(levels), close.repeat(levels));
                let bytes = registry.parse("google.protobuf.Struct", json.as_bytes());
                bytes.map(|bytes| prost_types::Struct::decode(bytes).is_ok())
            })
            .collect();
        assert!(outcomes.iter().all(|outcome| *outcome != Ok(false)), "{outcomes:?}");
        assert!(outcomes[20].is_ok() && outcomes[69].is_err());
    }
}

/// P-165.
#[test]
fn field_masks_are_snake_case_inside() {
    let mask: FieldMask =
        parse("google.protobuf.FieldMask", r#""displayName,restrictions.apiTargets""#).unwrap();
    assert_eq!(mask.paths, ["display_name", "restrictions.api_targets"]);
}
