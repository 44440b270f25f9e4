//! What tonic-prost-build makes of the service in `proto/google/api/apikeys/v2/apikeys.proto`; the messages are in `messages`. A test keeps
//! it fresh.

#[rustfmt::skip]
#[allow(unreachable_pub, clippy::pedantic, clippy::nursery)]
#[path = "google.api.apikeys.v2.rs"]
mod apikeys;

pub(crate) use self::apikeys::api_keys_server;

/// The descriptors of the API, for reflection.
pub(crate) const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("descriptors.bin");
