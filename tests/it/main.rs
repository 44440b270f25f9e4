//! Behaviour, through the public interface. One binary, since each one links the whole tree.

mod payload_derive;
mod stores;
