//! What all processes on a store share beside the records: descriptors and the secret.

use bytes::Bytes;

use super::Subject;

/// Descriptors are kept byte for byte, by type URL; the last one wins.
pub async fn the_last_descriptor_wins(subject: &mut dyn Subject) {
    let store = subject.store();
    assert_eq!(store.descriptors().await.expect("descriptors"), []);
    for (url, bytes) in [("acme/a", &b"old"[..]), ("acme/b", b""), ("acme/a", b"\0new")] {
        store.put_descriptor(url, Bytes::from_static(bytes)).await.expect("put");
    }
    let mut descriptors = store.descriptors().await.expect("descriptors");
    descriptors.sort_unstable();
    let expected = [("acme/a", &b"\0new"[..]), ("acme/b", b"")];
    assert_eq!(descriptors, expected.map(|(url, bytes)| (url.to_owned(), Bytes::from_static(bytes))));
}

/// The secret stays the same, and is not a constant.
pub async fn the_secret_is_stable(subject: &mut dyn Subject) {
    let store = subject.store();
    let secret = store.secret().await.expect("secret");
    assert_eq!(store.secret().await.expect("secret"), secret);
    assert!(secret.iter().any(|byte| *byte != secret[0]), "{secret:?}");
}
