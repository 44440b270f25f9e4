//! The types of `google.protobuf` whose JSON is not an object of their fields: which they are, and the text of those that have
//! one, both ways (P-164, P-165).

use prost_types::{Duration, Timestamp};

const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
const DURATION_SECONDS: std::ops::RangeInclusive<i64> = -315_576_000_000..=315_576_000_000;

/// Whether a message's JSON is something other than an object of its fields, so that it stands in an `Any` as `value`.
/// `Empty` is not one of them: in an `Any` it is `@type` alone (P-161).
pub(super) fn has_own_form(full_name: &str) -> bool {
    let Some(name) = full_name.strip_prefix("google.protobuf.") else { return false };
    matches!(
        name,
        "Any"
            | "Timestamp"
            | "Duration"
            | "FieldMask"
            | "Struct"
            | "Value"
            | "ListValue"
            | "DoubleValue"
            | "FloatValue"
            | "Int64Value"
            | "UInt64Value"
            | "Int32Value"
            | "UInt32Value"
            | "BoolValue"
            | "StringValue"
            | "BytesValue"
    )
}

/// RFC 3339 in UTC with 0, 3, 6 or 9 digits, in the years 0001 to 9999.
pub(super) fn timestamp_text(seconds: i64, nanos: i32) -> Option<String> {
    let timestamp = Timestamp { seconds, nanos }.normalized();
    TIMESTAMP_SECONDS.contains(&timestamp.seconds).then(|| timestamp.to_string())
}

/// RFC 3339 with any offset and at most nine digits; no leap seconds, which the message has no place for.
pub(crate) fn timestamp(text: &str) -> Option<Timestamp> {
    // prost-types reads much more than RFC 3339, and cuts a fraction off after nine digits, so the form is checked first.
    let (date_time, rest) = text.split_at_checked(19)?;
    let has_form = |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = zone.strip_prefix(['+', '-']);
    let is_zone = zone == "Z"
        || offset.is_some_and(|offset| offset.len() == 5 && offset.bytes().zip(*b"00:00").all(has_form));
    if !date_time.bytes().zip(*b"0000-00-00T00:00:00").all(has_form)
        || date_time.ends_with("60")
        || !is_fraction(&rest[..rest.len() - zone.len()])
        || !is_zone
    {
        return None;
    }
    let timestamp: Timestamp = text.parse().ok()?;
    TIMESTAMP_SECONDS.contains(&timestamp.seconds).then_some(timestamp)
}

/// Decimal seconds with 0, 3, 6 or 9 digits, up to 10,000 years.
pub(super) fn duration_text(seconds: i64, nanos: i32) -> Option<String> {
    // Normalized first: a duration whose parts have different signs would be printed with the wrong one.
    let duration = Duration { seconds, nanos }.normalized();
    DURATION_SECONDS.contains(&duration.seconds).then(|| duration.to_string())
}

/// Decimal seconds with at most nine digits and an `s`, up to 10,000 years in either direction.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let number = text.strip_suffix('s')?;
    let digits = number.strip_prefix('-').unwrap_or(number);
    let whole = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    if whole.len() == digits.len() || !is_fraction(whole) {
        return None;
    }
    let duration: Duration = text.parse().ok()?;
    DURATION_SECONDS.contains(&duration.seconds).then_some(duration)
}

/// Nothing, or a point and one to nine digits.
fn is_fraction(text: &str) -> bool {
    text.is_empty()
        || text.strip_prefix('.').is_some_and(|digits| {
            (1..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        })
}

/// A path of a field mask in lowerCamelCase, if it comes back from there as it was.
pub(super) fn camel_case(path: &str) -> Option<String> {
    let mut text = String::with_capacity(path.len());
    let mut characters = path.chars();
    while let Some(c) = characters.next() {
        match c {
            '_' => text.push(characters.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            // It would be read as the end of the path, or as another letter.
            ',' | 'A'..='Z' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

/// A path of a field mask in snake_case.
pub(super) fn snake_case(text: &str) -> Option<String> {
    let mut path = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '_' => return None,
            'A'..='Z' => path.extend(['_', c.to_ascii_lowercase()]),
            c => path.push(c),
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_rfc_3339_and_no_more() {
        let read = |text| timestamp(text).map(|Timestamp { seconds, nanos }| (seconds, nanos));
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", (0, 0)),
            ("2019-02-04T23:56:28.531Z", (1_549_324_588, 531_000_000)),
            ("2019-02-05T00:56:28.531+01:00", (1_549_324_588, 531_000_000)),
            ("1969-12-31T19:29:59.999999999-04:30", (-1, 999_999_999)),
            ("0001-01-01T00:00:00Z", (-62_135_596_800, 0)),
            ("9999-12-31T23:59:59.9Z", (253_402_300_799, 900_000_000)),
            ("2020-02-29T00:00:00Z", (1_582_934_400, 0)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-01-01 00:00:00Z",
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.0000000001Z",
            "1970-01-01T00:00:00.1.2Z",
            "1970-01-01T00:00:00,1Z",
            "1970-01-01T00:00:001Z",
            "1970-01-01T00:00:00+0100",
            "1970-01-01T00:00:00+01",
            "1970-01-01T00:00:00 +01:00",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00ZZ",
            "1972-06-30T23:59:60Z",
            "2019-02-29T00:00:00Z",
            "2019-13-01T00:00:00Z",
            "2019-01-01T24:00:00Z",
            "0000-12-31T23:59:59Z",
            "0001-01-01T00:00:00+00:01",
            "9999-12-31T23:59:59-00:01",
            "+1970-01-01T00:00:00Z",
            "１970-01-01T00:00:00Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn durations_are_decimal_seconds() {
        let read = |text| duration(text).map(|Duration { seconds, nanos }| (seconds, nanos));
        for (text, expected) in [
            ("0s", (0, 0)),
            ("-0.5s", (0, -500_000_000)),
            ("1.000000001s", (1, 1)),
            ("-1.5s", (-1, -500_000_000)),
            ("315576000000.999999999s", (315_576_000_000, 999_999_999)),
            ("-315576000000.999999999s", (-315_576_000_000, -999_999_999)),
        ] {
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "",
            "s",
            "1",
            "1.s",
            ".5s",
            "-s",
            "+1s",
            "1e3s",
            "1 s",
            "1S",
            "1m",
            "--1s",
            "1.0000000001s",
            "315576000001s",
            "-315576000001s",
            "99999999999999999999s",
            "NaNs",
            "１s",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn paths_go_both_ways_or_not_at_all() {
        for (path, text) in [("", ""), ("a", "a"), ("a_b.c_d1", "aB.cD1"), ("_a", "A"), ("ü", "ü")] {
            assert_eq!(camel_case(path).as_deref(), Some(text));
            assert_eq!(snake_case(text).as_deref(), Some(path));
        }
        for path in ["A", "a_", "a__b", "a_1", "a_.b", "a,b"] {
            assert_eq!(camel_case(path), None, "{path}");
        }
        assert_eq!(snake_case("a_b"), None);
    }
}
