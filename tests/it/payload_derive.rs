//! `#[derive(Payload)]`: messages of every kind of field.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use lro_runtime::Payload;

/// Every kind.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "test.kinds.v1")]
pub struct Kinds {
    /// a bool
    #[payload(tag = 1)]
    a_bool: bool,
    #[payload(tag = 2)]
    a_i32: i32,
    #[payload(tag = 3)]
    a_u32: u32,
    #[payload(tag = 4)]
    a_i64: i64,
    #[payload(tag = 5)]
    a_u64: u64,
    #[payload(tag = 6)]
    a_f32: f32,
    #[payload(tag = 7)]
    a_f64: f64,
    #[payload(tag = 8)]
    a_string: String,
    #[payload(tag = 9)]
    a_vec: Vec<u8>,
    #[payload(tag = 10)]
    a_bytes: Bytes,
    #[payload(tag = 11)]
    an_option: Option<u32>,
    #[payload(tag = 12)]
    a_list: Vec<i32>,
    #[payload(tag = 13)]
    names: Vec<String>,
    #[payload(tag = 14)]
    map: HashMap<String, i64>,
    #[payload(tag = 15)]
    sorted: BTreeMap<u32, Inner>,
    #[payload(tag = 16)]
    inner: Inner,
    #[payload(tag = 17)]
    maybe: Option<Inner>,
    #[payload(tag = 18)]
    boxed: Option<Box<Kinds>>,
    #[payload(tag = 19)]
    phase: Phase,
    #[payload(tag = 20)]
    phases: Vec<Phase>,
    #[payload(tag = 21)]
    duration: Duration,
    #[payload(tag = 22)]
    time: Option<SystemTime>,
    #[payload(tag = 23, message)]
    foreign: Option<prost_types::Timestamp>,
    #[payload(tag = 24, message)]
    bare: prost_types::Timestamp,
    #[payload(oneof)]
    choice: Option<Choice>,
    #[payload(tag = 25, message)]
    wrapped: Option<i32>,
    #[payload(tag = 26)]
    empty: Option<()>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "test.kinds.v1")]
pub struct Inner {
    #[payload(tag = 1)]
    r#type: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "test.kinds.v1", name = "Kinds.Phase")]
pub enum Phase {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(tag = 5)]
    InProgress,
    #[payload(tag = -1)]
    Gone,
    #[payload(other)]
    Other(i32),
}

#[derive(Clone, Debug, PartialEq, Payload)]
pub enum Choice {
    #[payload(tag = 100)]
    ByName(String),
    #[payload(tag = 101)]
    ByInner(Inner),
    #[payload(tag = 102)]
    Nothing(()),
    #[payload(tag = 103, message)]
    At(prost_types::Timestamp),
}

#[test]
fn it_works() {
    let kinds = Kinds::default();
    let wire = kinds.to_wire().unwrap();
    assert_eq!(Kinds::from_wire(&wire), Ok(kinds));
}
