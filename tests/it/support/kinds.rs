//! The messages of `kinds.proto`, derived: every kind of field. That they agree with the file on every number, name and type is
//! checked where an engine opens with both.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use lro_runtime::Payload;
use prost_types::{Any, Duration, FieldMask, ListValue, NullValue, Struct, Timestamp, Value};

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) enum Color {
    #[payload(tag = 0, name = "COLOR_UNSPECIFIED")]
    Unspecified,
    #[payload(tag = 1)]
    Red,
    #[payload(tag = -1, name = "blue")]
    Blue,
    #[payload(other)]
    Other(i32),
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Scalars {
    #[payload(tag = 1)]
    pub(crate) double_value: f64,
    #[payload(tag = 2)]
    pub(crate) float_value: f32,
    #[payload(tag = 3)]
    pub(crate) int32_value: i32,
    #[payload(tag = 4)]
    pub(crate) int64_value: i64,
    #[payload(tag = 5)]
    pub(crate) uint32_value: u32,
    #[payload(tag = 6)]
    pub(crate) uint64_value: u64,
    #[payload(tag = 7, sint)]
    pub(crate) sint32_value: i32,
    #[payload(tag = 8, sint)]
    pub(crate) sint64_value: i64,
    #[payload(tag = 9, fixed)]
    pub(crate) fixed32_value: u32,
    #[payload(tag = 10, fixed)]
    pub(crate) fixed64_value: u64,
    #[payload(tag = 11, fixed)]
    pub(crate) sfixed32_value: i32,
    #[payload(tag = 12, fixed)]
    pub(crate) sfixed64_value: i64,
    #[payload(tag = 13)]
    pub(crate) bool_value: bool,
    #[payload(tag = 14)]
    pub(crate) string_value: String,
    #[payload(tag = 15)]
    pub(crate) bytes_value: Vec<u8>,
    #[payload(tag = 16)]
    pub(crate) color: Color,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Optionals {
    #[payload(tag = 1)]
    pub(crate) double_value: Option<f64>,
    #[payload(tag = 2)]
    pub(crate) float_value: Option<f32>,
    #[payload(tag = 3)]
    pub(crate) int32_value: Option<i32>,
    #[payload(tag = 4)]
    pub(crate) int64_value: Option<i64>,
    #[payload(tag = 5)]
    pub(crate) uint32_value: Option<u32>,
    #[payload(tag = 6)]
    pub(crate) uint64_value: Option<u64>,
    #[payload(tag = 7, sint)]
    pub(crate) sint32_value: Option<i32>,
    #[payload(tag = 8, sint)]
    pub(crate) sint64_value: Option<i64>,
    #[payload(tag = 9, fixed)]
    pub(crate) fixed32_value: Option<u32>,
    #[payload(tag = 10, fixed)]
    pub(crate) fixed64_value: Option<u64>,
    #[payload(tag = 11, fixed)]
    pub(crate) sfixed32_value: Option<i32>,
    #[payload(tag = 12, fixed)]
    pub(crate) sfixed64_value: Option<i64>,
    #[payload(tag = 13)]
    pub(crate) bool_value: Option<bool>,
    #[payload(tag = 14)]
    pub(crate) string_value: Option<String>,
    #[payload(tag = 15)]
    pub(crate) bytes_value: Option<Bytes>,
    #[payload(tag = 16)]
    pub(crate) color: Option<Color>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Special {
    #[payload(tag = 1, message)]
    pub(crate) double_value: Option<f64>,
    #[payload(tag = 2, message)]
    pub(crate) float_value: Option<f32>,
    #[payload(tag = 3, message)]
    pub(crate) int64_value: Option<i64>,
    #[payload(tag = 4, message)]
    pub(crate) uint64_value: Option<u64>,
    #[payload(tag = 5, message)]
    pub(crate) int32_value: Option<i32>,
    #[payload(tag = 6, message)]
    pub(crate) uint32_value: Option<u32>,
    #[payload(tag = 7, message)]
    pub(crate) bool_value: Option<bool>,
    #[payload(tag = 8, message)]
    pub(crate) string_value: Option<String>,
    #[payload(tag = 9, message)]
    pub(crate) bytes_value: Option<Vec<u8>>,
    #[payload(tag = 10)]
    pub(crate) timestamp: Option<Timestamp>,
    #[payload(tag = 11)]
    pub(crate) duration: Option<Duration>,
    #[payload(tag = 12)]
    pub(crate) mask: Option<FieldMask>,
    #[payload(tag = 13)]
    pub(crate) r#struct: Option<Struct>,
    #[payload(tag = 14)]
    pub(crate) value: Option<Value>,
    #[payload(tag = 15)]
    pub(crate) list: Option<ListValue>,
    #[payload(tag = 16)]
    pub(crate) any: Option<Any>,
    #[payload(tag = 17)]
    pub(crate) empty: Option<()>,
    #[payload(tag = 18)]
    pub(crate) null: NullValue,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Lists {
    #[payload(tag = 1)]
    pub(crate) doubles: Vec<f64>,
    #[payload(tag = 2)]
    pub(crate) floats: Vec<f32>,
    #[payload(tag = 3)]
    pub(crate) int32s: Vec<i32>,
    #[payload(tag = 4)]
    pub(crate) int64s: Vec<i64>,
    #[payload(tag = 5)]
    pub(crate) uint64s: Vec<u64>,
    #[payload(tag = 6)]
    pub(crate) bools: Vec<bool>,
    #[payload(tag = 7)]
    pub(crate) strings: Vec<String>,
    #[payload(tag = 8)]
    pub(crate) bytess: Vec<Bytes>,
    #[payload(tag = 9)]
    pub(crate) colors: Vec<Color>,
    #[payload(tag = 10)]
    pub(crate) scalars: Vec<Scalars>,
    #[payload(tag = 11, message)]
    pub(crate) wrappers: Vec<i64>,
    #[payload(tag = 12)]
    pub(crate) timestamps: Vec<Timestamp>,
    #[payload(tag = 13)]
    pub(crate) durations: Vec<Duration>,
    #[payload(tag = 14)]
    pub(crate) masks: Vec<FieldMask>,
    #[payload(tag = 15)]
    pub(crate) values: Vec<Value>,
    #[payload(tag = 16)]
    pub(crate) lists: Vec<ListValue>,
    #[payload(tag = 17)]
    pub(crate) structs: Vec<Struct>,
    #[payload(tag = 18)]
    pub(crate) anys: Vec<Any>,
    #[payload(tag = 19)]
    pub(crate) empties: Vec<()>,
    #[payload(tag = 20)]
    pub(crate) uint32s: Vec<u32>,
    #[payload(tag = 21, sint)]
    pub(crate) sint32s: Vec<i32>,
    #[payload(tag = 22, sint)]
    pub(crate) sint64s: Vec<i64>,
    #[payload(tag = 23, fixed)]
    pub(crate) fixed32s: Vec<u32>,
    #[payload(tag = 24, fixed)]
    pub(crate) fixed64s: Vec<u64>,
    #[payload(tag = 25, fixed)]
    pub(crate) sfixed32s: Vec<i32>,
    #[payload(tag = 26, fixed)]
    pub(crate) sfixed64s: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Maps {
    #[payload(tag = 1)]
    pub(crate) int32s: HashMap<i32, f64>,
    #[payload(tag = 2)]
    pub(crate) int64s: BTreeMap<i64, f32>,
    #[payload(tag = 3)]
    pub(crate) uint32s: HashMap<u32, String>,
    #[payload(tag = 4)]
    pub(crate) uint64s: BTreeMap<u64, Bytes>,
    #[payload(tag = 5, key = sint)]
    pub(crate) sint32s: HashMap<i32, Color>,
    #[payload(tag = 6, key = sint)]
    pub(crate) sint64s: BTreeMap<i64, Scalars>,
    #[payload(tag = 7, key = fixed)]
    pub(crate) fixed32s: HashMap<u32, Timestamp>,
    #[payload(tag = 8, key = fixed)]
    pub(crate) fixed64s: BTreeMap<u64, Value>,
    #[payload(tag = 9, key = fixed)]
    pub(crate) sfixed32s: HashMap<i32, Any>,
    #[payload(tag = 10, key = fixed, message)]
    pub(crate) sfixed64s: BTreeMap<i64, Vec<u8>>,
    #[payload(tag = 11)]
    pub(crate) bools: HashMap<bool, i64>,
    #[payload(tag = 12)]
    pub(crate) strings: BTreeMap<String, u64>,
    #[payload(tag = 13, sint)]
    pub(crate) to_sint32: HashMap<String, i32>,
    #[payload(tag = 14, key = fixed, sint)]
    pub(crate) fixed32_to_sint64: BTreeMap<u32, i64>,
    #[payload(tag = 15, key = sint, fixed)]
    pub(crate) sint64_to_fixed32: HashMap<i64, u32>,
    #[payload(tag = 16, fixed)]
    pub(crate) to_sfixed64: BTreeMap<bool, i64>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Names {
    #[payload(tag = 1)]
    pub(crate) snake_case_name: i32,
    #[payload(tag = 2)]
    pub(crate) fieldname: i32,
    #[payload(tag = 3, name = "_leading")]
    pub(crate) leading: i32,
    #[payload(tag = 4, name = "trailing_")]
    pub(crate) trailing: i32,
    #[payload(tag = 5, name = "double__score")]
    pub(crate) double_score: i32,
    #[payload(tag = 6)]
    pub(crate) number_1_name: i32,
    #[payload(tag = 7, name = "CAPITALS")]
    pub(crate) capitals: i32,
    #[payload(tag = 8, name = "Mixed_caseName")]
    pub(crate) mixed: i32,
    #[payload(tag = 9)]
    pub(crate) renamed: i32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.kinds.v1")]
pub(crate) struct Kinds {
    #[payload(tag = 1)]
    pub(crate) scalars: Option<Scalars>,
    #[payload(tag = 2)]
    pub(crate) optionals: Option<Optionals>,
    #[payload(tag = 3)]
    pub(crate) special: Option<Special>,
    #[payload(tag = 4)]
    pub(crate) lists: Option<Lists>,
    #[payload(tag = 5)]
    pub(crate) maps: Option<Maps>,
    #[payload(tag = 6)]
    pub(crate) names: Option<Names>,
    #[payload(oneof)]
    pub(crate) choice: Option<Choice>,
    #[payload(tag = 17)]
    pub(crate) itself: Option<Box<Kinds>>,
    #[payload(tag = 18)]
    pub(crate) children: Vec<Kinds>,
    #[payload(tag = 19)]
    pub(crate) any: Option<Any>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
pub(crate) enum Choice {
    #[payload(tag = 7)]
    Text(String),
    #[payload(tag = 8)]
    Number(i64),
    #[payload(tag = 9)]
    Color(Color),
    #[payload(tag = 10)]
    Message(Box<Scalars>),
    #[payload(tag = 11)]
    Time(Timestamp),
    #[payload(tag = 12)]
    Nothing(NullValue),
    #[payload(tag = 13)]
    Value(Value),
    #[payload(tag = 14, message)]
    Wrapper(bool),
    #[payload(tag = 15)]
    Data(Bytes),
    #[payload(tag = 16)]
    Inner(Box<Kinds>),
    #[payload(tag = 20, sint)]
    Balance(i64),
    #[payload(tag = 21, fixed)]
    Hash(u32),
}
