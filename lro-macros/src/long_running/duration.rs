//! A span of time as an argument: `"1h 30m"`, or any expression that is a `Duration`.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::parse::ParseStream;
use syn::{Expr, ExprLit, Lit, Result};

/// The units, with their milliseconds, the longest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Reads an expression. A text becomes the duration that it says.
pub(crate) fn parse(input: ParseStream<'_>) -> Result<Expr> {
    let expression: Expr = input.parse()?;
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &expression else { return Ok(expression) };
    let millis = millis(&text.value()).map_err(|why| syn::Error::new(text.span(), why))?;
    let duration = quote_spanned!(text.span()=> ::core::time::Duration::from_millis(#millis));
    Ok(Expr::Verbatim(duration))
}

/// The duration, if it was a text, and so is the same for every call.
pub(super) fn constant(timeout: &Expr) -> Option<&TokenStream> {
    // Invariant: only `parse` makes one of these here; syn has none for an expression in parentheses' place.
    match timeout {
        Expr::Verbatim(duration) => Some(duration),
        _ => None,
    }
}

/// The milliseconds of a text such as `1h 30m`.
fn millis(text: &str) -> std::result::Result<u64, String> {
    let malformed = || {
        format!(
            "`{text}` is no span of time: write whole numbers with their units, `d`, `h`, `m`, `s` and `ms`, as in `\"1h 30m\"`"
        )
    };
    let mut rest = text.trim();
    let mut total = Some(0_u64);
    let mut units = UNITS.iter();
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, after) = rest.split_at(digits);
        let letters = after.len() - after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let (unit, after) = after.split_at(letters);
        // Each unit once, from the longest to the shortest.
        let (_, size) = units.find(|(name, _)| *name == unit).filter(|_| digits > 0).ok_or_else(malformed)?;
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*size));
        total = total.zip(part).and_then(|(total, part)| total.checked_add(part));
        rest = after.trim_start();
    }
    match total {
        Some(0) if text.trim().is_empty() => Err(malformed()),
        Some(0) => Err(format!("`{text}` is no time at all: the operation would end before it begins")),
        Some(total) => Ok(total),
        None => Err(format!("`{text}` is longer than can be counted")),
    }
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn spans_are_sums_of_units() {
        for (text, expected) in [
            ("250ms", 250),
            ("30s", 30_000),
            ("10m", 600_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("1h30m", 5_400_000),
            (" 1d 2h 3m 4s 5ms ", 93_784_005),
            ("0h 90m", 5_400_000),
        ] {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", " ", "10", "m", "10 m", "1.5h", "-1s", "10min", "1m 1h", "1m 1m", "1s!", "ten s", "١s"]
        {
            assert!(millis(text).unwrap_err().contains("is no span of time"), "{text}");
        }
        for text in ["0s", "0h 0ms"] {
            assert!(millis(text).unwrap_err().contains("no time at all"), "{text}");
        }
        for text in
            ["99999999999999999999s", "18446744073709551615d", "18446744073709551s 18446744073709551615ms"]
        {
            assert!(millis(text).unwrap_err().contains("longer than can be counted"), "{text}");
        }
    }
}
