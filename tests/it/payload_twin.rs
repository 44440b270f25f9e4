//! Derived messages against twins that prost derives: the same bytes, both ways, for every kind of field.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use lro_runtime::Payload;
use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use prost::Message;
use prost_types::{Any, FieldMask, ListValue, Struct, Timestamp, Value};

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
struct Scalars {
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
    text: String,
    #[payload(tag = 9)]
    data: Vec<u8>,
    #[payload(tag = 10)]
    shared: Bytes,
    #[payload(tag = 2_000)]
    phase: Phase,
}

#[derive(Clone, PartialEq, Message)]
struct ScalarsTwin {
    #[prost(bool, tag = "1")]
    boolean: bool,
    #[prost(int32, tag = "2")]
    int32: i32,
    #[prost(int64, tag = "3")]
    int64: i64,
    #[prost(uint32, tag = "4")]
    uint32: u32,
    #[prost(uint64, tag = "5")]
    uint64: u64,
    #[prost(float, tag = "6")]
    float: f32,
    #[prost(double, tag = "7")]
    double: f64,
    #[prost(string, tag = "8")]
    text: String,
    #[prost(bytes = "vec", tag = "9")]
    data: Vec<u8>,
    #[prost(bytes = "bytes", tag = "10")]
    shared: Bytes,
    #[prost(int32, tag = "2000")]
    phase: i32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
enum Phase {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(tag = 7)]
    Done,
    #[payload(tag = -1)]
    Lost,
    #[payload(other)]
    Other(i32),
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
struct Optionals {
    #[payload(tag = 1)]
    boolean: Option<bool>,
    #[payload(tag = 2)]
    int64: Option<i64>,
    #[payload(tag = 3)]
    double: Option<f64>,
    #[payload(tag = 4)]
    text: Option<String>,
    #[payload(tag = 5)]
    data: Option<Vec<u8>>,
    #[payload(tag = 6)]
    phase: Option<Phase>,
    #[payload(tag = 7, message)]
    wrapped: Option<u32>,
    #[payload(tag = 8)]
    nothing: Option<()>,
}

#[derive(Clone, PartialEq, Message)]
struct OptionalsTwin {
    #[prost(bool, optional, tag = "1")]
    boolean: Option<bool>,
    #[prost(int64, optional, tag = "2")]
    int64: Option<i64>,
    #[prost(double, optional, tag = "3")]
    double: Option<f64>,
    #[prost(string, optional, tag = "4")]
    text: Option<String>,
    #[prost(bytes = "vec", optional, tag = "5")]
    data: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "6")]
    phase: Option<i32>,
    #[prost(message, optional, tag = "7")]
    wrapped: Option<u32>,
    #[prost(message, optional, tag = "8")]
    nothing: Option<()>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
struct Lists {
    #[payload(tag = 1)]
    booleans: Vec<bool>,
    #[payload(tag = 2)]
    int32s: Vec<i32>,
    #[payload(tag = 3)]
    uint64s: Vec<u64>,
    #[payload(tag = 4)]
    floats: Vec<f32>,
    #[payload(tag = 5)]
    doubles: Vec<f64>,
    #[payload(tag = 6)]
    texts: Vec<String>,
    #[payload(tag = 7)]
    datas: Vec<Vec<u8>>,
    #[payload(tag = 8)]
    phases: Vec<Phase>,
    #[payload(tag = 9)]
    messages: Vec<Optionals>,
    #[payload(tag = 10, message)]
    foreign: Vec<OptionalsTwinNamed>,
}

#[derive(Clone, PartialEq, Message)]
struct ListsTwin {
    #[prost(bool, repeated, tag = "1")]
    booleans: Vec<bool>,
    #[prost(int32, repeated, tag = "2")]
    int32s: Vec<i32>,
    #[prost(uint64, repeated, tag = "3")]
    uint64s: Vec<u64>,
    #[prost(float, repeated, tag = "4")]
    floats: Vec<f32>,
    #[prost(double, repeated, tag = "5")]
    doubles: Vec<f64>,
    #[prost(string, repeated, tag = "6")]
    texts: Vec<String>,
    #[prost(bytes = "vec", repeated, tag = "7")]
    datas: Vec<Vec<u8>>,
    #[prost(int32, repeated, tag = "8")]
    phases: Vec<i32>,
    #[prost(message, repeated, tag = "9")]
    messages: Vec<OptionalsTwin>,
    #[prost(message, repeated, tag = "10")]
    foreign: Vec<OptionalsTwinNamed>,
}

