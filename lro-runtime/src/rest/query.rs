//! Query parameters (P-144…P-150). Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use super::error;
use crate::data::payload::special;
use crate::data::status::Status;
use crate::rules::errors;

/// What every Google API takes beside its own parameters: authentication, tracing, the form of the answer (P-146). So does
/// whatever begins with `$`.
const SYSTEM: [&str; 11] = [
    "access_token",
    "alt",
    "callback",
    "fields",
    "key",
    "oauth_token",
    "prettyPrint",
    "quotaUser",
    "uploadType",
    "upload_protocol",
    "userProject",
];

/// A query whose parameters are all known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    parameters: BTreeMap<&'static str, String>,
    /// Whether enums are to be printed as numbers (P-147).
    pub(super) enum_numbers: bool,
}

impl Query {
    /// Reads a query as it was sent. `known` has the method's fields as the `.proto` spells them.
    ///
    /// # Errors
    /// INVALID_ARGUMENT for a parameter that is not known, or is given twice.
    pub(super) fn parse(raw: &str, known: &[&'static str]) -> Result<Self, Status> {
        let mut query = Self::default();
        // A `+` is a space (P-149), and a `;` separates nothing.
        for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
            if name.starts_with('$') || SYSTEM.contains(&&*name) {
                query.enum_numbers |= name.trim_start_matches('$') == "alt"
                    && value.split(';').any(|part| part == "enum-encoding=int");
            } else if let Some(known) = known.iter().find(|known| is_spelling(&name, known)) {
                if query.parameters.insert(known, value.into_owned()).is_some() {
                    return Err(error::invalid_parameter(&name, "is given twice"));
                }
            } else if name != "name" || !value.is_empty() {
                // The name is in the path; clients that send every field send it empty (P-145).
                return Err(error::invalid_parameter(&name, "is not known here"));
            }
        }
        Ok(query)
    }

    /// A text; empty if it is not given.
    pub(super) fn text(&mut self, name: &'static str) -> String {
        self.parameters.remove(name).unwrap_or_default()
    }

    /// A number; zero if it is not given.
    pub(super) fn number(&mut self, name: &'static str) -> Result<i32, Status> {
        self.scalar(name, |value| value.parse().ok())
    }

    /// A boolean; false if it is not given. Clients in Python write it as Python does: `False`.
    pub(super) fn boolean(&mut self, name: &'static str) -> Result<bool, Status> {
        self.scalar(name, |value| value.to_ascii_lowercase().parse().ok())
    }

    fn scalar<T: Default>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Status> {
        let Some(value) = self.parameters.remove(name) else { return Ok(T::default()) };
        read(&value).ok_or_else(|| error::invalid_parameter(name, "has a malformed value"))
    }

    /// A duration, if it is given.
    pub(super) fn duration(&mut self, name: &'static str) -> Result<Option<Duration>, Status> {
        self.parameters.remove(name).map(|value| duration(&value)).transpose()
    }
}

/// `page_size` or `pageSize` (P-144).
fn is_spelling(name: &str, known: &str) -> bool {
    if name == known {
        return true;
    }
    let mut words = known.split('_');
    let first = words.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    for word in words {
        let (Some(initial), Some(tail)) = (word.get(..1), word.get(1..)) else { return false };
        let after =
            rest.strip_prefix(&*initial.to_ascii_uppercase()).and_then(|rest| rest.strip_prefix(tail));
        let Some(after) = after else { return false };
        rest = after;
    }
    rest.is_empty()
}

/// The JSON form of a `google.protobuf.Duration`, such as `3.5s`, that is not negative (P-072, P-164).
///
/// # Errors
/// INVALID_ARGUMENT.
pub(super) fn duration(text: &str) -> Result<Duration, Status> {
    let duration = special::duration(text).and_then(|duration| Duration::try_from(duration).ok());
    duration.ok_or_else(errors::invalid_timeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["filter", "page_size", "return_partial_success"];

    fn parse(raw: &str) -> Result<Query, String> {
        Query::parse(raw, &KNOWN).map_err(|status| status.message().to_owned())
    }

    #[test]
    fn both_spellings_are_known_and_a_parameter_is_given_once() {
        for raw in
            ["pageSize=7", "page_size=7", "%70ageSize=%37", "filter=&pageSize=7&returnPartialSuccess=false"]
        {
            assert_eq!(parse(raw).unwrap().number("page_size"), Ok(7), "{raw}");
        }
        for raw in ["pagesize=7", "PageSize=7", "page_Size=7", "pageSizes=7", "name=operations", "x="] {
            assert!(parse(raw).unwrap_err().contains("not known"), "{raw}");
        }
        for raw in ["filter=a&filter=a", "pageSize=1&page_size=1"] {
            assert!(parse(raw).unwrap_err().contains("twice"), "{raw}");
        }
    }

    #[test]
    fn system_parameters_are_ignored_even_encoded_and_repeated() {
        for (raw, enum_numbers) in [
            ("", false),
            ("name=", false),
            ("&&", false),
            ("$alt=json;enum-encoding=int", true),
            ("%24alt=json%3Benum-encoding%3Dint", true),
            ("alt=json", false),
            ("$prettyPrint=0&prettyPrint=1&fields=name&$fields=a&key=k&quotaUser=q&$.xgafv=2", false),
            ("$apiVersion=1&callback=c&$callback=c&$ct=x&access_token=t&access_token=u&oauth_token=o", false),
            ("upload_protocol=raw&uploadType=media&$anything=1", false),
        ] {
            assert_eq!(parse(raw), Ok(Query { enum_numbers, ..Query::default() }), "{raw}");
        }
    }

    #[test]
    fn values_are_decoded_and_read_strictly() {
        assert_eq!(parse("filter=a+b%2Bc%20d;e").unwrap().text("filter"), "a b+c d;e");
        for value in ["abc", "", "1.0", "2147483648", "%2B", "0x1", "+7"] {
            assert!(parse(&format!("pageSize={value}")).unwrap().number("page_size").is_err(), "{value}");
        }
        let booleans =
            [("true", Some(true)), ("false", Some(false)), ("True", Some(true)), ("False", Some(false))];
        for (value, expected) in booleans.into_iter().chain([("1", None), ("yes", None), ("", None)]) {
            let mut query = parse(&format!("returnPartialSuccess={value}")).unwrap();
            assert_eq!(query.boolean("return_partial_success").ok(), expected, "{value}");
        }
        assert_eq!(parse("").unwrap().number("page_size"), Ok(0));
    }

    #[test]
    fn durations_are_seconds_that_are_not_negative() {
        for (text, millis) in [("3.5s", 3_500), ("0s", 0), ("-0s", 0), ("10s", 10_000), ("0.001s", 1)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
        assert_eq!(duration("315576000000s"), Ok(Duration::from_secs(315_576_000_000)));
        for text in [
            "",
            "3",
            "s",
            "3.5",
            "-1s",
            "-0.5s",
            "1m",
            "3 s",
            "1e3s",
            "NaNs",
            "0.0000000001s",
            "315576000001s",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
        assert!(duration("99999999999999999999s").is_err());
    }
}
