//! Times, durations and UUIDs of the libraries that have them, as fields: against protobuf's own messages, up to the ends of every
//! range.

mod times;
mod uuids;
