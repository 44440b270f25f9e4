//! A oneof's variants are fields of its message: they share its numbers and names.

use lro_runtime::Payload;

#[derive(Payload)]
enum Choice {
    #[payload(tag = 2)]
    Text(String),
    #[payload(tag = 3)]
    Number(u32),
}

#[derive(Payload)]
enum Other {
    #[payload(tag = 3)]
    Flag(bool),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct WithField {
    #[payload(tag = 2)]
    name: String,
    #[payload(oneof)]
    choice: Option<Choice>,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct WithOneof {
    #[payload(oneof)]
    choice: Option<Choice>,
    #[payload(oneof)]
    other: Option<Other>,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct WithName {
    #[payload(tag = 7)]
    text: String,
    #[payload(oneof)]
    choice: Option<Choice>,
}

fn main() {}
