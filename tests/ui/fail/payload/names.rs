//! Names that protobuf does not have, or has twice.

use lro_runtime::Payload;

#[derive(Payload)]
struct NoPackage {
    #[payload(tag = 1)]
    name: String,
    no_number_either: String,
}

#[derive(Payload)]
#[payload(package = "acme/v1", name = "1Disk")]
struct Disk {
    #[payload(tag = 1)]
    disk_size: u64,
    #[payload(tag = 2, name = "diskSize")]
    size: u64,
    #[payload(tag = 3, name = "größe")]
    length: u64,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Phase {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(tag = 1, name = "UNSPECIFIED")]
    Unknown,
}

fn main() {}
