//! A mistake in a type is one error, however often the type is used.

use lro_runtime::Payload;

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Disk {
    #[payload(tag = 0)]
    name: String,
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
enum Phase {
    #[payload(tag = 1)]
    Running,
}

#[derive(Payload)]
enum Choice {
    #[payload(tag = 0)]
    Text(String),
}

#[derive(Payload)]
#[payload(package = "acme.v1")]
struct Outer {
    #[payload(tag = 1)]
    disks: Vec<Disk>,
    #[payload(tag = 2)]
    phase: Phase,
    #[payload(oneof)]
    choice: Option<Choice>,
}

fn main() {
    let outer = Outer::default();
    let _bytes = (outer.to_wire(), Disk::default().to_wire(), Phase::default());
}
