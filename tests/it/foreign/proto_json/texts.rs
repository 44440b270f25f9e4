//! Texts that no printer makes, each with the verdict on it.

use serde_json::json;

use super::{Bench, base64};

/// Texts that are not what a printer makes: Python takes what we take, as the same message, and refuses what we refuse.
#[tokio::test]
async fn python_agrees_on_what_is_accepted() {
    let texts = [
        // Names and `null` (P-156).
        r#"{"snake_case_name":1}"#,
        r#"{"names":{"snake_case_name":1,"fieldname":2,"_leading":3,"renamed":4}}"#,
        r#"{"names":{"snakecasename":1}}"#,
        r#"{"names":{"fieldname":1,"fieldname":1}}"#,
        r#"{"names":null,"itself":null,"children":null,"any":null,"text":null}"#,
        r#"{"maps":{"int32s":null},"lists":{"int32s":null,"colors":null}}"#,
        r#"{"scalars":{"int32Value":null,"stringValue":null,"color":null,"bytesValue":null}}"#,
        r#"{"special":{"int64Value":null,"timestamp":null,"value":null,"struct":null,"null":null}}"#,
        r#"{"lists":{"int32s":[null]}}"#,
        r#"{"lists":{"scalars":[null]}}"#,
        r#"{"lists":{"values":[null],"lists":[[null]]}}"#,
        r#"{"lists":{"wrappers":[null]}}"#,
        r#"{"maps":{"strings":{"a":null}}}"#,
        r#"{"maps":{"fixed64s":{"1":null}}}"#,
        r#"{"children":{}}"#,
        r#"{"itself":"x"}"#,
        "null",
        r#"{"text":"a","number":1}"#,
        r#"{"text":"a","number":null}"#,
        r#"{"value":null}"#,
        r#"{"nothing":null}"#,
        r#"{"nothing":"NULL_VALUE"}"#,
        // Numbers (P-163).
        r#"{"scalars":{"int32Value":1e3,"int64Value":1.0,"uint64Value":"18446744073709551615"}}"#,
        r#"{"scalars":{"int64Value":-9223372036854775808,"sint64Value":"-9223372036854775808"}}"#,
        r#"{"scalars":{"int64Value":9223372036854775808}}"#,
        r#"{"scalars":{"int64Value":-9223372036854775809}}"#,
        r#"{"scalars":{"uint64Value":18446744073709551616}}"#,
        r#"{"scalars":{"uint64Value":1e19}}"#,
        r#"{"scalars":{"uint32Value":-1}}"#,
        r#"{"scalars":{"int32Value":2147483648}}"#,
        r#"{"scalars":{"int32Value":"1e5"}}"#,
        r#"{"scalars":{"int32Value":0.5}}"#,
        r#"{"scalars":{"int32Value":true}}"#,
        r#"{"scalars":{"int32Value":""}}"#,
        r#"{"scalars":{"int32Value":" 1"}}"#,
        r#"{"scalars":{"int32Value":"1 "}}"#,
        r#"{"scalars":{"int32Value":01}}"#,
        r#"{"scalars":{"int32Value":"0x1"}}"#,
        r#"{"scalars":{"doubleValue":"NaN","floatValue":"-Infinity"}}"#,
        r#"{"scalars":{"doubleValue":"nan"}}"#,
        r#"{"scalars":{"doubleValue":"1.5","floatValue":"1e3"}}"#,
        r#"{"optionals":{"doubleValue":-0.0,"floatValue":-0.0}}"#,
        r#"{"scalars":{"floatValue":3.5e38}}"#,
        r#"{"scalars":{"doubleValue":""}}"#,
        r#"{"scalars":{"boolValue":"true"}}"#,
        r#"{"scalars":{"boolValue":1}}"#,
        r#"{"scalars":{"stringValue":1}}"#,
        r#"{"scalars":{"stringValue":"\ud83d\udca8"}}"#,
        r#"{"scalars":{"stringValue":"\ud83d"}}"#,
        r#"{"scalars":{"color":"RED"}}"#,
        r#"{"scalars":{"color":"red"}}"#,
        r#"{"scalars":{"color":-1}}"#,
        r#"{"scalars":{"color":4711}}"#,
        r#"{"scalars":{"bytesValue":"-_8"}}"#,
        r#"{"scalars":{"bytesValue":"AQI"}}"#,
        r#"{"scalars":{"bytesValue":"AQI="}}"#,
        r#"{"maps":{"int32s":{"1":1,"-2":"NaN"},"bools":{"true":1,"false":"2"}}}"#,
        r#"{"maps":{"bools":{"1":1}}}"#,
        r#"{"maps":{"bools":{"True":1}}}"#,
        r#"{"maps":{"uint32s":{"-1":"a"}}}"#,
        r#"{"maps":{"uint32s":{"a":"a"}}}"#,
        r#"{"maps":{"uint32s":{"1":"a","1":"b"}}}"#,
        // Times and masks (P-164, P-165).
        r#"{"special":{"timestamp":"2019-02-05T00:56:28.531+01:00"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28.5Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28.0000000001Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04t23:56:28Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:56:28"}}"#,
        r#"{"special":{"timestamp":"2019-02-29T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":"2019-02-04T23:59:60Z"}}"#,
        r#"{"special":{"timestamp":"0000-01-01T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":"10000-01-01T00:00:00Z"}}"#,
        r#"{"special":{"timestamp":1}}"#,
        r#"{"special":{"duration":"1.5s"}}"#,
        r#"{"special":{"duration":"-0.000000001s"}}"#,
        r#"{"special":{"duration":"1"}}"#,
        r#"{"special":{"duration":"1e3s"}}"#,
        r#"{"special":{"duration":"315576000001s"}}"#,
        r#"{"special":{"mask":"aB,cD.eF"}}"#,
        r#"{"special":{"mask":""}}"#,
        r#"{"special":{"mask":"a_b"}}"#,
        // Any and the other special types (P-160, P-161).
        r#"{"any":{}}"#,
        r#"{"any":{"value":1}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/acme.Unknown"}}"#,
        r#"{"any":{"@type":"example.com/x/google.protobuf.Empty"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration"}}"#,
        r#"{"any":{"fieldname":1,"@type":"type.googleapis.com/lro.tests.kinds.v1.Names"}}"#,
        r#"{"any":{"@type":"type.googleapis.com/lro.tests.kinds.v1.Names","value":{"fieldname":1}}}"#,
        r#"{"special":{"empty":{}}}"#,
        r#"{"special":{"empty":{"a":1}}}"#,
        r#"{"special":{"struct":{"a":{"b":[1,"x",null,true]}},"list":[],"value":"NaN"}}"#,
        r#"{"special":{"struct":[]}}"#,
        r#"{"special":{"list":{}}}"#,
        r#"{"special":{"int64Value":"7","boolValue":false,"bytesValue":""}}"#,
        r#"{"special":{"int64Value":{"value":"7"}}}"#,
    ];
    let bench = Bench::start().await;
    let requests: Vec<_> = texts.iter().map(|text| json!({ "parse": text })).collect();
    let mut accepted = 0;
    let mut pairs = Vec::new();
    for (answer, text) in bench.judge(&requests).iter().zip(texts) {
        let ours = bench.parse(text).await;
        assert_eq!(ours.is_ok(), answer["bytes"].is_string(), "{text}: {ours:?}, Python: {answer}");
        if let Ok(ours) = ours {
            accepted += 1;
            pairs.push((text, json!({ "bytes": answer["bytes"], "other": base64(&ours) })));
        }
    }
    let requests: Vec<_> = pairs.iter().map(|(_, request)| request.clone()).collect();
    for (answer, (text, _)) in bench.judge(&requests).iter().zip(&pairs) {
        assert_eq!(*answer, json!({}), "{text}");
    }
    assert!(accepted > 30 && texts.len() - accepted > 30, "both verdicts occur: {accepted}");
}

