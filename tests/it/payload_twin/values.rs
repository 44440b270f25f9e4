//! Any value of each message.

use proptest::collection::{btree_map, hash_map, vec};
use proptest::option;
use proptest::prelude::*;
use prost_types::{Any, FieldMask, ListValue, Struct, Timestamp, Value};

use super::messages::{Choice, Lists, Maps, Nested, Optionals, OptionalsTwinNamed, Phase, Scalars};

pub(super) fn data() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..20)
}

pub(super) fn phase() -> impl Strategy<Value = Phase> {
    prop_oneof![
        Just(Phase::Unspecified),
        Just(Phase::Done),
        Just(Phase::Lost),
        (8..i32::MAX).prop_map(Phase::Other),
        (i32::MIN..-1).prop_map(Phase::Other),
    ]
}

pub(super) fn scalars() -> impl Strategy<Value = Scalars> {
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

pub(super) fn optionals() -> impl Strategy<Value = Optionals> {
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

pub(super) fn named() -> impl Strategy<Value = OptionalsTwinNamed> {
    any::<String>().prop_map(|text| OptionalsTwinNamed { text })
}

pub(super) fn lists() -> impl Strategy<Value = Lists> {
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

pub(super) fn timestamp() -> impl Strategy<Value = Timestamp> {
    (any::<i64>(), any::<i32>()).prop_map(|(seconds, nanos)| Timestamp { seconds, nanos })
}

pub(super) fn maps() -> impl Strategy<Value = Maps> {
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

pub(super) fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        any::<String>().prop_map(Choice::Text),
        optionals().prop_map(|message| Choice::Message(Box::new(message))),
        phase().prop_map(Choice::Phase),
        Just(Choice::Nothing(())),
        named().prop_map(Choice::Foreign),
    ]
}

pub(super) fn object() -> impl Strategy<Value = Struct> {
    let leaf = any::<f64>().prop_map(Value::from);
    let value = leaf.prop_recursive(3, 10, 3, |inner| {
        vec(inner, 0..3).prop_map(|values| Value {
            kind: Some(prost_types::value::Kind::ListValue(ListValue { values })),
        })
    });
    btree_map(any::<String>(), value, 0..3).prop_map(|fields| Struct { fields })
}

pub(super) fn nested() -> impl Strategy<Value = Nested> {
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
