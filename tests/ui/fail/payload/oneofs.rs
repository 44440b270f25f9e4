//! Variants that a oneof cannot have.

use lro_runtime::Payload;

#[derive(Payload)]
enum Choice {
    #[payload(tag = 1)]
    Text(String),
    #[payload(tag = 2)]
    Nothing,
    #[payload(tag = 3)]
    Pair(u32, u32),
    #[payload(tag = 4)]
    Fields { number: u32 },
    #[payload(tag = 1)]
    Taken(u32),
    Forgotten(u32),
}

fn main() {}
