//! The derive brings `Default`: the values that protobuf gives to what is not there.

use lro_runtime::Payload;

#[derive(Default, Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 1)]
    name: String,
}

fn main() {}
