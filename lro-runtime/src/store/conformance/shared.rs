//! What all processes on a store share beside the records: descriptors and the secret.

use bytes::Bytes;

use super::Subject;
use super::support::worker;

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

/// Whoever takes a name learns who had it before, also when it asks again: its reply may have been lost.
pub async fn a_name_is_taken_over(subject: &mut dyn Subject) {
    let store = subject.store();
    for (name, by, before) in [
        ("pod-1", 1, None),
        ("pod-2", 2, None),
        ("pod-1", 1, None),
        ("pod-1", 3, Some(1)),
        ("pod-1", 3, Some(1)),
        ("pod-1", 4, Some(3)),
        ("pod-2", 5, Some(2)),
    ] {
        let predecessor = store.succeed(name, worker(by)).await.expect("succeed");
        assert_eq!(predecessor, before.map(worker), "{name} {by}");
    }
}

/// The secret stays the same, and is not a constant.
pub async fn the_secret_is_stable(subject: &mut dyn Subject) {
    let store = subject.store();
    let secret = store.secret().await.expect("secret");
    assert_eq!(store.secret().await.expect("secret"), secret);
    assert!(secret.iter().any(|byte| *byte != secret[0]), "{secret:?}");
}
