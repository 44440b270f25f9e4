//! JSON Schema of every kind of message: what we print is valid, and whatever is valid we read (P-156…P-165).

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use proptest::prelude::any;
use proptest::sample::{Index, select};
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use tempfile::tempdir;

use super::generated::{config, messages};
use super::{Bench, KINDS};
use crate::foreign::{python, run};

/// Whether Python's `jsonschema` finds each of these valid, and if not, why not.
pub(in crate::foreign) fn judge(schema: &Value, instances: &[Value]) -> Vec<Result<(), String>> {
    let folder = tempdir().unwrap();
    let write = |file: &Path, lines: &[Value]| {
        let mut writer = BufWriter::new(File::create(file).unwrap());
        lines.iter().for_each(|line| writeln!(writer, "{line}").unwrap());
        writer.into_inner().unwrap();
    };
    let (schema_file, file) = (folder.path().join("schema"), folder.path().join("instances"));
    write(&schema_file, std::slice::from_ref(schema));
    write(&file, instances);
    let mut judge = python("json_schema.py");
    judge.arg(schema_file).stdin(File::open(file).unwrap());
    let answers: Vec<Option<String>> =
        run(judge).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), instances.len());
    answers.into_iter().map(|fault| fault.map_or(Ok(()), Err)).collect()
}

async fn printed(bench: &Bench) -> Vec<Value> {
    let mut printed = Vec::new();
    for message in messages(bench) {
        printed.push(serde_json::from_str(&bench.print(&message).await.unwrap()).unwrap());
    }
    printed
}

#[tokio::test]
async fn what_is_printed_is_valid() {
    let bench = Bench::start().await;
    let schema = bench.catalog.json_schema(KINDS).unwrap();
    let printed = printed(&bench).await;
    for (verdict, text) in judge(&schema, &printed).iter().zip(&printed) {
        assert_eq!(*verdict, Ok(()), "{text}");
    }
}

/// Numbers, texts and shapes that some field takes and others do not.
fn strange() -> Vec<Value> {
    let texts = [
        "",
        "x",
        "NaN",
        "-Infinity",
        "inf",
        "0",
        "-0",
        "1",
        "-1",
        "01",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "true",
        "2147483648",
        "4294967296",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "18446744073709551616",
        "99999999999999999999999",
        "2020-02-29T23:59:59Z",
        "2020-02-29T23:59:59.123456789-23:59",
        "2021-02-29T00:00:00Z",
        "2020-02-29T23:59:60Z",
        "2020-02-29T24:00:00Z",
        "2020-02-29t00:00:00Z",
        "2020-02-29 00:00:00Z",
        "2020-02-29T00:00:00",
        "2020-02-29T00:00:00.1234567890Z",
        "2020-02-29T00:00:00+24:00",
        "0000-01-01T00:00:00Z",
        "10000-01-01T00:00:00Z",
        "0s",
        "-0.5s",
        "1.000000001s",
        "1.s",
        ".5s",
        "1.0000000001s",
        "315576000000.999999999s",
        "315576000001s",
        "3155760000000s",
        "-315576000000s",
        "1m",
        "a,b.cD",
        "a_b",
        "A",
        "QQ==",
        "QQ",
        "QR==",
        "QUI=",
        "QUJ=",
        "QUJD",
        "-_-_",
        "Q",
        "RED",
        "blue",
        "GREEN",
        "COLOR_UNSPECIFIED",
        "null",
    ];
    let values = json!([
        null, true, false, 0, 1, -1, 1.0, 1.5, 1e3, 1e40, -1e300, 2147483647, 2147483648_i64, -2147483648_i64, -2147483649_i64,
        4294967295_i64, 4294967296_i64, 9007199254740993_i64, u64::MAX, [], [null], [[]], [1], ["1"], ["x"], {}, [{}],
        { "unknown": 1 }, { "1": 1 }, { "1": "1" }, { "01": "1" }, { "x": {} }, { "true": "1" }, { "": "1" }, { "value": 1 },
        { "text": "", "number": "1" }, { "text": "" , "color": "RED" }, { "nothing": null, "text": "" }, { "time": "1970-01-01T00:00:00Z" },
        { "int32Value": 1 }, { "int32_value": 1 }, { "Int32Value": 1 }, { "@type": "x" },
    ]);
    let Value::Array(mut values) = values else { unreachable!() };
    values.extend(texts.map(Value::from));
    values
}

/// Every place in a value but those inside of an `Any`: what may be there, a schema does not know.
fn places(value: &Value, at: &str, places: &mut Vec<String>) {
    places.push(at.to_owned());
    let below = |name: &str| format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) if members.contains_key("@type") => {}
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| self::places(value, &below(name), places));
        }
        Value::Array(values) => {
            values
                .iter()
                .enumerate()
                .for_each(|(index, value)| self::places(value, &below(&index.to_string()), places));
        }
        _ => {}
    }
}

/// Whatever becomes of a message: what is valid still is read, so what is not read is not valid. `format` is checked.
#[tokio::test]
async fn what_is_valid_is_read() {
    let bench = Bench::start().await;
    let schema = bench.catalog.json_schema(KINDS).unwrap();
    let mut random = TestRunner::new(config());
    let change = (any::<Index>(), select(strange()), select(strange()), any::<bool>());
    let mut changed = Vec::new();
    for message in printed(&bench).await {
        let mut all = Vec::new();
        places(&message, "", &mut all);
        for _ in 0..8 {
            let (place, value, member, replaces) = change.new_tree(&mut random).unwrap().current();
            let mut message = message.clone();
            let target = message.pointer_mut(&all[place.index(all.len())]).unwrap();
            match (replaces, &mut *target, &member) {
                // Two messages in one: names that do not go together, or are not known there.
                (false, Value::Object(members), Value::Object(others)) if !members.contains_key("@type") => {
                    members.extend(others.clone());
                }
                (false, Value::Array(values), _) => values.push(value),
                _ => *target = value,
            }
            changed.push(message);
        }
    }
    let (mut valid, mut invalid) = (0, 0);
    for (verdict, message) in judge(&schema, &changed).iter().zip(&changed) {
        match verdict {
            Ok(()) => {
                let read = bench.parse(&message.to_string()).await;
                assert!(read.is_ok(), "it is valid, but not read: {message}\n{read:?}");
                valid += 1;
            }
            Err(_) => invalid += 1,
        }
    }
    assert!(valid * 20 > changed.len() && invalid * 4 > changed.len(), "{valid} valid, {invalid} invalid");
}
