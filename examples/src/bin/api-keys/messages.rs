//! The messages of `google.api.apikeys.v2`, with Google's own field numbers: its client libraries understand them.

use std::collections::BTreeMap;

use lro_runtime::Payload;
use prost_types::{FieldMask, Timestamp};

/// An API key.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct Key {
    /// Output only. `projects/{project}/locations/global/keys/{key}`.
    #[payload(tag = 1)]
    pub(crate) name: String,
    /// What people call the key.
    #[payload(tag = 2)]
    pub(crate) display_name: String,
    /// Output only. The secret, which only GetKeyString shows.
    #[payload(tag = 3)]
    pub(crate) key_string: String,
    /// Output only.
    #[payload(tag = 4)]
    pub(crate) create_time: Option<Timestamp>,
    /// Output only. A UUID.
    #[payload(tag = 5)]
    pub(crate) uid: String,
    /// Output only.
    #[payload(tag = 6)]
    pub(crate) update_time: Option<Timestamp>,
    /// Output only. Set while the key is deleted, and not yet purged.
    #[payload(tag = 7)]
    pub(crate) delete_time: Option<Timestamp>,
    /// Notes of the client's own.
    #[payload(tag = 8)]
    pub(crate) annotations: BTreeMap<String, String>,
    /// Where the key may be used.
    #[payload(tag = 9)]
    pub(crate) restrictions: Option<Restrictions>,
    /// Output only. Changes with every change of the key.
    #[payload(tag = 11)]
    pub(crate) etag: String,
}

/// Where a key may be used, and for what.
#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct Restrictions {
    #[payload(oneof)]
    pub(crate) client_restrictions: Option<ClientRestrictions>,
    /// The services that may be called with the key.
    #[payload(tag = 5)]
    pub(crate) api_targets: Vec<ApiTarget>,
}

/// The kind of client that may use a key.
#[derive(Clone, Debug, PartialEq, Payload)]
pub(crate) enum ClientRestrictions {
    #[payload(tag = 1, name = "browser_key_restrictions")]
    Browser(BrowserKeyRestrictions),
    #[payload(tag = 2, name = "server_key_restrictions")]
    Server(ServerKeyRestrictions),
    #[payload(tag = 3, name = "android_key_restrictions")]
    Android(AndroidKeyRestrictions),
    #[payload(tag = 4, name = "ios_key_restrictions")]
    Ios(IosKeyRestrictions),
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct BrowserKeyRestrictions {
    /// Patterns of referrers, `example.com/*`.
    #[payload(tag = 1)]
    pub(crate) allowed_referrers: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct ServerKeyRestrictions {
    /// Addresses or networks, `198.51.100.0/24`.
    #[payload(tag = 1)]
    pub(crate) allowed_ips: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct AndroidKeyRestrictions {
    #[payload(tag = 1)]
    pub(crate) allowed_applications: Vec<AndroidApplication>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct AndroidApplication {
    #[payload(tag = 1)]
    pub(crate) sha1_fingerprint: String,
    #[payload(tag = 2)]
    pub(crate) package_name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct IosKeyRestrictions {
    #[payload(tag = 1)]
    pub(crate) allowed_bundle_ids: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct ApiTarget {
    /// `translate.googleapis.com`.
    #[payload(tag = 1)]
    pub(crate) service: String,
    /// Methods of the service; all of them if there are none.
    #[payload(tag = 2)]
    pub(crate) methods: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct CreateKeyRequest {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) key: Key,
    /// The last segment of the key's name; a UUID if it is empty.
    #[payload(tag = 3)]
    pub(crate) key_id: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct ListKeysRequest {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) page_size: i32,
    #[payload(tag = 3)]
    pub(crate) page_token: String,
    #[payload(tag = 6)]
    pub(crate) show_deleted: bool,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct ListKeysResponse {
    #[payload(tag = 1)]
    pub(crate) keys: Vec<Key>,
    #[payload(tag = 2)]
    pub(crate) next_page_token: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct GetKeyRequest {
    #[payload(tag = 1)]
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct GetKeyStringRequest {
    #[payload(tag = 1)]
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct GetKeyStringResponse {
    #[payload(tag = 1)]
    pub(crate) key_string: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct UpdateKeyRequest {
    /// The key, by its name, with its new fields.
    #[payload(tag = 1)]
    pub(crate) key: Key,
    /// Which fields; those that are set if there is no mask.
    #[payload(tag = 2)]
    pub(crate) update_mask: Option<FieldMask>,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct DeleteKeyRequest {
    #[payload(tag = 1)]
    pub(crate) name: String,
    /// The etag that the key must have, if it is given.
    #[payload(tag = 2)]
    pub(crate) etag: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct UndeleteKeyRequest {
    #[payload(tag = 1)]
    pub(crate) name: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct LookupKeyRequest {
    #[payload(tag = 1)]
    pub(crate) key_string: String,
}

#[derive(Clone, Debug, PartialEq, Payload)]
#[payload(package = "google.api.apikeys.v2")]
pub(crate) struct LookupKeyResponse {
    #[payload(tag = 1)]
    pub(crate) parent: String,
    #[payload(tag = 2)]
    pub(crate) name: String,
}
