//! What the compiler says to a user who makes a mistake.

fn main() {}
