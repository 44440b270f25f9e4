//! Types that protobuf does not have.

use std::collections::HashMap;

use lro_runtime::{Json, Payload};

struct NotDerived;

#[derive(Payload)]
enum Choice {
    #[payload(tag = 5)]
    Small(u8),
}

#[derive(Payload)]
enum Sound {
    #[payload(tag = 20)]
    Text(String),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1)]
    size: usize,
    #[payload(tag = 2)]
    owner: Option<NotDerived>,
    #[payload(tag = 3)]
    by_ratio: HashMap<String, Vec<u32>>,
    #[payload(tag = 4)]
    by_bytes: HashMap<Vec<u8>, u32>,
    #[payload(tag = 6)]
    data: Json<u32>,
    #[payload(tag = 7)]
    not_marked: Option<Sound>,
    #[payload(oneof)]
    not_optional: Sound,
    #[payload(tag = 8, message)]
    not_a_message: NotDerived,
}

fn main() {}
