//! What a request asks for, by its method and its path. Pure.
//!
//! Whether a name is well-formed is decided by the service, for both wires.

use axum::http::Method;
use percent_encoding::percent_decode_str;

use super::error;
use crate::data::status::Status;
use crate::engine::Verb;
use crate::rules::errors;

/// One of the five methods, with the name that the path gives: an operation's, and for List the parent's.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) verb: Verb,
    pub(super) name: String,
}

pub(super) const COLLECTION: &str = "operations";

/// The five methods as documents describe them: their names, how HTTP asks for each, and the custom verb after the name.
pub(super) const METHODS: [(Verb, &str, &str, &str); 5] = [
    (Verb::List, "ListOperations", "get", ""),
    (Verb::Get, "GetOperation", "get", ""),
    (Verb::Delete, "DeleteOperation", "delete", ""),
    (Verb::Cancel, "CancelOperation", "post", ":cancel"),
    (Verb::Wait, "WaitOperation", "post", ":wait"),
];

/// Reads a path below the version prefix, as it was sent.
///
/// # Errors
/// NOT_FOUND for a path without the segment `operations`, UNIMPLEMENTED for a method that has no meaning there,
/// INVALID_ARGUMENT for a path that is not UTF-8.
pub(super) fn parse(method: &Method, path: &str) -> Result<Route, Status> {
    let path = path.strip_prefix('/').unwrap_or(path).trim_end_matches('/');
    let (path, verb) = if method == Method::POST { split_verb(path) } else { (path, None) };
    let name = decode(path)?;
    let Some(place) = name.split('/').position(|segment| segment == COLLECTION) else {
        return Err(error::unknown_path());
    };
    let is_collection = name.split('/').nth(place + 1).is_none();
    let (verb, name) = match (method.as_str(), verb) {
        ("GET" | "HEAD", _) if is_collection => {
            let parent = name.strip_suffix(COLLECTION).unwrap_or(&name);
            (Verb::List, parent.strip_suffix('/').unwrap_or(parent).to_owned())
        }
        ("GET" | "HEAD", _) => (Verb::Get, name),
        // On the collection, too: the service refuses its name, and nothing is done to it (P-137).
        ("DELETE", _) => (Verb::Delete, name),
        ("POST", Some(verb)) => (verb, name),
        _ => return Err(error::method_not_supported(method)),
    };
    Ok(Route { verb, name })
}

/// Splits a custom verb off: what follows the last colon, if it is one of ours. Everything else after a colon belongs to the
/// id, and so does an encoded colon, which is why this comes before the decoding (P-080, P-138).
fn split_verb(path: &str) -> (&str, Option<Verb>) {
    match path.rsplit_once(':') {
        Some((path, "cancel")) => (path, Some(Verb::Cancel)),
        Some((path, "wait")) => (path, Some(Verb::Wait)),
        _ => (path, None),
    }
}

