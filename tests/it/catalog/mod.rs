//! What the program says of itself: the catalogue of its methods.

pub(crate) mod archives;
mod methods;
mod protos;
