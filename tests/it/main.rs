//! Behaviour, through the public interface. One binary, since each one links the whole tree.

mod stores;
mod stores_sqlite;
