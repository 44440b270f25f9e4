//! What the program says of itself: the catalogue of its methods.

mod methods;
