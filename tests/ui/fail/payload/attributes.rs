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
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Choice {
    #[payload(tag = 1)]
    Text(#[payload(tag = 2)] String),
}

fn main() {}
