//! Page sizes and page tokens (P-114…P-118).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sha2::{Digest, Sha256};

use crate::data::name::OperationName;
use crate::data::record::Cursor;

const DEFAULT_SIZE: usize = 50;
const LARGEST_SIZE: usize = 100;
const NONCE_BYTES: usize = 24;

/// The number of operations on a page: the default for 0, `None` for a negative size, never above the maximum
/// (P-114, P-115).
pub(crate) fn size(asked: i32) -> Option<usize> {
    match usize::try_from(asked).ok()? {
        0 => Some(DEFAULT_SIZE),
        asked => Some(asked.min(LARGEST_SIZE)),
    }
}

/// Seals a cursor into a token: opaque, URL-safe, and bound to the list that it continues (P-117, P-118).
///
/// The nonce is a hash of what is sealed. The same cursor then gives the same token, which tells nobody
/// anything that the list has not told already; a counter or a random source would have to be passed in.
pub(crate) fn seal(secret: &[u8; 32], list: &str, cursor: &Cursor) -> String {
    let micros = cursor.create_time.duration_since(UNIX_EPOCH).unwrap_or_default().as_micros() as u64;
    let mut plain = micros.to_be_bytes().to_vec();
    plain.extend_from_slice(cursor.name.as_str().as_bytes());
    let nonce = Sha256::new().chain_update(secret).chain_update(list).chain_update(&plain).finalize();
    let nonce = XNonce::from_slice(&nonce[..NONCE_BYTES]);
    let payload = Payload { msg: &plain, aad: list.as_bytes() };
    // Invariant: the cipher refuses only messages of more than 256 GiB; an empty token would end the list.
    let sealed = XChaCha20Poly1305::new(secret.into()).encrypt(nonce, payload).unwrap_or_default();
    URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())
}

/// Opens a token that was sealed for this list; `None` for every other text.
pub(crate) fn open(secret: &[u8; 32], list: &str, token: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES)?;
    let payload = Payload { msg: sealed, aad: list.as_bytes() };
    let plain = XChaCha20Poly1305::new(secret.into()).decrypt(XNonce::from_slice(nonce), payload).ok()?;
    let (micros, name) = plain.split_first_chunk::<8>()?;
    let create_time: SystemTime =
        UNIX_EPOCH.checked_add(Duration::from_micros(u64::from_be_bytes(*micros)))?;
    let name = OperationName::parse(std::str::from_utf8(name).ok()?).ok()?;
    Some(Cursor { create_time, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_defaulted_coerced_and_refused() {
        assert_eq!([0, 1, 100, 101, i32::MAX].map(size), [50, 1, 100, 100, 100].map(Some), "P-114, P-115");
        assert_eq!([-1, i32::MIN].map(size), [None, None], "P-114");
    }

    #[test]
    fn a_token_opens_only_whole_and_for_its_own_list() {
        let cursor = Cursor {
            create_time: UNIX_EPOCH + Duration::from_micros(1_700_000_000_000_001),
            name: OperationName::parse("projects/p/operations/x").unwrap(),
        };
        let token = seal(&[7; 32], "projects/p", &cursor);
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'), "P-117");
        assert!(!token.contains("operations"), "P-117");
        assert_eq!(open(&[7; 32], "projects/p", &token), Some(cursor));
        assert_eq!(open(&[7; 32], "projects/q", &token), None, "P-118");
        assert_eq!(open(&[8; 32], "projects/p", &token), None, "P-118");
        for end in 0..token.len() {
            assert_eq!(open(&[7; 32], "projects/p", &token[..end]), None, "P-118");
        }
        for garbage in ["", "!", "AAAA", "é"] {
            assert_eq!(open(&[7; 32], "projects/p", garbage), None, "P-118");
        }
    }
}
