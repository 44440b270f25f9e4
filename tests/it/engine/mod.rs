//! The engine, through its public handle: one file for each promise.

mod cancel;
mod delete;
mod descriptors;
mod lease;
mod lifecycle;
mod limits;
mod list;
mod lost_replies;
mod races;
mod request_ids;
mod shutdown;
mod wait;
