//! What the program says of itself: the catalogue of its methods.

pub(crate) mod archives;
mod lint;
mod lock;
mod methods;
mod protos;