/// As prost-build makes it with `enable_type_names()`.
#[derive(Clone, PartialEq, Message)]
struct OptionalsTwinNamed {
    #[prost(string, tag = "4")]
    text: String,
}

impl prost::Name for OptionalsTwinNamed {
    const NAME: &'static str = "Optionals";
    const PACKAGE: &'static str = "lro.tests.twin.v1";
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
struct Maps {
    #[payload(tag = 1)]
    by_text: HashMap<String, i64>,
    #[payload(tag = 2)]
    by_number: BTreeMap<i32, String>,
    #[payload(tag = 3)]
    by_boolean: HashMap<bool, Phase>,
    #[payload(tag = 4)]
    messages: BTreeMap<u64, Optionals>,
    #[payload(tag = 5)]
    doubles: HashMap<u32, f64>,
    #[payload(tag = 6, message)]
    foreign: HashMap<i64, Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
struct MapsTwin {
    #[prost(hash_map = "string, int64", tag = "1")]
    by_text: HashMap<String, i64>,
    #[prost(btree_map = "int32, string", tag = "2")]
    by_number: BTreeMap<i32, String>,
    #[prost(hash_map = "bool, int32", tag = "3")]
    by_boolean: HashMap<bool, i32>,
    #[prost(btree_map = "uint64, message", tag = "4")]
    messages: BTreeMap<u64, OptionalsTwin>,
    #[prost(hash_map = "uint32, double", tag = "5")]
    doubles: HashMap<u32, f64>,
    #[prost(hash_map = "int64, message", tag = "6")]
    foreign: HashMap<i64, Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
struct Nested {
    #[payload(tag = 1)]
    always: Optionals,
    #[payload(tag = 2)]
    maybe: Option<Optionals>,
    #[payload(tag = 3)]
    boxed: Box<Optionals>,
    #[payload(tag = 4)]
    itself: Option<Box<Nested>>,
    #[payload(oneof)]
    choice: Option<Choice>,
    #[payload(tag = 5)]
    time: Option<Timestamp>,
    #[payload(tag = 6)]
    mask: Option<FieldMask>,
    #[payload(tag = 7)]
    any: Option<Any>,
    #[payload(tag = 8)]
    object: Option<Struct>,
    #[payload(tag = 12, message)]
    outside: OptionalsTwinNamed,
}

#[derive(Clone, Debug, PartialEq, Payload)]
enum Choice {
    #[payload(tag = 9)]
    Text(String),
    #[payload(tag = 10)]
    Message(Box<Optionals>),
    #[payload(tag = 200)]
    Phase(Phase),
    #[payload(tag = 201)]
    Nothing(()),
    #[payload(tag = 202, message)]
    Foreign(OptionalsTwinNamed),
}

#[derive(Clone, PartialEq, Message)]
struct NestedTwin {
    #[prost(message, required, tag = "1")]
    always: OptionalsTwin,
    #[prost(message, optional, tag = "2")]
    maybe: Option<OptionalsTwin>,
    #[prost(message, required, tag = "3")]
    boxed: OptionalsTwin,
    #[prost(message, optional, boxed, tag = "4")]
    itself: Option<Box<NestedTwin>>,
    #[prost(oneof = "ChoiceTwin", tags = "9, 10, 200, 201, 202")]
    choice: Option<ChoiceTwin>,
    #[prost(message, optional, tag = "5")]
    time: Option<Timestamp>,
    #[prost(message, optional, tag = "6")]
    mask: Option<FieldMask>,
    #[prost(message, optional, tag = "7")]
    any: Option<Any>,
    #[prost(message, optional, tag = "8")]
    object: Option<Struct>,
    #[prost(message, required, tag = "12")]
    outside: OptionalsTwinNamed,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum ChoiceTwin {
    #[prost(string, tag = "9")]
    Text(String),
    #[prost(message, tag = "10")]
    Message(Box<OptionalsTwin>),
    #[prost(int32, tag = "200")]
    Phase(i32),
    #[prost(message, tag = "201")]
    Nothing(()),
    #[prost(message, tag = "202")]
    Foreign(OptionalsTwinNamed),
}

fn data() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..20)
}

fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Unspecified),
        Just(Phase::Done),
        Just(Phase::Lost),
        (8..i32::MAX).prop_map(Phase::Other),
        (i32::MIN..-1).prop_map(Phase::Other),
    ]
}

