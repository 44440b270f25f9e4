//! Keys that are unknown, in the wrong place, or given twice.

use lro_runtime::Payload;

#[derive(Payload)]
#[payload(package = "acme.v1", package = "acme.v2")]
struct Disk {
    #[payload(number = 1)]
    unknown: String,
    #[payload(tag = 2, package = "acme.v1")]
    elsewhere: String,
    #[payload(tag = 3, tag = 4)]
    twice: String,
    #[payload(tag = 5, message, oneof)]
    both: Option<u32>,
    #[payload(number = 6, name = "diskSize")]
    unknown_but_read_on: String,
    #[payload(tag)]
    no_value: String,
    #[payload(tag = 8, name = text)]
    no_string: String,
    #[payload(tag = 9, sint = true)]
    no_flag: i32,
    #[payload(tag = 10 name = "x")]
    no_comma: i32,
    #[payload]
    nothing: i32,
}

#[derive(Payload)]
#[payload(package = acme.v1, crate = "lro_runtime")]
struct Snapshot {
    #[payload(tag = 1, other)]
    name: String,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Choice {
    #[payload(tag = 1)]
    Text(#[payload(tag = 2)] String),
}

fn main() {}
