//! Derived messages, each with the twin that prost derives.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use lro_runtime::Payload;
use prost::Message;
use prost_types::{Any, FieldMask, Struct, Timestamp};

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
pub(super) struct Scalars {
    #[payload(tag = 1)]
    pub(super) boolean: bool,
    #[payload(tag = 2)]
    pub(super) int32: i32,
    #[payload(tag = 3)]
    pub(super) int64: i64,
    #[payload(tag = 4)]
    pub(super) uint32: u32,
    #[payload(tag = 5)]
    pub(super) uint64: u64,
    #[payload(tag = 6)]
    pub(super) float: f32,
    #[payload(tag = 7)]
    pub(super) double: f64,
    #[payload(tag = 8)]
    pub(super) text: String,
    #[payload(tag = 9)]
    pub(super) data: Vec<u8>,
    #[payload(tag = 10)]
    pub(super) shared: Bytes,
    #[payload(tag = 2_000)]
    pub(super) phase: Phase,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ScalarsTwin {
    #[prost(bool, tag = "1")]
    pub(super) boolean: bool,
    #[prost(int32, tag = "2")]
    pub(super) int32: i32,
    #[prost(int64, tag = "3")]
    pub(super) int64: i64,
    #[prost(uint32, tag = "4")]
    pub(super) uint32: u32,
    #[prost(uint64, tag = "5")]
    pub(super) uint64: u64,
    #[prost(float, tag = "6")]
    pub(super) float: f32,
    #[prost(double, tag = "7")]
    pub(super) double: f64,
    #[prost(string, tag = "8")]
    pub(super) text: String,
    #[prost(bytes = "vec", tag = "9")]
    pub(super) data: Vec<u8>,
    #[prost(bytes = "bytes", tag = "10")]
    pub(super) shared: Bytes,
    #[prost(int32, tag = "2000")]
    pub(super) phase: i32,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
pub(super) enum Phase {
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
pub(super) struct Optionals {
    #[payload(tag = 1)]
    pub(super) boolean: Option<bool>,
    #[payload(tag = 2)]
    pub(super) int64: Option<i64>,
    #[payload(tag = 3)]
    pub(super) double: Option<f64>,
    #[payload(tag = 4)]
    pub(super) text: Option<String>,
    #[payload(tag = 5)]
    pub(super) data: Option<Vec<u8>>,
    #[payload(tag = 6)]
    pub(super) phase: Option<Phase>,
    #[payload(tag = 7, message)]
    pub(super) wrapped: Option<u32>,
    #[payload(tag = 8)]
    pub(super) nothing: Option<()>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct OptionalsTwin {
    #[prost(bool, optional, tag = "1")]
    pub(super) boolean: Option<bool>,
    #[prost(int64, optional, tag = "2")]
    pub(super) int64: Option<i64>,
    #[prost(double, optional, tag = "3")]
    pub(super) double: Option<f64>,
    #[prost(string, optional, tag = "4")]
    pub(super) text: Option<String>,
    #[prost(bytes = "vec", optional, tag = "5")]
    pub(super) data: Option<Vec<u8>>,
    #[prost(int32, optional, tag = "6")]
    pub(super) phase: Option<i32>,
    #[prost(message, optional, tag = "7")]
    pub(super) wrapped: Option<u32>,
    #[prost(message, optional, tag = "8")]
    pub(super) nothing: Option<()>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
pub(super) struct Lists {
    #[payload(tag = 1)]
    pub(super) booleans: Vec<bool>,
    #[payload(tag = 2)]
    pub(super) int32s: Vec<i32>,
    #[payload(tag = 3)]
    pub(super) uint64s: Vec<u64>,
    #[payload(tag = 4)]
    pub(super) floats: Vec<f32>,
    #[payload(tag = 5)]
    pub(super) doubles: Vec<f64>,
    #[payload(tag = 6)]
    pub(super) texts: Vec<String>,
    #[payload(tag = 7)]
    pub(super) datas: Vec<Vec<u8>>,
    #[payload(tag = 8)]
    pub(super) phases: Vec<Phase>,
    #[payload(tag = 9)]
    pub(super) messages: Vec<Optionals>,
    #[payload(tag = 10, message)]
    pub(super) foreign: Vec<OptionalsTwinNamed>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ListsTwin {
    #[prost(bool, repeated, tag = "1")]
    pub(super) booleans: Vec<bool>,
    #[prost(int32, repeated, tag = "2")]
    pub(super) int32s: Vec<i32>,
    #[prost(uint64, repeated, tag = "3")]
    pub(super) uint64s: Vec<u64>,
    #[prost(float, repeated, tag = "4")]
    pub(super) floats: Vec<f32>,
    #[prost(double, repeated, tag = "5")]
    pub(super) doubles: Vec<f64>,
    #[prost(string, repeated, tag = "6")]
    pub(super) texts: Vec<String>,
    #[prost(bytes = "vec", repeated, tag = "7")]
    pub(super) datas: Vec<Vec<u8>>,
    #[prost(int32, repeated, tag = "8")]
    pub(super) phases: Vec<i32>,
    #[prost(message, repeated, tag = "9")]
    pub(super) messages: Vec<OptionalsTwin>,
    #[prost(message, repeated, tag = "10")]
    pub(super) foreign: Vec<OptionalsTwinNamed>,
}

/// As prost-build makes it with `enable_type_names()`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct OptionalsTwinNamed {
    #[prost(string, tag = "4")]
    pub(super) text: String,
}

impl prost::Name for OptionalsTwinNamed {
    const NAME: &'static str = "Optionals";
    const PACKAGE: &'static str = "lro.tests.twin.v1";
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
pub(super) struct Maps {
    #[payload(tag = 1)]
    pub(super) by_text: HashMap<String, i64>,
    #[payload(tag = 2)]
    pub(super) by_number: BTreeMap<i32, String>,
    #[payload(tag = 3)]
    pub(super) by_boolean: HashMap<bool, Phase>,
    #[payload(tag = 4)]
    pub(super) messages: BTreeMap<u64, Optionals>,
    #[payload(tag = 5)]
    pub(super) doubles: HashMap<u32, f64>,
    #[payload(tag = 6, message)]
    pub(super) foreign: HashMap<i64, Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct MapsTwin {
    #[prost(hash_map = "string, int64", tag = "1")]
    pub(super) by_text: HashMap<String, i64>,
    #[prost(btree_map = "int32, string", tag = "2")]
    pub(super) by_number: BTreeMap<i32, String>,
    #[prost(hash_map = "bool, int32", tag = "3")]
    pub(super) by_boolean: HashMap<bool, i32>,
    #[prost(btree_map = "uint64, message", tag = "4")]
    pub(super) messages: BTreeMap<u64, OptionalsTwin>,
    #[prost(hash_map = "uint32, double", tag = "5")]
    pub(super) doubles: HashMap<u32, f64>,
    #[prost(hash_map = "int64, message", tag = "6")]
    pub(super) foreign: HashMap<i64, Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "lro.tests.twin.v1")]
pub(super) struct Nested {
    #[payload(tag = 1)]
    pub(super) always: Optionals,
    #[payload(tag = 2)]
    pub(super) maybe: Option<Optionals>,
    #[payload(tag = 3)]
    pub(super) boxed: Box<Optionals>,
    #[payload(tag = 4)]
    pub(super) itself: Option<Box<Nested>>,
    #[payload(oneof)]
    pub(super) choice: Option<Choice>,
    #[payload(tag = 5)]
    pub(super) time: Option<Timestamp>,
    #[payload(tag = 6)]
    pub(super) mask: Option<FieldMask>,
    #[payload(tag = 7)]
    pub(super) any: Option<Any>,
    #[payload(tag = 8)]
    pub(super) object: Option<Struct>,
    #[payload(tag = 12, message)]
    pub(super) outside: OptionalsTwinNamed,
}

#[derive(Clone, Debug, PartialEq, Payload)]
pub(super) enum Choice {
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
pub(super) struct NestedTwin {
    #[prost(message, required, tag = "1")]
    pub(super) always: OptionalsTwin,
    #[prost(message, optional, tag = "2")]
    pub(super) maybe: Option<OptionalsTwin>,
    #[prost(message, required, tag = "3")]
    pub(super) boxed: OptionalsTwin,
    #[prost(message, optional, boxed, tag = "4")]
    pub(super) itself: Option<Box<NestedTwin>>,
    #[prost(oneof = "ChoiceTwin", tags = "9, 10, 200, 201, 202")]
    pub(super) choice: Option<ChoiceTwin>,
    #[prost(message, optional, tag = "5")]
    pub(super) time: Option<Timestamp>,
    #[prost(message, optional, tag = "6")]
    pub(super) mask: Option<FieldMask>,
    #[prost(message, optional, tag = "7")]
    pub(super) any: Option<Any>,
    #[prost(message, optional, tag = "8")]
    pub(super) object: Option<Struct>,
    #[prost(message, required, tag = "12")]
    pub(super) outside: OptionalsTwinNamed,
}

#[derive(Clone, PartialEq, prost::Oneof)]
pub(super) enum ChoiceTwin {
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