fn scalars() -> impl Strategy<Value = Scalars> {
    let integers = (any::<bool>(), any::<i32>(), any::<i64>(), any::<u32>(), any::<u64>());
    let others = (any::<f32>(), any::<f64>(), any::<String>(), data(), data(), phase());
    (integers, others).prop_map(
        |((boolean, int32, int64, uint32, uint64), (float, double, text, data, shared, phase))| Scalars {
            boolean,
            int32,
            int64,
            uint32,
            uint64,
            float,
            double,
            text,
            data,
            shared: shared.into(),
            phase,
        },
    )
}

fn optionals() -> impl Strategy<Value = Optionals> {
    (
        option::of(any::<bool>()),
        option::of(any::<i64>()),
        option::of(any::<f64>()),
        option::of(any::<String>()),
        option::of(data()),
        option::of(phase()),
        option::of(any::<u32>()),
        option::of(Just(())),
    )
        .prop_map(|(boolean, int64, double, text, data, phase, wrapped, nothing)| Optionals {
            boolean,
            int64,
            double,
            text,
            data,
            phase,
            wrapped,
            nothing,
        })
}

fn named() -> impl Strategy<Value = OptionalsTwinNamed> {
    any::<String>().prop_map(|text| OptionalsTwinNamed { text })
}

fn lists() -> impl Strategy<Value = Lists> {
    (
        vec(any::<bool>(), 0..5),
        vec(any::<i32>(), 0..5),
        vec(any::<u64>(), 0..5),
        vec(any::<f32>(), 0..5),
        vec(any::<f64>(), 0..5),
        vec(any::<String>(), 0..5),
        vec(data(), 0..5),
        vec(phase(), 0..5),
        vec(optionals(), 0..5),
        vec(named(), 0..5),
    )
        .prop_map(
            |(booleans, int32s, uint64s, floats, doubles, texts, datas, phases, messages, foreign)| Lists {
                booleans,
                int32s,
                uint64s,
                floats,
                doubles,
                texts,
                datas,
                phases,
                messages,
                foreign,
            },
        )
}

fn timestamp() -> impl Strategy<Value = Timestamp> {
    (any::<i64>(), any::<i32>()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
}

fn maps() -> impl Strategy<Value = Maps> {
    (
        hash_map(any::<String>(), any::<i64>(), 0..5),
        btree_map(any::<i32>(), any::<String>(), 0..5),
        hash_map(any::<bool>(), phase(), 0..3),
        btree_map(any::<u64>(), optionals(), 0..5),
        hash_map(any::<u32>(), any::<f64>(), 0..5),
        hash_map(any::<i64>(), timestamp(), 0..5),
    )
        .prop_map(|(by_text, by_number, by_boolean, messages, doubles, foreign)| Maps {
            by_text,
            by_number,
            by_boolean,
            messages,
            doubles,
            foreign,
        })
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        any::<String>().prop_map(Choice::Text),
        optionals().prop_map(|message| Choice::Message(Box::new(message))),
        phase().prop_map(Choice::Phase),
        Just(Choice::Nothing(())),
        named().prop_map(Choice::Foreign),
    ]
}

fn object() -> impl Strategy<Value = Struct> {
    let leaf = any::<f64>().prop_map(Value::from);
    let value = leaf.prop_recursive(3, 10, 3, |inner| {
        vec(inner, 0..3).prop_map(|values| Value {
            kind: Some(prost_types::value::Kind::ListValue(ListValue { values })),
        })
    });
    btree_map(any::<String>(), value, 0..3).prop_map(|fields| Struct { fields })
}

fn nested() -> impl Strategy<Value = Nested> {
    let packed = (any::<String>(), data()).prop_map(|(type_url, value)| Any { type_url, value });
    let mask = vec(any::<String>(), 0..3).prop_map(|paths| FieldMask { paths });
    let leaf = (
        (optionals(), option::of(optionals()), optionals(), option::of(choice())),
        (option::of(timestamp()), option::of(mask), option::of(packed), option::of(object()), named()),
    )
        .prop_map(|((always, maybe, boxed, choice), (time, mask, any, object, outside))| Nested {
            always,
            maybe,
            boxed: Box::new(boxed),
            itself: None,
            choice,
            time,
            mask,
            any,
            object,
            outside,
        })
        .boxed();
    let outer = leaf.clone();
    leaf.prop_recursive(2, 3, 1, move |inner| {
        (outer.clone(), inner).prop_map(|(outer, inner)| Nested { itself: Some(Box::new(inner)), ..outer })
    })
}

