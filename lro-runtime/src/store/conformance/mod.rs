//! One public suite of properties that every store must have.
