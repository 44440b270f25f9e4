//! Behaviour, through the public interface. One binary, since each one links the whole tree.

mod architecture;
mod attribute;
mod engine;
mod payload_shapes;
mod payload_twin;
mod payload_wire;
mod stores;
mod support;