/// Through the twin and back it is the same value, and the length is the one announced.
fn goes_both_ways<M: Message + Default + PartialEq + std::fmt::Debug, Twin: Message + Default>(
    value: &M,
) -> Result<(), TestCaseError> {
    let bytes = value.encode_to_vec();
    prop_assert_eq!(value.encoded_len(), bytes.len());
    let twin = Twin::decode(bytes.as_slice()).expect("the twin reads what is written");
    let back = M::decode(twin.encode_to_vec().as_slice()).expect("what the twin writes is read");
    prop_assert_eq!(&back, value);
    Ok(())
}

/// Two encodings, one after the other, are one message in protobuf: the twin says which.
fn merges_alike<M: Message + Default + PartialEq + std::fmt::Debug, Twin: Message + Default>(
    first: &M,
    second: &M,
) -> Result<(), TestCaseError> {
    let bytes = [first.encode_to_vec(), second.encode_to_vec()].concat();
    let twin = Twin::decode(bytes.as_slice()).expect("the twin reads what is written");
    let expected = M::decode(twin.encode_to_vec().as_slice()).expect("what the twin writes is read");
    prop_assert_eq!(M::decode(bytes.as_slice()), Ok(expected));
    Ok(())
}

/// Whatever became of the bytes, nothing panics, and what the twin refuses is refused.
fn fails_alike<M: Message + Default, Twin: Message + Default>(
    value: &M,
    damage: &[(prop::sample::Index, u8)],
    end: prop::sample::Index,
) -> Result<(), TestCaseError> {
    let mut bytes = value.encode_to_vec();
    for (at, byte) in damage {
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
    }
    bytes.truncate(end.index(bytes.len() + 1));
    prop_assert_eq!(M::decode(bytes.as_slice()).is_ok(), Twin::decode(bytes.as_slice()).is_ok());
    Ok(())
}

fn damage() -> impl Strategy<Value = Vec<(prop::sample::Index, u8)>> {
    vec(any::<(prop::sample::Index, u8)>(), 0..3)
}

macro_rules! twins {
    ($($message:ident, $twin:ident, $strategy:ident;)*) => {$(
        mod $strategy {
            use super::*;

            proptest! {
                #[test]
                fn goes_both_ways(value in super::$strategy()) {
                    super::goes_both_ways::<$message, $twin>(&value)?;
                }

                #[test]
                fn merges_alike(first in super::$strategy(), second in super::$strategy()) {
                    super::merges_alike::<$message, $twin>(&first, &second)?;
                }

                #[test]
                fn fails_alike(
                    value in super::$strategy(),
                    damage in super::damage(),
                    end in any::<prop::sample::Index>(),
                ) {
                    super::fails_alike::<$message, $twin>(&value, &damage, end)?;
                }

                #[test]
                fn anything_is_read_alike(bytes in vec(any::<u8>(), 0..40)) {
                    prop_assert_eq!(
                        $message::decode(bytes.as_slice()).is_ok(),
                        $twin::decode(bytes.as_slice()).is_ok()
                    );
                }
            }
        }
    )*};
}

twins! {
    Scalars, ScalarsTwin, scalars;
    Optionals, OptionalsTwin, optionals;
    Lists, ListsTwin, lists;
    Maps, MapsTwin, maps;
    Nested, NestedTwin, nested;
}

/// Without maps of messages and oneofs, whose order prost leaves open, the bytes are equal too.
#[test]
fn the_bytes_are_those_of_prost() {
    let twin = ScalarsTwin { int32: -5, text: "x".to_owned(), phase: 7, ..Default::default() };
    let ours = Scalars { int32: -5, text: "x".to_owned(), phase: Phase::Done, ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
    let twin = ListsTwin {
        int32s: vec![1, -1],
        floats: vec![1.5],
        texts: vec![String::new()],
        ..Default::default()
    };
    let ours =
        Lists { int32s: vec![1, -1], floats: vec![1.5], texts: vec![String::new()], ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
    let twin = MapsTwin { by_number: [(0, "a".to_owned()), (1, String::new())].into(), ..Default::default() };
    let ours = Maps { by_number: [(0, "a".to_owned()), (1, String::new())].into(), ..Default::default() };
    assert_eq!(ours.encode_to_vec(), twin.encode_to_vec());
}
