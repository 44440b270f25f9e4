//! Behaviour, through the public interface. One binary, since each one links the whole tree.

mod architecture;
mod engine;
mod payload_derive;
mod stores;
mod support;
