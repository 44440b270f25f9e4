//! Types that cannot be a message, an enum or a oneof.

use lro_runtime::Payload;

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Generic<T, const N: usize> {
    #[payload(tag = 1)]
    value: [T; N],
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Borrowed<'a> {
    #[payload(tag = 1)]
    name: &'a str,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Tuple(#[payload(tag = 1)] String);

#[derive(Payload)]
#[payload(package = "acme.v1")]
union Bits {
    word: u32,
    float: f32,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Endless {
    #[payload(tag = 1)]
    itself: Box<Endless>,
}

fn main() {}
