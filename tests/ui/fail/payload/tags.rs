//! Numbers that are missing, taken, or not allowed: all at once.

use lro_runtime::Payload;

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1)]
    name: String,
    missing: String,
    #[payload(tag = 1)]
    taken: String,
    #[payload(tag = 0)]
    zero: String,
    #[payload(tag = -3)]
    negative: String,
    #[payload(tag = 536_870_912)]
    too_large: String,
    #[payload(tag = 99999999999999999999)]
    far_too_large: String,
    #[payload(tag = 19_500)]
    reserved: String,
    #[payload(tag = "4")]
    text: String,
    #[payload(tag = 5, oneof)]
    of_a_oneof: Option<u32>,
}

fn main() {}
