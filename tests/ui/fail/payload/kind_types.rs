//! Types that do not have the form that is asked for.

use std::collections::HashMap;

use lro_runtime::{Payload, UnknownFields};

#[derive(Payload)]
enum Choice {
    #[payload(tag = 20, sint)]
    Number(u32),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1, sint)]
    text: String,
    #[payload(tag = 2, fixed)]
    ratios: Vec<f32>,
    #[payload(tag = 3, key = sint)]
    no_map: Vec<i32>,
    #[payload(tag = 4, key = fixed)]
    by_name: HashMap<String, u32>,
    #[payload(tag = 5)]
    not_marked: UnknownFields,
    #[payload(unknown)]
    rest: Vec<u8>,
}

fn main() {}
