//! Enums without a zero, and places for unknown numbers that are not one.

use lro_runtime::Payload;

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum NoZero {
    #[payload(tag = 1)]
    Running,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum ZeroIsNotFirst {
    #[payload(tag = 1)]
    Running,
    #[payload(tag = 0)]
    Unspecified,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Empty {}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Numbers {
    #[payload(tag = 0)]
    Unspecified,
    Forgotten,
    #[payload(tag = 0)]
    Taken,
    #[payload(tag = 3_000_000_000)]
    TooLarge,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Others {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(other)]
    Unit,
    #[payload(other)]
    Text(String),
    #[payload(other, tag = 5)]
    Numbered(i32),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum NotMarked {
    #[payload(tag = 0)]
    Unspecified,
    Other(i32),
}

#[derive(Payload)]
enum NoPackage {
    #[payload(tag = 0)]
    Unspecified,
    #[payload(tag = 1, message)]
    Done,
    #[payload(tag = 1)]
    Failed,
}

fn main() {}
