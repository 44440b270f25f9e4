//! A type that has no protobuf form.

use lro_runtime::{Json, Payload};

struct NotDerived;

fn needs_payload<T: Payload>() {}

fn main() {
    needs_payload::<NotDerived>();
    needs_payload::<Json<NotDerived>>();
}
