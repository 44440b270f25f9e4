//! The convention of google.longrunning: what an rpc of this name responds with (P-083…P-088).
//!
//! - nothing, where there is no data: `Delete*` always, and all others but the standard methods;
//! - the resource: the standard methods `Create*`, `Get*` and `Update*`, which have its name;
//! - else a message of its own, `CopyDiskResponse` for `CopyDisk`.
//!
//! A fifth of Google's own methods are exceptions, so `response = Type` is the method's word against this one.

/// What the response of one rpc may be, by its message's simple name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Convention {
    /// The names. `()` is `google.protobuf.Empty`.
    pub(crate) accepted: Vec<String>,
    /// The rule, as the predicate of a sentence about the rpc.
    rule: String,
    /// When another response is no mistake, as the clause of a sentence.
    exception: &'static str,
}

impl Convention {
    /// The convention for an rpc, by its verb. A verb ends where the next word begins: `Undelete`, `Creator` and a bare `Create` are none.
    pub(crate) fn of(rpc: &str) -> Self {
        let resource = |verb| {
            rpc.strip_prefix(verb).filter(|noun| noun.starts_with(|first: char| first.is_ascii_uppercase()))
        };
        if resource("Delete").is_some() {
            return Self {
                accepted: vec!["()".to_owned()],
                rule: "has no data to respond with, and returns `()`".to_owned(),
                exception: "what is only marked as deleted is returned",
            };
        }
        if let Some(resource) = ["Create", "Get", "Update"].into_iter().find_map(resource) {
            return Self {
                accepted: vec![resource.to_owned()],
                rule: format!("responds with the resource, the message `{resource}`"),
                exception: "the resource has another name",
            };
        }
        let response = format!("{rpc}Response");
        Self {
            rule: format!(
                "responds with a message of its own, `{response}`, or with `()` where there is no data"
            ),
            exception: "it returns the resource, or what another method does,",
            accepted: vec![response, "()".to_owned()],
        }
    }

    /// What to say of a response that is none of these; `found` is how the user wrote it.
    pub(crate) fn mistake(&self, rpc: &str, found: &str) -> String {
        let Self { rule, exception, .. } = self;
        format!(
            "by the convention of long-running operations (AIP-151), `{rpc}` {rule}. \
             Where {exception} on purpose, say so: `#[long_running(response = {found})]`"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P-083 for the three cases, P-087 for where a verb ends, and P-085 for what is an exception.
    #[test]
    fn the_verb_decides() {
        let cases: [(&str, &[&str]); 17] = [
            ("DeleteKey", &["()"]),
            ("DeleteServiceRollout", &["()"]),
            ("CreateKey", &["Key"]),
            ("CreateServiceRollout", &["ServiceRollout"]),
            ("GetKey", &["Key"]),
            ("UpdateKey", &["Key"]),
            ("CopyDisk", &["CopyDiskResponse", "()"]),
            ("UndeleteKey", &["UndeleteKeyResponse", "()"]),
            ("BatchDeleteKeys", &["BatchDeleteKeysResponse", "()"]),
            ("BatchCreateKeys", &["BatchCreateKeysResponse", "()"]),
            ("Create", &["CreateResponse", "()"]),
            ("Delete", &["DeleteResponse", "()"]),
            ("Creator", &["CreatorResponse", "()"]),
            ("CreatedKey", &["CreatedKeyResponse", "()"]),
            ("Getaway", &["GetawayResponse", "()"]),
            ("Create2Keys", &["Create2KeysResponse", "()"]),
            ("updateKey", &["updateKeyResponse", "()"]),
        ];
        for (rpc, accepted) in cases {
            assert_eq!(Convention::of(rpc).accepted, accepted, "{rpc}");
        }
    }
}
