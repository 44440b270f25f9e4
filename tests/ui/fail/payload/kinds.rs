//! What is said of a field's type: two things at once, or what does not go with it.

use std::collections::HashMap;

use lro_runtime::{Payload, UnknownFields};

#[derive(Payload)]
enum Choice {
    #[payload(tag = 20, sint, fixed)]
    Number(i32),
    #[payload(tag = 21, key = sint, unknown)]
    Text(String),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1, sint, fixed)]
    both: i32,
    #[payload(tag = 2, sint, sint)]
    twice: i32,
    #[payload(tag = 3, message, sint)]
    wrapper: Option<i32>,
    #[payload(tag = 4, key = zigzag)]
    labels: HashMap<i32, String>,
    #[payload(tag = 5, key)]
    no_value: HashMap<i32, String>,
    #[payload(oneof, key = sint)]
    choice: Option<Choice>,
    #[payload(tag = 7, unknown)]
    numbered: UnknownFields,
    #[payload(unknown)]
    second: UnknownFields,
}

fn main() {}