/// Where Python is laxer, or stricter, than the specification, we keep to that.
#[tokio::test]
async fn python_is_not_followed_where_the_specification_says_otherwise() {
    let bench = Bench::start().await;
    for (ours, text) in [
        // P-161: Go's form.
        (true, r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Empty","value":{}}}"#),
        (false, r#"{"any":{"@type":"google.protobuf.Empty"}}"#),
        (false, "[]"),
        (false, r#"{"itself":[]}"#),
        (false, r#"{"text":"","value":null}"#),
        (false, r#"{"scalars":{"int32Value":"1_0"}}"#),
        (false, r#"{"scalars":{"doubleValue":"inf"}}"#),
        (false, r#"{"scalars":{"color":"1"}}"#),
        (false, r#"{"scalars":{"color":1.5}}"#),
        (false, r#"{"special":{"timestamp":"2019-02-04T23:56:28+1:0"}}"#),
        (false, r#"{"names":{"snakeCaseName":1,"snake_case_name":1}}"#),
        (false, r#"{"any":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"1s","x":1}}"#),
    ] {
        let [answer] = &bench.judge(&[json!({ "parse": text })])[..] else { panic!("one answer") };
        assert_eq!(answer["bytes"].is_string(), !ours, "{text}: Python has changed its mind");
        assert_eq!(bench.parse(text).await.is_ok(), ours, "{text}");
    }
}
