//! The engine, through its public handle: one file for each promise.

mod cancel;
mod deadlines;
mod delete;
mod descriptors;
mod exclusive;
mod lease;
mod lifecycle;
mod limits;
mod list;
mod lost_replies;
mod races;
mod request_ids;
mod shutdown;
mod validate_only;
mod wait;
