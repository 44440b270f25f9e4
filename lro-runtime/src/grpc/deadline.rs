//! The deadline of a call, from `grpc-timeout`. tonic's own server enforces it, but does not tell a handler; axum knows nothing of it.

use std::time::Duration;

use http::HeaderMap;

/// How long a call may take, less what the answer needs to arrive: past the deadline the client would see DEADLINE_EXCEEDED instead
/// of the state (P-070). A header that is no timeout counts as none.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    let timeout = parse(headers.get("grpc-timeout")?.to_str().ok()?)?;
    Some(timeout.saturating_sub((timeout / 4).min(Duration::from_millis(100))))
}

/// At most eight digits and a unit, as gRPC over HTTP/2 says.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u32 = digits.parse().ok()?;
    let unit = match unit {
        "H" => Duration::from_secs(60 * 60),
        "M" => Duration::from_secs(60),
        "S" => Duration::from_secs(1),
        "m" => Duration::from_millis(1),
        "u" => Duration::from_micros(1),
        "n" => Duration::from_nanos(1),
        _ => return None,
    };
    unit.checked_mul(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_they_are_written() {
        let cases = [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("99999999S", Some(Duration::from_secs(99_999_999))),
            ("250m", Some(Duration::from_millis(250))),
            ("7u", Some(Duration::from_micros(7))),
            ("0n", Some(Duration::ZERO)),
            ("100000000S", None),
            ("", None),
            ("S", None),
            ("5", None),
            ("5s", None),
            ("-5S", None),
            ("+5S", None),
            ("5 S", None),
            ("5ü", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_part_of_the_time_is_kept_for_the_answer() {
        let of = |text: &'static str| {
            of(&HeaderMap::from_iter([("grpc-timeout".parse().unwrap(), text.parse().unwrap())]))
        };
        assert_eq!(of("10S"), Some(Duration::from_millis(9_900)));
        assert_eq!(of("40m"), Some(Duration::from_millis(30)));
        assert_eq!(of("soon"), None);
    }
}
