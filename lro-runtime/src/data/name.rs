//! Operation names: `operations/{id}` and `{parent}/operations/{id}` (P-076…P-082).

use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};

/// The longest accepted name, in bytes. Longer ones are refused before anything is looked up.
pub(crate) const MAX_LENGTH: usize = 1024;

/// What is left for a parent: `/operations/` follows it, a prefix of at most 64 bytes, and a UUID.
const MAX_PARENT_LENGTH: usize = MAX_LENGTH - 12 - 64 - 36;

const COLLECTION: &str = "operations";

/// The name of an operation: `operations/{id}`, or `{parent}/operations/{id}`.
///
/// Names that arrive are opaque: an id may contain slashes and colons (P-078, P-080). Names that are minted
/// here have ids of unreserved characters only (P-079).
///
/// ```
/// use lro_runtime::OperationName;
///
/// let name = OperationName::parse("projects/p/operations/rollouts.x:1")?;
/// assert_eq!(name.parent(), "projects/p");
/// assert_eq!(name.id(), "rollouts.x:1");
/// assert!(OperationName::parse("projects/p").is_err());
/// # Ok::<(), lro_runtime::InvalidName>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OperationName {
    text: Arc<str>,
    /// Where the id begins; what stands before it ends in `operations/`. 0 in the empty name, which [`none`](Self::none) alone makes.
    id: usize,
}

/// A text that is not the name of an operation, or a parent that cannot have operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidName(&'static str);

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidName {}

impl OperationName {
    /// Reads a name as a client sends it.
    ///
    /// # Errors
    /// When the text is longer than 1,024 bytes, has an empty, `.` or `..` segment or a control character,
    /// or does not have the form `{parent}/operations/{id}` or `operations/{id}`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        check_segments(text)?;
        let id = if let Some(id) = text.strip_prefix("operations/") {
            text.len() - id.len()
        } else {
            // The first collection segment ends the parent, so that an id may contain slashes (P-078).
            let at = text.find("/operations/");
            at.ok_or(InvalidName("a name has the form `{parent}/operations/{id}` or `operations/{id}`"))?
                + "/operations/".len()
        };
        Ok(Self { text: text.into(), id })
    }

    /// A new name under a parent (empty for the root), whose id begins with `prefix` and goes on with `id`.
    pub(crate) fn mint(parent: &str, prefix: &str, id: &uuid::Uuid) -> Self {
        let mut buffer = uuid::Uuid::encode_buffer();
        let id = &*id.hyphenated().encode_lower(&mut buffer);
        let mut text = String::with_capacity(parent.len() + prefix.len() + id.len() + 12);
        if !parent.is_empty() {
            text.push_str(parent);
            text.push('/');
        }
        text.push_str(COLLECTION);
        text.push('/');
        let at = text.len();
        text.push_str(prefix);
        text.push_str(id);
        Self { text: text.into(), id: at }
    }

    /// The empty name of what is no operation.
    pub(crate) fn none() -> Self {
        Self { text: "".into(), id: 0 }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before `operations`, without the slash: empty for `operations/{id}`.
    pub fn parent(&self) -> &str {
        let collection = &self.text[..self.id.saturating_sub(1)];
        collection.strip_suffix(COLLECTION).unwrap_or_default().trim_end_matches('/')
    }

    /// What stands after `operations/`.
    pub fn id(&self) -> &str {
        &self.text[self.id..]
    }

    /// Sixty-four bits of the name's SHA-256, the same in every process and release: what a change feed carries.
    pub fn hash64(&self) -> u64 {
        let digest = Sha256::digest(self.text.as_bytes());
        digest[..8].iter().fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
    }
}

/// Checks a parent as a caller gives it: empty for the root, or segments as in `projects/p`.
pub(crate) fn check_parent(parent: &str) -> Result<(), InvalidName> {
    if parent.is_empty() {
        return Ok(());
    }
    check_segments(parent)?;
    if parent.len() > MAX_PARENT_LENGTH {
        return Err(InvalidName("a parent is longer than 912 bytes, and leaves no room for an id"));
    }
    if parent.split('/').any(|segment| segment == COLLECTION) {
        return Err(InvalidName("a parent is given without the segment `operations`"));
    }
    Ok(())
}

fn check_segments(text: &str) -> Result<(), InvalidName> {
    if text.is_empty() {
        return Err(InvalidName("the name is empty"));
    }
    if text.len() > MAX_LENGTH {
        return Err(InvalidName("the name is longer than 1,024 bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidName("a name has no control characters"));
    }
    if text.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(InvalidName("a name has no empty, `.` or `..` segment"));
    }
    Ok(())
}

impl fmt::Display for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for OperationName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl std::str::FromStr for OperationName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_exist_elsewhere_are_accepted() {
        for (text, parent, id) in [
            (
                "operations/akmf.6573437d-47c1-42c4-b817-0562f514f6ff",
                "",
                "akmf.6573437d-47c1-42c4-b817-0562f514f6ff",
            ),
            (
                "operations/rollouts.endpointsapis.appspot.com:2016-07-16r2",
                "",
                "rollouts.endpointsapis.appspot.com:2016-07-16r2",
            ),
            ("operations/a/b/c", "", "a/b/c"),
            ("projects/1/locations/l/operations/x", "projects/1/locations/l", "x"),
            ("projects/p/operations/operations/x", "projects/p", "operations/x"),
            ("operations/operations/x", "", "operations/x"),
        ] {
            let name = OperationName::parse(text).unwrap();
            assert_eq!((name.parent(), name.id(), name.as_str()), (parent, id, text));
        }
    }

    #[test]
    fn malformed_names_are_refused() {
        let long = format!("operations/{}", "x".repeat(MAX_LENGTH));
        for text in [
            "",
            "operations",
            "operations/",
            "/operations/x",
            "projects/p",
            "a//operations/x",
            "operations/..",
            "./operations/x",
            "operations/a\0",
            &long,
        ] {
            assert!(OperationName::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_minted_name_reads_back() {
        let id = uuid::Uuid::nil();
        for (parent, prefix) in [("", "akmf."), ("projects/p", "")] {
            let name = OperationName::mint(parent, prefix, &id);
            assert_eq!(OperationName::parse(name.as_str()), Ok(name.clone()));
            assert_eq!((name.parent(), name.id()), (parent, &*format!("{prefix}{id}")));
        }
    }

    #[test]
    fn the_empty_name_has_empty_parts() {
        let none = OperationName::none();
        assert_eq!((none.parent(), none.id(), none.as_str()), ("", "", ""));
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(OperationName::parse("operations/a").unwrap().hash64(), 0xeed4_c716_3507_5c19);
    }

    #[test]
    fn parents_are_checked() {
        assert!(check_parent("").is_ok());
        assert!(check_parent("projects/p").is_ok());
        for parent in ["operations", "projects/p/operations", "/p", "p/", "a//b"] {
            assert!(check_parent(parent).is_err(), "{parent}");
        }
    }
}
