//! The keys that a call may give: a request id (AIP-155, P-035, P-036, P-066), and what only one operation at a time may have (P-033).

use sha2::{Digest, Sha256};

use super::{errors, lifecycle};
use crate::data::operation::Snapshot;
use crate::data::record::{Key, Record};
use crate::data::status::Status;

/// The longest request id. AIP-155 has UUIDs of 36 characters in mind; an application's own ids are often longer.
const LONGEST_REQUEST_ID: usize = 128;

/// Checks a request id as a client sent it: 1 to 128 visible ASCII characters.
pub(crate) fn check_request_id(id: &str, domain: &str) -> Result<(), Status> {
    let visible = id.bytes().all(|byte| byte.is_ascii_graphic());
    if visible && (1..=LONGEST_REQUEST_ID).contains(&id.len()) {
        return Ok(());
    }
    Err(errors::invalid_request_id(id, LONGEST_REQUEST_ID, domain))
}

/// The key of a request id: of this method, under this parent.
pub(crate) fn request_key(method: &str, parent: &str, id: &str) -> Key {
    key([method, parent, id])
}

/// The key of something that the operations of one method work on, whoever starts them.
pub(crate) fn exclusive_key(method: &str, key: &str) -> Key {
    self::key([method, key])
}

fn key<const N: usize>(parts: [&str; N]) -> Key {
    let mut hash = Sha256::new();
    for part in parts {
        // With its length, so that no two lists of parts run together to one text.
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    Key(hash.finalize().into())
}

/// What a call is answered with whose request id a record has: the operation in its present state, if it came of the same request
/// and still is one that a client may see.
pub(crate) fn answer(found: &Record, hash: Option<[u8; 32]>, domain: &str) -> Result<Snapshot, Status> {
    if found.request_hash != hash {
        return Err(errors::request_id_reused(domain));
    }
    lifecycle::visible(found).ok_or_else(|| errors::request_id_spent(&found.name, domain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_short_and_visible() {
        let longest = "x".repeat(LONGEST_REQUEST_ID);
        for good in ["a", "0191e3a4-7b2c-7c3e-9f00-3d1f6f0a1b2c", "order/7:retry", "~", &longest] {
            assert!(check_request_id(good, "d").is_ok(), "{good}");
        }
        let longer = format!("{longest}x");
        for bad in ["", " ", "a b", "a\n", "ü", "\u{7f}", "\0", &longer] {
            let refused = check_request_id(bad, "d").unwrap_err();
            assert_eq!(refused.reason().as_deref(), Some("INVALID_REQUEST_ID"), "{bad:?}");
        }
    }

    #[test]
    fn keys_do_not_run_together() {
        let all = [
            request_key("a/b", "", "c"),
            request_key("a/b", "c", ""),
            request_key("a/bc", "", ""),
            request_key("a", "/b", "c"),
            exclusive_key("a/b", "c"),
            exclusive_key("a/bc", ""),
        ];
        for (index, key) in all.iter().enumerate() {
            assert!(!all[index + 1..].contains(key), "{index}");
        }
    }

    /// Replicas of two releases find each other's keys.
    #[test]
    fn a_key_never_changes() {
        let Key(bytes) = request_key("acme.v1.Disks/Copy", "disks/d", "id");
        assert_eq!(bytes[..4], [48, 21, 86, 193]);
    }
}