/// Decodes everything except `%2F`, which would otherwise become a separator (P-139).
fn decode(path: &str) -> Result<String, Status> {
    let mut decoded = String::with_capacity(path.len());
    let mut rest = path;
    loop {
        let slash = rest.as_bytes().windows(3).position(|window| window.eq_ignore_ascii_case(b"%2F"));
        // Invariant: the window is ASCII, so both of its ends are character boundaries.
        let (piece, after) = slash.map_or((rest, None), |at| (&rest[..at], Some(&rest[at..])));
        let piece = percent_decode_str(piece).decode_utf8();
        decoded.push_str(&piece.map_err(|_| errors::invalid_name(path, "it is not UTF-8"))?);
        let Some(after) = after else { return Ok(decoded) };
        decoded.push_str(&after[..3]);
        rest = &after[3..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::status::Code;

    fn get(name: &str) -> Result<Route, Code> {
        Ok(Route { verb: Verb::Get, name: name.to_owned() })
    }

    fn list(name: &str) -> Result<Route, Code> {
        Ok(Route { verb: Verb::List, name: name.to_owned() })
    }

    fn delete(name: &str) -> Result<Route, Code> {
        Ok(Route { verb: Verb::Delete, name: name.to_owned() })
    }

    fn cancel(name: &str) -> Result<Route, Code> {
        Ok(Route { verb: Verb::Cancel, name: name.to_owned() })
    }

    fn wait(name: &str) -> Result<Route, Code> {
        Ok(Route { verb: Verb::Wait, name: name.to_owned() })
    }

    #[test]
    fn paths_have_one_meaning_each() {
        let cases = [
            // P-132, P-134, P-136: both families.
            ("GET", "/operations/a", get("operations/a")),
            ("HEAD", "/operations/a", get("operations/a")),
            ("GET", "/projects/p/operations/a", get("projects/p/operations/a")),
            ("GET", "/operations", list("")),
            ("GET", "/projects/p/operations", list("projects/p")),
            ("DELETE", "/operations/a", delete("operations/a")),
            ("DELETE", "/projects/p/operations/a", delete("projects/p/operations/a")),
            ("POST", "/operations/a:cancel", cancel("operations/a")),
            ("POST", "/projects/p/operations/a:cancel", cancel("projects/p/operations/a")),
            ("POST", "/operations/a:wait", wait("operations/a")),
            // P-078: ids with slashes.
            ("GET", "/operations/a/b/c", get("operations/a/b/c")),
            ("POST", "/operations/a/b/c:wait", wait("operations/a/b/c")),
            ("GET", "/projects/p/operations/operations", get("projects/p/operations/operations")),
            // P-137: on the collection; the service refuses these names.
            ("DELETE", "/operations", delete("operations")),
            ("POST", "/operations:cancel", cancel("operations")),
            ("POST", "/projects/p/operations:wait", wait("projects/p/operations")),
            // P-080, P-138: a verb is one of ours, on POST, not encoded.
            ("GET", "/operations/r.x:2016-07-16r2", get("operations/r.x:2016-07-16r2")),
            ("POST", "/operations/r.x:2016:cancel", cancel("operations/r.x:2016")),
            ("GET", "/operations/a:cancel", get("operations/a:cancel")),
            ("DELETE", "/operations/a:cancel", delete("operations/a:cancel")),
            ("POST", "/operations/a%3Acancel", Err(Code::Unimplemented)),
            ("POST", "/operations/a:unknown", Err(Code::Unimplemented)),
            ("POST", "/operations/a:Cancel", Err(Code::Unimplemented)),
            ("POST", "/operations/a:cancel/b", Err(Code::Unimplemented)),
            // P-139: everything is decoded but the slash.
            ("GET", "/operations/r.x%3A2016", get("operations/r.x:2016")),
            ("GET", "/operations/a%2Fb%2fc%3a", get("operations/a%2Fb%2fc:")),
            ("GET", "/%6Fperations/%C3%BC", get("operations/ü")),
            ("GET", "/operations/ü%2F", get("operations/ü%2F")),
            ("GET", "/operations/%FF", Err(Code::InvalidArgument)),
            ("GET", "/operations/%C3%2F%BC", Err(Code::InvalidArgument)),
            ("GET", "/operations/%", get("operations/%")),
            ("GET", "/operations/%2", get("operations/%2")),
            // P-140: trailing slashes go, what else is wrong with the segments the service refuses.
            ("GET", "/operations/", list("")),
            ("GET", "/operations/a//", get("operations/a")),
            ("POST", "/operations/a:cancel/", cancel("operations/a")),
            ("GET", "//operations/a", get("/operations/a")),
            ("GET", "/projects//operations", list("projects/")),
            ("GET", "//operations", list("")),
            ("GET", "/operations/%2E%2e", get("operations/..")),
            // P-141, P-042: elsewhere, and otherwise.
            ("GET", "/", Err(Code::NotFound)),
            ("GET", "", Err(Code::NotFound)),
            ("GET", "/projects/p", Err(Code::NotFound)),
            ("POST", "/projects/p:cancel", Err(Code::NotFound)),
            ("POST", "/operations%3Acancel", Err(Code::NotFound)),
            ("GET", "/operationsx/a", Err(Code::NotFound)),
            ("PUT", "/operations/a", Err(Code::Unimplemented)),
            ("POST", "/operations", Err(Code::Unimplemented)),
            ("PATCH", "/projects/p/operations/a", Err(Code::Unimplemented)),
        ];
        for (method, path, expected) in cases {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let parsed = parse(&method, path).map_err(|status| status.code());
            assert_eq!(parsed, expected, "{method} {path}");
        }
    }
}
